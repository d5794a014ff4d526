import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bashOf, fullest } from '../../targets/job/runtime.ts';

// The journal's schema knows every outcome that the bash can write; else a tool refuses the very line that tells of a fault.
test('each outcome of an inner half is one that the schema of the journal knows', () => {
  const text = fullest().map(bashOf).join('\n');
  const schema = JSON.parse(
    readFileSync(new URL('../../specs/journal.schema.json', import.meta.url), 'utf8'),
  );
  const line = schema.oneOf.find(
    (one: { properties: { event: { const?: string } } }) => one.properties.event.const === 'inner_ended',
  );
  const written = [...text.matchAll(/\bconclude '?([a-z]+)|\boutcome=(?!_)'?([a-z]+)/g)].map(
    ([, said, set]) => said ?? set,
  );
  expect(written).toContain('absent');
  expect([...new Set(written)].sort()).toEqual([...line.properties.outcome.enum].sort());
});
