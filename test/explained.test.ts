import { describe, expect, test } from 'vitest';
import { catalogue } from '../src/diagnostics/catalogue.ts';
import { compile } from './support/compile.ts';
import { examplesOf, explained } from './support/explained.ts';

/** What `crc explain` shows of a code: what is wrong has this finding and no other, what is right has none. */
const all = catalogue.flatMap(({ code }) => {
  const examples = examplesOf(code);
  return examples === undefined ? [] : [{ code, ...examples }];
});

describe.each(all)('$code', ({ code, wrong, right }) => {
  const codes = ({ of: { source, given } }: typeof wrong) => [
    ...new Set(compile(source, given).diagnostics.map((one) => one.code)),
  ];

  test('what is wrong has this finding, and no other', () => {
    // A chain of names that is too long leaves others unused.
    const also = explained[code]?.also ?? (code === 'CRF127' ? ['CRF122'] : []);
    expect(codes(wrong).filter((one) => !also.includes(one))).toEqual([code]);
  });

  test('what is right has none', () => {
    expect(codes(right)).toEqual([]);
  });
});
