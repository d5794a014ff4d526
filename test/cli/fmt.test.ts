import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-fmt-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);
const read = (name: string) => readFileSync(at(name), 'utf8');
const fmt = (...args: string[]) => crc(['fmt', ...args], { cwd: folder });

const untidy = 'crflow 1\nlet a=1 // one\n';
const tidy = 'crflow 1\n\nlet a = 1  // one\n';
const broken = 'crflow 1\nlet a = \n';

test('formats files in place, and those in folders; others stay untouched', () => {
  mkdirSync(at('sub/deeper'), { recursive: true });
  write('a.crflow', untidy);
  write('sub/deeper/b.crflow', untidy);
  write('sub/tidy.crflow', tidy);
  write('sub/other.txt', untidy);
  utimesSync(at('sub/tidy.crflow'), 1, 1);
  const { status, stdout } = fmt('a.crflow', 'sub', './sub/deeper/b.crflow');
  expect([status, stdout]).toEqual([0, 'formatted a.crflow\nformatted sub/deeper/b.crflow\n']);
  expect([read('a.crflow'), read('sub/deeper/b.crflow'), read('sub/other.txt')]).toEqual([
    tidy,
    tidy,
    untidy,
  ]);
  expect(statSync(at('sub/tidy.crflow')).mtimeMs).toBe(1000);
  expect(fmt('.')).toMatchObject({ status: 0, stdout: "fine: 3 flows in crflow's style\n" });
  expect(readdirSync(folder)).toEqual(['a.crflow', 'sub']);
});

test('keeps permissions and links', () => {
  write('a.crflow', untidy);
  chmodSync(at('a.crflow'), 0o640);
  symlinkSync('a.crflow', at('link.crflow'));
  expect(fmt('link.crflow').status).toBe(0);
  expect(lstatSync(at('link.crflow')).isSymbolicLink()).toBe(true);
  expect(statSync(at('a.crflow')).mode & 0o777).toBe(0o640);
  expect(read('a.crflow')).toBe(tidy);
});

test('--check and --diff write nothing, and find what is not formatted', () => {
  write('a.crflow', untidy);
  write('b.crflow', tidy);
  const checked = fmt('--check', 'a.crflow', 'b.crflow');
  expect([checked.status, checked.stdout]).toEqual([1, '']);
  expect(checked.stderr).toContain('error[CRF970]: a.crflow is not formatted\n  ┌─ a.crflow:2:1');
  expect(checked.stderr).not.toContain('b.crflow');
  expect(fmt('--check', 'b.crflow').status).toBe(0);
  const { status, stdout } = fmt('--diff', 'a.crflow');
  expect([status, stdout]).toEqual([
    1,
    '--- a.crflow\tas it is\n+++ a.crflow\tformatted\n@@ -1,2 +1,3 @@\n crflow 1\n-let a=1 // one\n+\n+let a = 1  // one\n',
  ]);
  const json = JSON.parse(fmt('--check', '--format', 'json', 'a.crflow').stdout);
  expect(json).toMatchObject({
    diagnostics: [{ code: 'CRF970', file: 'a.crflow' }],
    diffs: [{ output: 'a.crflow' }],
  });
  expect(read('a.crflow')).toBe(untidy);
});

test('what cannot be parsed is left as it is, with its findings; the others are formatted', () => {
  write('a.crflow', broken);
  write('b.crflow', untidy);
  const { status, stdout, stderr } = fmt('a.crflow', 'b.crflow');
  expect([status, stdout]).toEqual([1, 'formatted b.crflow\n']);
  expect(stderr).toContain('a.crflow:2:');
  expect([read('a.crflow'), read('b.crflow')]).toEqual([broken, tidy]);
  expect(crc(['fmt', '-'], { input: broken })).toMatchObject({ status: 1, stdout: '' });
});

test('standard input is printed formatted, also if it was', () => {
  for (const input of [untidy, tidy])
    expect(crc(['fmt', '-'], { input })).toMatchObject({ status: 0, stdout: tidy });
  expect(crc(['fmt', '--check', '-'], { input: untidy }).status).toBe(1);
  expect(crc(['fmt', '--check', '-'], { input: tidy }).status).toBe(0);
});

test('CR LF is named as such', () => {
  write('a.crflow', tidy.replaceAll('\n', '\r\n'));
  expect(fmt('--check', 'a.crflow').stderr).toContain('not formatted: its lines end with CR LF');
  expect(fmt('a.crflow').status).toBe(0);
  expect(read('a.crflow')).toBe(tidy);
});

test('what does not exist, and a folder without flows', () => {
  expect(fmt('none.crflow')).toMatchObject({ status: 2 });
  expect(fmt('.').stderr).toContain('it has no .crflow files');
  expect(fmt().status).toBe(2);
});
