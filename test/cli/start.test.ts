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

const code = () => {
  const names = readdirSync(dist).filter((name) => name.endsWith('.v8'));
  expect(names).toHaveLength(1);
  return join(folder, 'dist', names[0] ?? '');
};
const start = (...flags: string[]) => {
  const crc = join(folder, 'dist/crc.js');
  const program = `const script = require(${JSON.stringify(crc)});
    process.on('exit', () => console.log(script.cachedDataRejected));`;
  const input = `crflow 1
workflow a {
  application { run = "./a" }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
  const args = [...flags, '-e', program, '--', 'check', '-'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { input, encoding: 'utf8' });
  return { status, stdout, stderr };
};
const fine = (rejected: unknown) => ({ status: 0, stdout: `fine: a\n${rejected}\n`, stderr: '' });

test('crc starts with the code that the build wrote down', () => {
  expect(start()).toEqual(fine(false));
});

test('without that code', () => {
  rmSync(code());
  expect(start()).toEqual(fine(undefined));
});

test.each([
  ['cut short', ''],
  ['of something else', 'x'.repeat(100_000)],
])('with code that is %s', (_, text) => {
  writeFileSync(code(), text);
  expect(start()).toEqual(fine(true));
});

test('with other flags of V8', () => {
  expect(start('--no-opt').status).toBe(0);
});
