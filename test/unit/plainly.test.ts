import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commandLine } from '../../src/cli/main.ts';
import { readPlainly } from '../../src/cli/plainly.ts';
import { targets } from '../support/targets.ts';

// The call that is made most is read without commander; it must mean the same.
const compiled = vi.hoisted(() => vi.fn(async (_files: readonly string[], _options: object) => 0));
vi.mock('../../src/cli/compile.ts', () => ({ compileAndWrite: compiled }));
const before = process.argv;
beforeEach(() => compiled.mockClear());
afterEach(() => {
  process.argv = before;
});

test.each([
  ['a.crflow'],
  ['a.crflow b/c.crflow'],
  ['-'],
  ['--no-verify a.crflow'],
  ['-o jobs a.crflow'],
  ['a.crflow --output jobs b.crflow --no-verify'],
  ['-o one a.crflow -o two'],
])('crc compile %s', async (words) => {
  const args = ['compile', ...words.split(' ')];
  process.argv = ['node', 'crc', ...args];
  await commandLine(targets);
  const [files, options] = compiled.mock.calls[0] ?? [];
  expect({ files, options }).toEqual({
    files: readPlainly(args)?.files,
    options: { ...readPlainly(args)?.options, targets },
  });
});

test.each([
  [''],
  ['check a.crflow'],
  ['compile'],
  ['compile -o jobs'],
  ['compile a.crflow -o'],
  ['compile a.crflow -o --no-verify'],
  ['compile -ojobs a.crflow'],
  ['compile --output=jobs a.crflow'],
  ['compile --stdout a.crflow'],
  ['compile --verify whole a.crflow'],
  ['compile --no-verif a.crflow'],
  ['compile -- a.crflow'],
  ['compile --help'],
])('commander reads: crc %s', (words) => {
  expect(readPlainly(words.split(' '))).toBeUndefined();
});
