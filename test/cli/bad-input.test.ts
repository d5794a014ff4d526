import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LONGEST_SOURCE } from '../../src/syntax/parse.ts';
import { crc } from '../support/crc.ts';

// Whatever is named as a flow: an answer in words, with a status, and the outputs of yesterday as they were.
// That there is an answer at all is held by the time limit of `crc` in test/support (it would have no status).
const good = `crflow 1
workflow primes {
  application { run = "./primes" }
  checkpoint { interval = 10min lead = 2min }
  schedule { time = 2h total = 1d }
}
`;
const fill = (text: string) => text.repeat(Math.floor((LONGEST_SOURCE - 1000) / text.length));
const keyed = (text: string) => good.replace('"./primes"', `"./primes" ${text}`);

const yesterday = '# primes: compiled from primes.crflow by crc\nof yesterday';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-bad-'));
  writeFileSync(join(folder, 'primes.sbatch'), yesterday);
  writeFileSync(join(folder, 'primes.crc.json'), 'of yesterday, too');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = () => join(folder, 'x.crflow');

function compile(input?: string | Uint8Array) {
  const args = ['compile', '--no-verify', input === undefined ? 'x.crflow' : '-'];
  const result = crc(args, { cwd: folder, ...(input === undefined ? {} : { input }) });
  expect(result.stderr).not.toMatch(/\n\s+at |its own fault|undefined|heap out of memory/);
  return result;
}

const untouched = () => {
  expect(readFileSync(join(folder, 'primes.sbatch'), 'utf8')).toBe(yesterday);
  expect(readFileSync(join(folder, 'primes.crc.json'), 'utf8')).toBe('of yesterday, too');
};

describe('files that are none of crc', () => {
  const cases: readonly [string, () => void, number, RegExp][] = [
    ['none', () => {}, 2, /there is no such file/],
    ['a folder', () => mkdirSync(path()), 2, /it is a folder/],
    [
      '100 MB',
      () => {
        writeFileSync(path(), '');
        truncateSync(path(), 100_000_000);
      },
      2,
      /larger than 1 MiB/,
    ],
    [
      'a binary',
      () => writeFileSync(path(), new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1])),
      2,
      /binary file/,
    ],
    ['invalid UTF-8', () => writeFileSync(path(), new Uint8Array([0x63, 0xff, 0x0a])), 2, /not UTF-8 text/],
    ['nothing', () => writeFileSync(path(), ''), 1, /the file is empty/],
  ];
  test.each(cases)('%s', (_, make, status, message) => {
    make();
    const result = compile();
    expect({ status: result.status, stdout: result.stdout }, result.stderr).toEqual({ status, stdout: '' });
    expect(result.stderr).toMatch(message);
    untouched();
  });

  test('3 MB on standard input', () => {
    const result = compile(new Uint8Array(3_000_000).fill(32));
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('cannot read -: it is larger than 1 MiB');
    untouched();
  });
});

/** Much to compare with much: names with names, each word of a line with how the line begins. */
const lets = Array.from({ length: 5000 }, (_, i) => `let x${i} = y${i}z\n`).join('');
const wide = `${' '.repeat(LONGEST_SOURCE / 2)}${'a { } '.repeat(LONGEST_SOURCE / 12 - 10)}`;

/** Of one mistake, three are shown, and some places of the others. */
const MANY_ALIKE = /\d+ more like these: .* and \d+ more\n\n\d+ errors\n$/;

describe('texts with errors', () => {
  test.each([
    ['smart quotes', good.replaceAll('"', '“'), /straight quotes/],
    ['an open string', good.replace('./primes"', './primes'), /error\[CRF0/],
    ['an open block string', good.replace('"./primes"', '"""'), /error\[CRF0/],
    ['an open comment', good.replace('application', '/* application'), /error\[CRF0/],
    ['an open block', good.trimEnd().slice(0, -1), /is not closed/],
    ['braces in braces', `crflow 1\nworkflow a ${fill('{')}`, /error\[CRF0/],
    ['brackets in brackets', keyed(`threads = ${fill('[')}`), /nested more than/],
    ['brackets of a calculation', keyed(`threads = ${fill('(')}`), /error\[CRF0/],
    ['closing braces only', `crflow 1\n${fill('}')}`, /error\[CRF0/],
    ['too long', `${good}//${'x'.repeat(LONGEST_SOURCE)}`, /CRF016/],
    ['a number of many digits', keyed(`threads = ${fill('9')}`), /CRF203/],
    ['an error in every line', keyed(fill('x = 1\n')), MANY_ALIKE],
    [
      'thousands of names, none of which is known',
      `crflow 1\n${lets}`,
      /CRF117[\s\S]*the first 100 are shown\n$/,
    ],
    ['a line that is half blanks', `crflow 1\nworkflow a {\n${wide}`, MANY_ALIKE],
    ['an error in every word of a line', `crflow 1\n${fill('workflow ')}`, MANY_ALIKE],
  ])('%s', (_, text, message) => {
    writeFileSync(path(), text);
    const result = compile();
    expect({ status: result.status, stdout: result.stdout }).toEqual({ status: 1, stdout: '' });
    expect(result.stderr).toMatch(message);
    untouched();
  });

  test('a program is told a thousand of many findings', () => {
    writeFileSync(path(), keyed(fill('x = 1\n')));
    const { status, stdout } = crc(['check', '--format', 'json', 'x.crflow'], { cwd: folder });
    expect(status).toBe(1);
    expect(JSON.parse(stdout).diagnostics).toHaveLength(1000);
  });
});

describe('texts that are only unusual', () => {
  test.each([
    ['CR LF', good.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${good}`],
    ['tabs', good.replaceAll('  ', '\t')],
  ])('%s', (_, text) => {
    writeFileSync(path(), text);
    expect(compile()).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(folder, 'primes.sbatch'), 'utf8')).toContain('\n./primes\nRUN\n');
  });
});
