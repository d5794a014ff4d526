import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mostEntries } from '../../src/host/cache.ts';
import { findShellCheck } from '../../src/host/shellcheck.ts';
import { crc } from '../support/crc.ts';
import { fakeShellCheck } from '../support/fake-shellcheck.ts';

// What ShellCheck says of `run` is shown where the user wrote it; and it is asked only once.
const flow = (run: string, top = '') => `crflow 1
${top}workflow primes {
  application { threads = 4
    run = ${run}
  }
  checkpoint { interval = 10min   lead = 2min }
  schedule { time = 2h   total = 1d }
}
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-lint-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Found {
  code: string;
  severity: string;
  title: string;
  at: { line: number; column: number; endLine: number; endColumn: number };
}

function compile(text: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(folder, 'primes.crflow'), text);
  const { status, stdout } = crc(['compile', '--format', 'json', ...args, 'primes.crflow'], {
    cwd: folder,
    env,
  });
  return { status, diagnostics: JSON.parse(stdout).diagnostics as Found[] };
}

/** The text that a finding points at, if it is on one line. */
function pointedAt(text: string, { at }: Found): string {
  const line = [...(text.split('\n')[at.line - 1] ?? '')];
  expect(at.endLine).toBe(at.line);
  return line.slice(at.column - 1, at.endColumn - 1).join('');
}

const tool = await findShellCheck(undefined, { ...process.env, CRFLOW_NO_DOWNLOAD: '1' });
const real = 'path' in tool ? tool.path : '';

describe.skipIf(real === '')(
  `ShellCheck itself on run${real ? '' : ' (skipped: no ShellCheck on PATH)'}`,
  () => {
    // The runtime is read once for all of them: it takes longer than all else.
    const cache = mkdtempSync(join(tmpdir(), 'crflow-cache-'));
    afterAll(() => rmSync(cache, { recursive: true, force: true }));
    const really = (text: string, ...args: string[]) =>
      compile(text, ['--shellcheck', real, ...args], { XDG_CACHE_HOME: cache });
    const block = flow(
      `"""
      # A line with é and 😀 in it, then what is put in: both shift the columns.
      echo 'é😀' {{threads}} "$undefined_one"
        for i in $(ls {{inputs}}); do
          echo "$i" "$title"
        done
    """`,
      'param inputs: String = "in"\nparam title: String = "a b"\n',
    );
    const expected = ['warning $undefined_one', 'error $(ls {{inputs}})'];

    test.each([
      ['indentation removed, names put in', block],
      ['CR LF', block.replaceAll('\n', '\r\n')],
      ['a byte order mark', `\ufeff${block}`],
      ['tabs', block.replaceAll(/^ {6}/gm, '\t')],
    ])('points at what was written: %s', (_, text) => {
      const { status, diagnostics } = really(text);
      expect(status).toBe(1);
      // $title is not among them: the job exports it.
      expect(diagnostics.map((one) => `${one.severity} ${pointedAt(text, one)}`)).toEqual(expected);
      expect(diagnostics.map(({ code }) => code)).toEqual(['CRF931', 'CRF930']);
    });

    test('in a string in quotes, behind an escape', () => {
      const text = flow(String.raw`"echo \"\$HOME\" \$nothing_such"`);
      const { status, diagnostics } = really(text);
      expect(status).toBe(0);
      expect(diagnostics.map((one) => pointedAt(text, one))).toEqual([String.raw`\$nothing_such`]);
    });

    test('what it calls information or style is told with --strict only, and a directive ends it', () => {
      const text = (directive: string) =>
        flow(`"""
      ${directive}
      cd box
      source /opt/solver/env.sh
      ./solve $HOME/in
    """`);
      expect(really(text('#'))).toEqual({ status: 0, diagnostics: [] });
      const strict = really(text('#'), '--strict');
      expect(strict.status).toBe(1);
      // No word of cd (set -e) nor of source (the file is on the cluster).
      expect(strict.diagnostics.map(({ title }) => /SC\d+/.exec(title)?.[0])).toEqual(['SC2086']);
      const quiet = really(text('# shellcheck disable=SC2086'), '--strict');
      expect(quiet).toEqual({ status: 0, diagnostics: [] });
    });
  },
);

describe('a ShellCheck that says', () => {
  const say = (level: string, code: number) => [
    { line: 2, column: 3, endLine: 2, endColumn: 7, level, code, message: 'a new idea' },
  ];
  const plain = flow('"./primes 1000"');

  test.each([
    ['error', 2000, 'CRF930', 1],
    ['warning', 2000, 'CRF931', 0],
    ['info', 2000, undefined, 0],
    // Its parser gave up, and bash's did not.
    ['error', 1072, 'CRF931', 0],
    // `echo all done`: if bash can read the text, `done` is a word in it.
    ['warning', 1010, undefined, 0],
  ])('%s of run, SC%i: %s, exit status %i', (level, code, expected, status) => {
    const { path } = fakeShellCheck(folder, { ofRun: say(level, code) });
    const found = compile(plain, ['--shellcheck', path]);
    expect(found).toMatchObject({ status, diagnostics: expected ? [{ code: expected }] : [] });
    for (const one of found.diagnostics) expect(pointedAt(plain, one)).toBe('prim');
  });

  test('shows the frame, its own code and where that is explained', () => {
    const { path } = fakeShellCheck(folder, { ofRun: say('warning', 2000) });
    writeFileSync(join(folder, 'primes.crflow'), plain);
    const { stderr } = crc(['compile', '--shellcheck', path, 'primes.crflow'], { cwd: folder });
    expect(stderr).toContain(`warning[CRF931]: a new idea (ShellCheck: SC2000)
  ┌─ primes.crflow:4:14
  │
