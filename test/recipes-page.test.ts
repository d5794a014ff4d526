import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { format } from '../src/format/format.ts';
import { compile } from './support/compile.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/recipes.md'), 'utf8');
const flows = [...page.matchAll(/```crflow(?: file=(\S+))?\n([\s\S]*?)```/g)].map(
  ([, file, text = ''], i) => ({
    name: file ?? `recipe-${i}.crflow`,
    text,
  }),
);
const include = (path: string) => {
  const source = flows.find(({ name }) => name === path);
  return source === undefined ? { why: 'there is no such file' } : { source, id: path };
};

test.each(flows)('docs/recipes.md: $name compiles without findings, and is formatted', (flow) => {
  const { diagnostics, flows: made } = compile(flow, { include });
  expect(diagnostics).toEqual([]);
  expect(made.length > 0).toBe(flow.name.startsWith('recipe-'));
  expect(format(flow).text).toBe(flow.text);
});
