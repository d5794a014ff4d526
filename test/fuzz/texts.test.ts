import fc from 'fast-check';
import { expect, test } from 'vitest';
import perlmutter from '../../sites/perlmutter.json' with { type: 'json' };
import { readManifest } from '../../src/emit/manifest.ts';
import { readProfile } from '../../src/site/read.ts';
import { runs } from '../support/fuzz.ts';
import { renderAll } from '../support/render.ts';

// Files that others can have written: a site profile and a manifest, of any form, are read or said to be wrong.

const manifest = {
  format: 1,
  runtime: 4,
  source: { path: 'w.crflow', sha256: 'x' },
  includes: [],
  set: { a: 'b' },
  site: { name: 'x', given: true },
  images: {},
  outputs: [{ name: 'w.sbatch', sha256: 'x' }],
};

/** JSON with pieces cut out, doubled, and put in. */
const mutated = (text: string) =>
  fc
    .array(
      fc.record({
        at: fc.nat(text.length),
        length: fc.nat(30),
        insert: fc.oneof(
          fc.constantFrom(
            '',
            '{',
            '}',
            '[',
            ']',
            '"',
            ':',
            ',',
            '\\',
            'null',
            '-1',
            '1e999',
            '{"__proto__":1}',
            '"\\u0000"',
            '\u001b',
            '['.repeat(60),
          ),
          fc.json({ maxDepth: 2 }),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((all) =>
      all.reduce((now, { at, length, insert }) => now.slice(0, at) + insert + now.slice(at + length), text),
    );

test('site profiles', () => {
  fc.assert(
    fc.property(
      fc.oneof(mutated(JSON.stringify(perlmutter, null, 1)), fc.json(), fc.string({ unit: 'binary' })),
      (text) => {
        const source = { name: 'x.json', text };
        const { profile, diagnostics } = readProfile(source);
        expect(profile === undefined).toBe(diagnostics.length > 0);
        expect(renderAll(diagnostics, source)).not.toMatch(/[^\P{Cc}\n]|undefined/u);
      },
    ),
    runs(300),
  );
});

test('manifests', () => {
  fc.assert(
    fc.property(
      fc.oneof(mutated(JSON.stringify(manifest)), fc.json(), fc.string({ unit: 'binary' })),
      (text) => {
        const read = readManifest(text);
        if (!('why' in read)) for (const { name } of read.outputs) expect(name).not.toContain('/');
      },
    ),
    runs(1000),
  );
});
