import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

// Names and texts that a terminal would act upon: shown, and not obeyed, in all that crc prints.
const ESC = '\u001b]0;pwned\u0007\u001b[2J\u009b31m\u202e';
const name = `a${ESC}.crflow`;
const flow = (run: string, more = '') => `crflow 1
workflow w {
  application { run = "${run}" ${more} }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-terminal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const run = (...args: string[]) => crc(args, { cwd: folder });
const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
const steers = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/u;

test.each([
  ['an error', flow('./a', 'wrong = 1')],
  ['an error that quotes it', flow('./a', `workdir = "\u202ea\u2028~$(x)"`)],
  ['none', flow('./a')],
])('a file of such a name, with %s', (_, text) => {
  write(name, text);
  for (const args of [
    ['check', name],
    ['check', '--format', 'json', name],
    ['compile', '--no-verify', name],
    ['compile', '--no-verify', '--format', 'json', name],
    ['compile', '--no-verify', '--stdout', '--format', 'json', name],
    ['compile', '--check', name],
    ['plan', name],
    ['plan', '--format', 'json', name],
    ['compile', '--no-verify', '-o', `b${ESC}`, name],
    ['check', `gone${ESC}`],
    ['check', '--set', `x=${ESC}`, '--site', `./${ESC}.json`, name],
    ['init', `w${ESC}`],
    [`no-command${ESC}`],
    ['check', `--no-option${ESC}`],
  ]) {
    const { stdout, stderr } = run(...args);
    expect(stdout + stderr, args[0]).not.toMatch(steers);
  }
});

test('what JSON says is what it was', () => {
  write(name, flow('./a'));
  const { stdout } = run('compile', '--no-verify', '--format', 'json', '-o', `b${ESC}`, name);
  expect(JSON.parse(stdout).outputs).toEqual([join(`b${ESC}`, 'w.sbatch'), join(`b${ESC}`, 'w.crc.json')]);
});

test('a title is one line, whatever it quotes', () => {
  write('w.crflow', flow('./a', 'workdir = "a\\nb"').replace('2h', '"a\\nb"'));
  const { stdout } = run('check', '--format', 'json', 'w.crflow');
  const titles = JSON.parse(stdout).diagnostics.map(({ title }: { title: string }) => title);
  expect(titles.length).toBeGreaterThan(1);
  for (const title of titles) expect(title).not.toContain('\n');
});
