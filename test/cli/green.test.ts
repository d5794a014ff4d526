import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';
import { fakeShellCheck } from '../support/fake-shellcheck.ts';

// Green means green: the status is right however the output is read, and nothing that CI should see goes unseen.
const root = join(import.meta.dirname, '../..');
const flow = (name = 'primes', run = './primes 1000') => `crflow 1
workflow ${name} {
  application { run = "${run}" }
  checkpoint { interval = 10min   lead = 2min }
  schedule { time = 2h   total = 1d }
}
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-green-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const edit = (name: string, change: (text: string) => string) => write(name, change(read(name)));
const run = (...args: string[]) => crc(args, { cwd: folder });
const fine = (...args: string[]) => expect(run(...args)).toMatchObject({ status: 0, stderr: '' });
const codes = ({ stderr }: { stderr: string }) =>
  [...stderr.matchAll(/^(?:error|warning)\[(CRF\d+)\]: (?:stale: )?([^ :,]+)/gm)].map((one) =>
    one.slice(1).join(' '),
  );

describe('whatever becomes of the output', () => {
  /** The statuses of crc with standard output, then with both streams, to a pipe that nobody reads any longer, and to a full disk. */
  function statuses(...args: string[]) {
    // The reader takes one line and ends; only then does crc start.
    const script = `mkfifo p; (read -r _ <p) & exec 3>p; echo >&3; wait
      crc() { "$NODE" "$CRC" "$@"; echo $? >>statuses; }
      crc "$@" >&3 2>/dev/null; crc "$@" >&3 2>&3; crc "$@" >/dev/full 2>errors`;
    const env = { ...process.env, NODE: process.execPath, CRC: join(root, 'dist/crc.js'), CI: '' };
    spawnSync('bash', ['-c', script, 'bash', ...args], { cwd: folder, env });
    return read('statuses').trim().split('\n').map(Number);
  }

  test.each([
    ['drift', ['compile', '--check'], [1, 1, 3]],
    ['drift, as JSON', ['compile', '--check', '--format', 'json'], [1, 1, 3]],
    ['a mistake', ['check', 'wrong.crflow'], [1, 1, 1]],
    ['a file that is not there', ['check', 'nowhere.crflow'], [2, 2, 2]],
    ['nothing', ['check', 'primes.crflow'], [0, 0, 3]],
    ['help', ['compile', '--help'], [0, 0, 3]],
  ])('the status is that of the findings: %s', (_, args, expected) => {
    write('primes.crflow', flow());
    fine('compile', '--no-verify', 'primes.crflow');
    write('primes.crflow', flow('primes', './primes 2000'));
    if (args[0] === 'check') write('wrong.crflow', flow().replace('10min', '300'));
    expect(statuses(...args)).toEqual(expected);
    expect(read('errors')).not.toMatch(/bug|\n\s+at /);
    if (expected[2] === 3)
      expect(read('errors')).toContain('crc could not write its output: the disk is full');
  });

  test('only one place prints', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((name) => name.endsWith('.ts') && name !== 'host/print.ts');
    expect(sources.length).toBeGreaterThan(100);
    const others = sources.filter((name) =>
      /process\.std(?:out|err)|console\./.test(readFileSync(join(root, 'src', name), 'utf8')),
    );
    expect(others).toEqual([]);
  });
});

describe('what CI should see', () => {
  test('a flow without outputs, where the others have theirs', () => {
    write('flows/a.crflow', flow('a'));
    fine('compile', '--no-verify', '-o', 'jobs', 'flows/a.crflow');
    write('flows/b.crflow', flow('b'));
    write('.hidden/c.crflow', flow('c'));
    for (const args of [[], ['flows'], ['.']]) {
      const result = run('compile', '--check', ...args);
      expect(result.status).toBe(1);
      expect(codes(result)).toEqual(['CRF942 jobs/b.sbatch']);
    }
    expect(run('compile', '--check', 'jobs/a.sbatch')).toMatchObject({
      status: 0,
      stdout: 'up to date: a\n',
    });
    fine('compile', '--stale', '--no-verify');
    expect(run('compile', '--check')).toMatchObject({ status: 0, stdout: 'up to date: a, b\n' });
    expect(codes(run('compile', '--check', 'jobs/x.sbatch'))).toEqual(['CRF958 no']);
  });

  test('mistakes in run: of every shell construct, and those that only bash finds', () => {
    write('a.crflow', flow('a', 'if true; then ./a'));
    // unbash reads this, bash does not.
    write('b.crflow', flow('b', 'a=(1 2'));
    for (const args of [
      ['check', 'a.crflow', 'b.crflow'],
      ['compile', '--check'],
    ]) {
      const result = run(...args);
      expect(result.status).toBe(1);
      expect(result.stderr).toContain('CRF480');
      expect(result.stderr).toContain(' b.crflow:3:');
    }
  });

  test('what ShellCheck says, with --verify', () => {
    write('a.crflow', flow('a'));
    fine('compile', '--no-verify', 'a.crflow');
    const { path } = fakeShellCheck(folder, {
      ofRun: [{ line: 2, level: 'error', code: 1, message: 'no' }],
    });
    expect(run('compile', '--check', '--shellcheck', path).status).toBe(0);
    const result = run('compile', '--check', '--verify', '--shellcheck', path);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('CRF930');
  });

  test('a workflow that is gone from its file', () => {
    write('a.crflow', flow('a'));
    fine('compile', '--no-verify', 'a.crflow');
    write('a.crflow', 'crflow 1\nlet t = 2h\n');
    expect(codes(run('compile', '--check'))).toEqual(['CRF943 a.sbatch']);
    const stale = run('compile', '--stale', '--no-verify');
    expect(stale.status).toBe(1);
    expect(codes(stale)).toEqual(['CRF943 a.sbatch']);
  });
});

describe('a file that others include', () => {
  beforeEach(() => {
    write('shared.crflow', 'crflow 1\nlet ahead = 2min\nparam n: Int\n');
    for (const name of ['a', 'b'])
      write(
        `${name}.crflow`,
        flow(name, './a {{n}}')
          .replace('crflow 1', 'crflow 1\ninclude "shared.crflow"')
          .replace('lead = 2min', 'lead = ahead'),
      );
    fine('compile', '--no-verify', '--set', 'n=3', 'a.crflow', 'b.crflow');
  });

  test('is fine by itself, and in a glob, with the settings of the flows', () => {
    fine('check', 'shared.crflow');
    fine('check', 'a.crflow', 'b.crflow', 'shared.crflow');
    expect(run('compile', '--check')).toMatchObject({ status: 0, stdout: 'up to date: a, b\n' });
  });

  test('is checked together with the flows that include it, and its mistakes are shown once', () => {
    edit('shared.crflow', (text) => text.replace('2min', '3h'));
    const alone = run('check', 'shared.crflow');
    expect(alone.status).toBe(1);
    expect(alone.stderr).toContain('a.crflow:');
    edit('shared.crflow', (text) => text.replace('3h', 'no_such_name'));
    for (const args of [
      ['check', 'shared.crflow'],
      ['check', 'a.crflow', 'b.crflow'],
      ['compile', '--check'],
    ])
      expect(codes(run(...args))).toEqual(['CRF117 `no_such_name`']);
  });

  test('a comment in it makes nothing stale; a change makes stale what depends on it', () => {
    edit('shared.crflow', (text) => `${text}// a comment\n`);
    expect(run('compile', '--check').status).toBe(0);
    expect(run('compile', '--stale', '--no-verify').stdout).toBe('fine: nothing is stale\n');
    edit('shared.crflow', (text) => text.replace('2min', '3min'));
    expect(codes(run('compile', '--check'))).toEqual(['CRF940 a.sbatch', 'CRF940 b.sbatch']);
    const { stdout } = run('compile', '--stale', '--no-verify');
    expect(stdout).toBe('a.sbatch: not verified\nb.sbatch: not verified\n');
    expect(JSON.parse(read('a.crc.json')).set).toEqual({ n: '3' });
    expect(run('compile', '--check').status).toBe(0);
  });
});