4 │     run = "./primes 1000"
  │              ^^^^ SC2000
  │
  = help: https://www.shellcheck.net/wiki/SC2000 explains it
  = help: if you mean it so, write on the line before: # shellcheck disable=SC2000`);
  });

  test('places that are not there is no crash', () => {
    const far = [{ line: 99, column: 99, endLine: 1, endColumn: 0, level: 'warning', code: 1, message: 'm' }];
    const { path } = fakeShellCheck(folder, { ofRun: far });
    expect(compile(plain, ['--shellcheck', path])).toMatchObject({
      status: 0,
      diagnostics: [{ code: 'CRF931' }],
    });
  });

  test('something new of our own text is a warning, told once, also under --strict and in CI', () => {
    const { path } = fakeShellCheck(folder, { comments: [...say('error', 9999), ...say('error', 9999)] });
    const { status, diagnostics } = compile(plain, ['--shellcheck', path, '--strict'], { CI: 'true' });
    expect(status).toBe(0);
    expect(diagnostics).toMatchObject([
      {
        code: 'CRF920',
        title: 'ShellCheck on primes.sbatch, line 2: a new idea (SC9999), and in 1 more place',
      },
    ]);
  });
});

describe('the cache of its answers', () => {
  const text = flow('"./primes 1000"');
  const comments = [
    { line: 2, column: 3, endLine: 2, endColumn: 7, level: 'warning', code: 2000, message: 'm' },
  ];
  const home = () => join(folder, 'cache');
  const results = () => join(home(), 'crflow', 'shellcheck-results');
  const twice = (args: string[] = [], env: NodeJS.ProcessEnv = { XDG_CACHE_HOME: home() }) => {
    const fake = fakeShellCheck(folder, { ofRun: comments });
    const first = compile(text, ['--shellcheck', fake.path, ...args], env);
    expect(compile(text, ['--shellcheck', fake.path, ...args], env)).toEqual(first);
    expect(first).toMatchObject({ status: 0, diagnostics: [{ code: 'CRF931' }] });
    return fake;
  };

  test('the second time it is not asked; after a change, for another version and with --no-cache it is', () => {
    const fake = twice();
    expect(fake.calls()).toBe(2); // run, and the script
    const env = { XDG_CACHE_HOME: home() };
    compile(text.replace('1000', '1001'), ['--shellcheck', fake.path], env);
    expect(fake.calls()).toBe(4);
    fakeShellCheck(folder, { version: '9.9.10' });
    expect(compile(text, ['--shellcheck', fake.path], env).diagnostics).toEqual([]);
    expect(fake.calls()).toBe(6);
    compile(text, ['--shellcheck', fake.path, '--no-cache'], env);
    expect(fake.calls()).toBe(8);
  });

  test('where it cannot be written, everything goes on without it', () => {
    writeFileSync(home(), 'a file');
    expect(twice().calls()).toBe(4);
  });

  test('is under HOME where XDG_CACHE_HOME is not said', () => {
    expect(twice([], { XDG_CACHE_HOME: '', HOME: folder }).calls()).toBe(2);
    expect(readdirSync(join(folder, '.cache/crflow/shellcheck-results'))).toHaveLength(3);
  });

  test('a torn entry is as good as none', () => {
    const fake = twice();
    for (const name of readdirSync(results())) writeFileSync(join(results(), name), '{"comments": [{');
    const again = compile(text, ['--shellcheck', fake.path], { XDG_CACHE_HOME: home() });
    expect(again.diagnostics).toHaveLength(1);
    expect(fake.calls()).toBe(4);
  });

  test('keeps the entries that were of use last, and not more than it should', () => {
    const fake = twice();
    const old = readdirSync(results());
    for (let i = 0; i < mostEntries; i++) {
      const path = join(results(), `filler-${i}`);
      writeFileSync(path, '');
      utimesSync(path, 1, 1);
    }
    compile(text.replace('1000', '1001'), ['--shellcheck', fake.path], { XDG_CACHE_HOME: home() });
    const names = readdirSync(results());
    expect(names.length).toBeLessThanOrEqual(mostEntries);
    expect(names).toEqual(expect.arrayContaining(old));
  });

  test('a failure is not remembered', () => {
    const path = join(folder, 'broken');
    const script = '#!/bin/sh\n[ "$1" = --version ] && echo "version: 9.9.9" && exit\necho oh >&2; exit 4\n';
    writeFileSync(path, script, { mode: 0o755 });
    mkdirSync(home());
    const { status, diagnostics } = compile(text, ['--shellcheck', path], { XDG_CACHE_HOME: home() });
    expect({ status, code: diagnostics[0]?.code }).toEqual({ status: 3, code: 'CRF922' });
    expect(readFileSync(join(folder, 'primes.crflow'), 'utf8')).toBe(text);
    expect(twice().calls()).toBe(2);
  });
});
