import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../src/diagnostics/catalogue.ts';
import { cases, codesOf, readCase, SOURCE } from './support/cases.ts';
import { compile } from './support/compile.ts';

/**
 * specs/rules.json names for each rule about values, times, sites and limits the case that breaks it and one that just
 * holds. That it just holds is seen by taking a step: with `from` made into `to` the same case breaks the rule, and where a
 * rule is a number the step is the smallest there is, a second, a byte's unit, one.
 */
interface Rule {
  readonly breaks: string;
  readonly holds: string;
  /** In flow.crflow, or the file that is named. */
  readonly tooFar: readonly { readonly in?: string; readonly from: string; readonly to: string }[];
}
const rules = JSON.parse(readFileSync(join(import.meta.dirname, '../specs/rules.json'), 'utf8')) as Readonly<
  Record<string, Rule>
>;

/** Whose limit is too large for a case: below. */
const BELOW = ['CRF225'];

const codes = catalogue.map(({ code }) => code).filter((code) => /^CRF[234]/.test(code));

test('each rule has its cases, and each of the cases is there', () => {
  expect(Object.keys(rules)).toEqual(codes.filter((code) => !BELOW.includes(code)));
  for (const { breaks, holds } of Object.values(rules))
    expect(cases).toEqual(expect.arrayContaining([breaks, holds]));
});

describe.each(Object.entries(rules))('%s', (code, { breaks, holds, tooFar }) => {
  test(`is broken by ${breaks}`, () => {
    expect(codesOf(readCase(breaks))).toContain(code);
  });

  test(`${holds} holds it, and all others`, () => {
    expect(codesOf(readCase(holds))).toEqual([]);
  });

  test.each(tooFar)('but not with $to for $from', ({ in: where = SOURCE, from, to }) => {
    let found = 0;
    const stepped = readCase(holds, (file, text) => {
      if (file !== where) return text;
      found = text.split(from).length - 1;
      return text.replace(from, () => to);
    });
    const shown = codesOf(stepped);
    expect(found, `${from} stands in ${where} once`).toBe(1);
    expect(shown).toContain(code);
  });
});

test('CRF225: names may put 200,000 characters into a text, and not one more', () => {
  const flow = (more: string) => `crflow 1
let a = "${'x'.repeat(1000)}"
let b = "${'{{a}}'.repeat(20)}"
workflow w {
  application { run = "${'{{b}}'.repeat(10)}${more}"  threads = 1 }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
  const shown = (more: string) =>
    compile({ name: 'w.crflow', text: flow(more) }).diagnostics.map(({ code }) => code);
  expect(shown('')).toEqual([]);
  expect(shown('{{threads}}')).toEqual(['CRF225']);
});
