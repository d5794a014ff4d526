import { describe, expect, test } from 'vitest';
import { applyEdits, applyFixes } from '../../src/diagnostics/apply.ts';
import type { Diagnostic, Fix } from '../../src/model/diagnostic.ts';
import type { Source } from '../../src/model/span.ts';
import { cases, readCase, SOURCE } from '../support/cases.ts';
import { compile } from '../support/compile.ts';

/** A finding without its place, which moves with every change before it. */
const said = ({ file, code, title }: Diagnostic) => `${file} ${code} ${title}`;

/** What is in `after` and not in `before`, as often as it is. */
function more(before: readonly string[], after: readonly string[]): readonly string[] {
  const left = [...before];
  return after.filter((one) => {
    const at = left.indexOf(one);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

const all = cases.flatMap((name) => {
  const { source, given } = readCase(name);
  const { diagnostics, sources } = compile(source, given);
  return diagnostics.flatMap((one) => {
    const own = sources.find((other) => other.name === one.file);
    return own === undefined
      ? []
      : one.fixes.map((fix) => ({ name, one, own, fix, before: diagnostics.map(said) }));
  });
});

function afterwards(name: string, own: Source, { edits }: Fix): readonly Diagnostic[] {
  const { source, given } = readCase(name, (file, text) =>
    file === own.name || (file === SOURCE && own.name === SOURCE) ? applyEdits(text, edits) : text,
  );
  return compile(source, given).diagnostics;
}

/**
 * What may be found only after a fix: what the case lacks (a file to include, a use of the name), and the rules about a value, or the
 * keys of a program, that could not be read before.
 */
const WAS_HIDDEN = /^\S+ (?:CRF122|CRF150|CRF497|CRF3\d\d|CRF4[23]\d|CRF56[3-9]) /;
/** The same in one case. */
const HIDDEN_IN: Readonly<Record<string, RegExp>> = {
  'names-not-for-shell': / CRF214 /,
  'names-slurm-options': / CRF108 /,
  'syntax-clause-without-quotes': / CRF231 /,
  'syntax-unclosed-at-the-end': / CRF10[67] /,
};
const isNew = (name: string) => (one: string) => !WAS_HIDDEN.test(one) && !HIDDEN_IN[name]?.test(one);

describe('a fix removes its finding, and causes none', () => {
  test.each(all.map((one) => [`${one.name}: ${one.one.code}: ${one.fix.title}`, one] as const))('%s', (_, {
    name,
    one,
    own,
    fix,
    before,
  }) => {
    const after = afterwards(name, own, fix).map(said);
    expect(more(before, after).filter(isNew(name)), 'new findings').toEqual([]);
    expect(more(after, before), 'gone').toContain(said(one));
  });

  test('at most one fix of a finding is certain, and its edits do not overlap', () => {
    for (const { one, fix } of all) {
      expect(one.fixes.filter(({ certain }) => certain).length).toBeLessThanOrEqual(1);
      const spans = fix.edits.map(({ span }) => span).sort((a, b) => a.start - b.start);
      spans.slice(1).forEach((span, i) => {
        expect(span.start).toBeGreaterThanOrEqual(spans[i]?.end ?? 0);
      });
    }
  });
});

describe('all certain fixes of a case together', () => {
  test.each(cases)('%s', (name) => {
    const { source, given } = readCase(name);
    const find = (texts: ReadonlyMap<string, string>) =>
      compile({ ...source, text: texts.get(SOURCE) ?? '' }, given).diagnostics;
    const before = find(new Map([[SOURCE, source.text]]));
    const { texts } = applyFixes(new Map([[SOURCE, source.text]]), find);
    const after = find(texts);
    const errors = (found: readonly Diagnostic[]) =>
      found.filter(({ severity }) => severity === 'error').map(said);
    expect(more(errors(before), errors(after))).toEqual([]);
    expect(
      texts.get(SOURCE) === source.text ||
        more(before.map(said), after.map(said)).length === 0 ||
        after.length <= before.length,
    ).toBe(true);
  });
});
