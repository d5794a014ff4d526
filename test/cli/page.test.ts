import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

// How findings look on terminals: their width, and colours. `script` of util-linux is the terminal.
const bundle = join(import.meta.dirname, '../../dist/crc.js');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-page-'));
  writeFileSync(
    join(folder, 'a.crflow'),
    'crflow 1\nworkflow a {\n  application { run = "水の分子 ⭐ 🟠" nodez = 2 }\n  checkpoint { interval = 10min lead = 3h }\n  schedule { time = 2h total = 1d }\n}\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const escapes = /\u001B\[[0-9;]*m/;
const longest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

function onTerminal(columns: number, env: NodeJS.ProcessEnv = {}): string {
  const command = `stty cols ${columns}; exec '${process.execPath}' '${bundle}' check a.crflow`;
  const { NO_COLOR: _, FORCE_COLOR: __, COLUMNS: ___, ...own } = process.env;
  // `script` can end before it has passed on the last of what it got.
  for (let tries = 0; tries < 10; tries++) {
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { ...own, TERM: 'xterm', ...env },
      encoding: 'utf8',
    });
    if (/\d errors?\r?\n/.test(stdout)) return stdout.replaceAll('\r\n', '\n');
  }
  throw new Error('the terminal lost the output ten times');
}
const piped = (env: NodeJS.ProcessEnv) => crc(['check', 'a.crflow'], { cwd: folder, env }).stderr;

describe('the width', () => {
  test('of a narrow terminal is respected, of a wide one up to 100 columns', () => {
    const plain = onTerminal(60, { NO_COLOR: '1' });
    expect(plain).toContain('CRF101');
    expect(longest(plain)).toBeLessThanOrEqual(60);
    expect(longest(onTerminal(250, { NO_COLOR: '1' }))).toBeLessThanOrEqual(100);
    expect(longest(onTerminal(50, { NO_COLOR: '1', COLUMNS: '70' }))).toBeGreaterThan(50);
  });

  test('of a pipe is COLUMNS; without it, a title is one line', () => {
    expect(longest(piped({ COLUMNS: '60' }))).toBeLessThanOrEqual(60);
    expect(piped({ COLUMNS: 'many' })).toBe(piped({}));
  });

  test('wide characters are counted as a terminal draws them', () => {
    const lines = piped({}).split('\n');
    const at = lines.findIndex((line) => line.includes('nodez = '));
    const [before = ''] = (lines[at] ?? '').split('nodez');
    // 水の分子, the star and the circle take two columns each.
    expect(lines[at + 1]?.indexOf('^')).toBe([...before].length + 6);
  });
});

describe('colours', () => {
  test.each([
    ['on a terminal', true, {}],
    ['not with NO_COLOR', false, { NO_COLOR: '1' }],
    ['an empty NO_COLOR says nothing', true, { NO_COLOR: '' }],
    ['not on a dumb terminal', false, { TERM: 'dumb' }],
    ['not with FORCE_COLOR=0', false, { FORCE_COLOR: '0' }],
  ])('%s', (_, expected, env) => {
    expect(escapes.test(onTerminal(80, env))).toBe(expected);
  });

  test.each([
    ['not in a pipe', false, {}],
    ['except with FORCE_COLOR', true, { FORCE_COLOR: '1' }],
    ['NO_COLOR decides', false, { FORCE_COLOR: '1', NO_COLOR: '1' }],
  ])('%s', (_, expected, env) => expect(piped(env).includes('\u001B[')).toBe(expected));
});
