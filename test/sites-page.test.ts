import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../src/diagnostics/catalogue.ts';
import { readProfile } from '../src/site/read.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/sites.md'), 'utf8');

describe('docs/sites.md', () => {
  test.each(
    [...page.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => match[1] ?? ''),
  )('its profile is one: %s', (text) => {
    expect(readProfile({ name: 'sites.md', text }).diagnostics).toEqual([]);
  });

  test('names codes of the catalogue, and all of the site rules', () => {
    const named = new Set(page.match(/CRF\d{3}/g));
    const known = catalogue.map(({ code }) => code);
    expect([...named].filter((code) => !known.includes(code))).toEqual([]);
    expect(known.filter((code) => /^CRF4[23]/.test(code) && !named.has(code))).toEqual([]);
  });
});
