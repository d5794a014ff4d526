import { describe, expect, test } from 'vitest';
import { allowedIn } from '../../src/syntax/allow.ts';
import { compile } from '../support/compile.ts';

// Comments that allow a warning: what they cover, and what is said about those that allow nothing.
const flow = (checkpoint: string, more = '') => `crflow 1
${more}
workflow w {
  application { run = "./a" }
${checkpoint}
  schedule { time = 2h  total = 1d }
}
`;
const codes = (text: string, include = '') => {
  const read = (path: string) =>
    path === 'shared.crflow' ? { source: { name: path, text: include }, id: path } : { why: 'no' };
  const { diagnostics, flows } = compile({ name: 'a.crflow', text }, { include: read });
  if (diagnostics.every(({ severity }) => severity === 'warning')) expect(flows.length).toBeGreaterThan(0);
  return diagnostics.map(({ code }) => code);
};
const why = 'because the test is short';

test('the warning that the others are about', () => {
  expect(codes(flow('  checkpoint { interval = 25s  lead = 2min }'))).toEqual(['CRF311']);
});

describe('a warning is allowed', () => {
  test.each([
    ['on its line', `  checkpoint { interval = 25s  lead = 2min } // crc: allow CRF311 ${why}`],
    ['on the next line', `  // crc: allow CRF311 ${why}\n  checkpoint { interval = 25s  lead = 2min }`],
    [
      'with other comments and blank lines between',
      `  // crc: allow CRF311 ${why}\n\n  // 25 s\n  checkpoint { interval = 25s  lead = 2min }`,
    ],
    [
      'in a block',
      `  checkpoint {\n    // crc:allow CRF311 ${why}\n    interval = 25s\n    lead = 2min\n  }`,
    ],
    [
      'with CRLF',
      `  checkpoint {\r\n    // crc: allow CRF311 ${why}\r\n    interval = 25s\r\n    lead = 2min\r\n  }`,
    ],
  ])('%s', (_, checkpoint) => expect(codes(flow(checkpoint))).toEqual([]));

  test('in an included file; there, a comment may be for other flows', () => {
    const including = flow('  checkpoint { interval = often  lead = 2min }', 'include "shared.crflow"');
    const shared = (comment: string) => `crflow 1\n${comment}\nlet often = 25s\n`;
    const [code] = codes(including, shared(''));
    expect(code).toBe('CRF311');
    expect(codes(including, shared(`// crc: allow CRF307 ${why}`))).toEqual(['CRF311']);
  });

  test('a text that looks like such a comment is text', () => {
    const text = flow('  checkpoint { interval = 10min  lead = 2min }').replace(
      '"./a"',
      '"""\n    ./a // crc: allow CRF311\n  """',
    );
    expect(codes(text)).toEqual([]);
  });
});

describe('a comment that allows nothing is reported', () => {
  const short = (comment: string) => flow(`  ${comment}\n  checkpoint { interval = 25s  lead = 2min }`);
  test.each([
    ['without a reason', '// crc: allow CRF311', ['CRF311', 'CRF593']],
    ['an unknown code', `// crc: allow CRF998 ${why}`, ['CRF311', 'CRF591']],
    ['a code of ShellCheck', `// crc: allow SC2086 ${why}`, ['CRF311', 'CRF591']],
    ['an error', `// crc: allow CRF101 ${why}`, ['CRF311', 'CRF592']],
    ['another warning', `// crc: allow CRF307 ${why}`, ['CRF311', 'CRF594']],
    ['two codes, one of them in vain', `// crc: allow CRF311, CRF307 ${why}`, ['CRF594']],
    ['something else', '// crc: ignore CRF311', ['CRF311', 'CRF590']],
    [
      'on the line after',
      `// fine\n  checkpoint { interval = 25s  lead = 2min }\n  // crc: allow CRF311 ${why}`,
      ['CRF311', 'CRF594'],
    ],
  ])('%s', (_, comment, expected) => {
    const text = comment.includes('checkpoint') ? flow(`  ${comment}`) : short(comment);
    expect(codes(text).sort()).toEqual(expected);
  });

  test('but not as unused while there are errors, which hide warnings', () => {
    expect(codes(short(`// crc: allow CRF307 ${why}`).replace('"./a"', '"./a" nodez = 2'))).not.toContain(
      'CRF594',
    );
  });
});

test('a comment before a line of a great many words is read', () => {
  const words = 'a '.repeat(130_000);
  expect(allowedIn(`crflow 1\n// crc: allow CRF307 ${why}\n${words}\n`)).toMatchObject([{ code: 'CRF307' }]);
});
