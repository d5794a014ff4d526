import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { flowFor } from '../src/cli/init-for.ts';
import { builtin } from '../src/programs/builtin.ts';
import { readRecord } from '../src/programs/read.ts';
import { compile } from './support/compile.ts';

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8');
const page = read('docs/programs.md');

describe('docs/programs.md', () => {
  test('its record is one, and a flow for it compiles', () => {
    const [, text = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const { value, diagnostics } = readRecord({ name: 'programs.md', text });
    expect(diagnostics).toEqual([]);
    if (value === undefined) expect.fail('no record');
    const flow = compile(
      { name: 'a.crflow', text: flowFor('a', value, './solve.json') },
      { include: () => ({ source: { name: 'solve.json', text }, id: 'solve' }) },
    );
    expect(flow.diagnostics).toEqual([]);
    expect(flow.flows[0]?.plan.checkpoint.own?.files).toEqual(['tower.save']);
  });

  test.each([...builtin.values()])('says of $name what its record says', ({ name, tried, checkpoint }) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` `)) ?? '';
    expect(row).toContain(tried ?? 'not tried');
    for (const key of [
      'files',
      'done_files',
      'ask_file',
      'ask_text',
      'ask_signal',
      'done_text',
      'done_command',
    ])
      for (const value of [checkpoint[key] ?? []].flat()) expect(row).toContain(value);
  });

  test.each([...builtin.values()])('the parameters of $name are in the reference', ({ name, parameters }) => {
    const reference = read('grammar/README.md');
    for (const [key, { type, about }] of Object.entries(parameters ?? {})) {
      const row = reference
        .split('\n')
        .find((line) => line.startsWith(`| \`${name}\` | \`${key}\` | ${type} |`));
      expect(row).toContain(about);
    }
  });
});
