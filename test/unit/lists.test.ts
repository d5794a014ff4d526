import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OPTIONS } from '../../src/language/sbatch.ts';
import { ENGINES, RUNTIMES } from '../../src/language/words.ts';
import { cases } from '../support/cases.ts';

// What is written in a second place because it cannot be derived there: the second place must not lag behind.
const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe.each(['specs/plan.schema.json', 'specs/site.schema.json'])('%s', (file) => {
  test('knows each container runtime', () => {
    const lists = [...read(file).matchAll(/"enum": (\[[^\]]*"shifter"[^\]]*\])/g)].map(([, list = '']) =>
      JSON.parse(list),
    );
    expect(lists).toEqual([RUNTIMES]);
  });
});

test('the schema of a plan knows each engine', () => {
  const { properties } = JSON.parse(read('specs/plan.schema.json'));
  expect(properties.checkpoint.properties.engine.enum).toEqual(ENGINES);
});

test('docs/commands.md names each container runtime', () => {
  const row = /^\| `--runtime NAME` .*$/m.exec(read('docs/commands.md'))?.[0] ?? '';
  expect([...row.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name)).toEqual(RUNTIMES);
});

test('an option that crc writes itself is refused in the block slurm: a script has it once', () => {
  const written = cases
    .map((name) => join('specs/cases', name))
    .filter((folder) => existsSync(join(root, folder, 'job.txt')))
    .filter((folder) => !/\bslurm *\{/.test(read(join(folder, 'flow.crflow'))))
    .flatMap((folder) => [...read(join(folder, 'job.txt')).matchAll(/^#SBATCH --([a-z-]+)/gm)])
    .map(([, option = '']) => option);
  expect(written.length).toBeGreaterThan(0);
  expect([...new Set(written)].filter((option) => OPTIONS.has(option))).toEqual([]);
});
