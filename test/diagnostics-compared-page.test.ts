import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from './support/compile.ts';
import { renderAll } from './support/render.ts';

/**
 * docs/diagnostics-compared.md: the fence after each flow holds what crc says about it. `npm run specs:update` rewrites
 * these fences; then read the page's verdicts again, which may be about the old words.
 */
const PATH = join(import.meta.dirname, '../docs/diagnostics-compared.md');
const PAIR = /(```crflow\n)([\s\S]*?)(```\n\n```text\n)([\s\S]*?)(```\n)/g;

const said = (text: string): string => {
  const source = { name: 'water.crflow', text };
  return renderAll(compile(source).diagnostics, source);
};

if (process.env['CRFLOW_UPDATE'] === '1') {
  const page = readFileSync(PATH, 'utf8');
  writeFileSync(
    PATH,
    page.replace(PAIR, (_, open, flow, between, __, close) => open + flow + between + said(flow) + close),
  );
}

const page = readFileSync(PATH, 'utf8');
const mistakes = [...page.matchAll(PAIR)].map(([, , flow = '', , shown = ''], i) => ({
  n: i + 1,
  flow,
  shown,
}));

test('docs/diagnostics-compared.md has fifteen mistakes', () => {
  expect(mistakes).toHaveLength(15);
  expect(page.match(/```crflow/g)).toHaveLength(15);
});

test.each(mistakes)('docs/diagnostics-compared.md: what crc says about mistake $n', ({ flow, shown }) => {
  expect(said(flow)).toBe(shown);
});
