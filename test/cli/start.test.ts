import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// What V8 has made of the bundle helps crc to start; nothing depends on it.
const dist = join(import.meta.dirname, '../../dist');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-start-'));
  cpSync(dist, join(folder, 'dist'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const codes = () => {
  const names = readdirSync(dist).filter((name) => name.endsWith('.v8'));
  expect(names).toHaveLength(2);
  return names.map((name) => join(folder, 'dist', name));
};
const flow = `crflow 1
workflow a {
  application { run = "./a"  memory = 1GiB }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
/** A program that runs crc, and prints whether V8 refused what was made of each part. */
const start = (args: readonly string[], ...flags: string[]) => {
  const program = join(folder, 'program.cjs');
  writeFileSync(
    program,
    `const scripts = require('./dist/crc.js');
    process.on('exit', () => console.log(...[...scripts.values()].map((one) => one.cachedDataRejected)));`,
  );
  const all = [...flags, program, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { input: flow, encoding: 'utf8' });
  return { status, stdout, stderr };
};
const check = (...flags: string[]) => start(['check', '-'], ...flags);
const fine = (...rejected: unknown[]) => ({
  status: 0,
  stdout: `fine: a\n${rejected.map(String).join(' ')}\n`,
  stderr: '',
});

test('crc starts with the code that the build wrote down', () => {
  expect(check()).toEqual(fine(false, false));
});

test('to compile a flow without mistakes, crc loads one of its two parts', () => {
  const { status, stdout } = start(['compile', '--no-verify', '-o', folder, '-']);
  expect([status, stdout]).toEqual([0, `${join(folder, 'a.sbatch')}: not verified\nfalse\n`]);
});

test('without that code', () => {
  for (const one of codes()) rmSync(one);
  expect(check()).toEqual(fine(undefined, undefined));
});

test.each([
  ['cut short', ''],
  ['of something else', 'x'.repeat(100_000)],
])('with code that is %s', (_, text) => {
  for (const one of codes()) writeFileSync(one, text);
  expect(check()).toEqual(fine(true, true));
});

test('with other flags of V8', () => {
  expect(check('--no-opt').status).toBe(0);
});