describe('of many flows, one that is wrong', () => {
  beforeEach(() => {
    for (const name of ['a', 'b', 'c']) write(`${name}.crflow`, flow(name));
    fine('compile', '--no-verify', 'a.crflow', 'b.crflow', 'c.crflow');
    for (const name of ['a', 'b', 'c']) edit(`${name}.crflow`, (text) => text.replace('2min', '3min'));
    edit('b.crflow', (text) => text.replace('3min', '3m'));
  });

  test('keeps its outputs, and --stale writes the others; the status says so', () => {
    const before = read('b.sbatch');
    const { status, stdout, stderr } = run('compile', '--stale', '--no-verify');
    expect(status).toBe(1);
    expect(stdout).toBe('a.sbatch: not verified\nc.sbatch: not verified\nnot written: b.crflow\n');
    expect(stderr).toContain('[CRF251]');
    expect(read('b.sbatch')).toBe(before);
    edit('b.crflow', (text) => text.replace('3m ', '3min '));
    expect(run('compile', '--stale', '--no-verify')).toMatchObject({
      status: 0,
      stdout: 'b.sbatch: not verified\n',
    });
    expect(run('compile', '--check').status).toBe(0);
  });

  test('and if nothing else is stale, it says that', () => {
    run('compile', '--stale', '--no-verify');
    const { status, stdout } = run('compile', '--stale', '--no-verify');
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'nothing else is stale\n' });
  });
});

describe('what git does to files', () => {
  const conflict = (one: string, other: string) => `<<<<<<< HEAD\n${one}=======\n${other}>>>>>>> other\n`;
  beforeEach(() => {
    write('a.crflow', flow('a'));
    fine('compile', '--no-verify', 'a.crflow');
  });

  test('conflict markers in a manifest, in a script and in a flow are called that', () => {
    const line = /^ {6}"sha256": .*\n/m;
    edit('a.crc.json', (text) =>
      text.replace(line, (found) => conflict(found, found.replace(/: ".*"/, `: "${'0'.repeat(64)}"`))),
    );
    const manifest = run('compile', '--check');
    expect(codes(manifest)).toEqual(['CRF956 a.crc.json']);
    expect(manifest.stdout).toBe('');
    expect(manifest.stderr).toContain('compile it again: crc compile a.crflow');
    edit('a.sbatch', (text) => text.replace(/^#SBATCH.*\n/m, (found) => conflict(found, found)));
    expect(codes(run('compile', '--check'))).toEqual(['CRF956 a.sbatch']);
    fine('compile', '--stale', '--no-verify');
    fine('compile', '--check');
    edit('a.crflow', (text) => text.replace(/^ {2}application.*\n/m, (found) => conflict(found, found)));
    const source = run('check', 'a.crflow');
    expect(codes(source)).toEqual(['CRF018 git']);
  });

  test('a manifest whose versions were compiled with other settings', () => {
    edit('a.crc.json', (text) =>
      text.replace(
        /^ {2}"outputs"/m,
        () => `${conflict('  "set": { "n": "1" },\n', '  "set": { "n": "2" },\n')}  "outputs"`,
      ),
    );
    const result = run('compile', '--check');
    expect(result.status).toBe(1);
    expect(codes(result)[0]).toBe('CRF956 a.crc.json');
  });

  test('a checkout with CRLF is named as such, in one line', () => {
    for (const name of ['a.crflow', 'a.sbatch', 'a.crc.json'])
      edit(name, (text) => text.replaceAll('\n', '\r\n'));
    const result = run('compile', '--check');
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(codes(result)).toEqual(['CRF957 a.sbatch']);
  });
});

describe('the version of crc', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  beforeEach(() => write('flows/a.crflow', flow('a')));

  test('is in manifests, and another one that made the same outputs will do', () => {
    fine('compile', '--no-verify', 'flows/a.crflow');
    expect(JSON.parse(read('flows/a.crc.json')).crc).toBe(version);
    edit('flows/a.crc.json', (text) => text.replace(`"crc": "${version}"`, '"crc": "99.1.0"'));
    fine('compile', '--check');
  });

  test('can be required by a repository: the nearest file counts', () => {
    write('.crflow-version', '>=99\n');
    for (const args of [['check'], ['compile'], ['plan'], ['compile', '--check']]) {
      const result = run(...args, 'flows/a.crflow');
      expect(result).toMatchObject({ status: 2, stdout: '' });
      expect(codes(result)).toEqual(['CRF962 this']);
    }
    write('flows/.crflow-version', `~${version}\n`);
    fine('check', 'flows/a.crflow');
    write('flows/.crflow-version', 'newest\n');
    expect(codes(run('check', 'flows/a.crflow'))).toEqual(['CRF963 `newest`']);
  });
});

test('a hundred flows: no line with all names, and one mistake has three frames', () => {
  write('shared.crflow', 'crflow 1\nlet ahead = 2min\n');
  const names = Array.from({ length: 100 }, (_, i) => `a_rather_long_name_${i}`);
  for (const name of names)
    write(
      `${name}.crflow`,
      flow(name)
        .replace('crflow 1', 'crflow 1\ninclude "shared.crflow"')
        .replace('lead = 2min', 'lead = ahead'),
    );
  const files = names.map((name) => `${name}.crflow`);
  const lengths = (text: string) => Math.max(...text.split('\n').map((line) => line.length));
  expect(lengths(run('check', ...files).stdout)).toBeLessThan(300);
  fine('compile', '--no-verify', ...files);
  expect(lengths(run('compile', '--check').stdout)).toBeLessThan(300);
  edit('shared.crflow', (text) => text.replace('2min', '3min'));
  const drift = run('compile', '--check');
  expect(drift.status).toBe(1);
  expect(drift.stderr.split('\n').length).toBeLessThan(30);
  expect(drift.stdout.split('\n').length).toBeLessThan(100);
  expect(drift.stderr).toContain('97 more like these: ');
  expect(drift.stderr).toContain('100 errors');
  edit('shared.crflow', (text) => text.replace('3min', '3h'));
  const wrong = run('check', ...files);
  expect(lengths(wrong.stderr)).toBeLessThan(300);
  expect(wrong.stderr).toContain('97 more like these: ');
  expect(JSON.parse(run('check', '--format', 'json', ...files).stdout).diagnostics).toHaveLength(100);
});
