import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';
import { fakeShellCheck as fakeIn } from '../support/fake-shellcheck.ts';

// The command as a user has it: the bundle, its exit status, what it prints and what is on disk afterwards.
const schema = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../specs', `${name}.schema.json`), 'utf8'));

const good = `crflow 1

workflow primes {
  application { run = "./primes 1000" }
  checkpoint { interval = 10min   lead = 2min }
  schedule { time = 2h   total = 1d }
}
`;
const bad = good.replace('10min', '300').replace('2h', '2:30');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string | Uint8Array) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const run = (args: string[], more: { input?: string | Uint8Array; env?: NodeJS.ProcessEnv } = {}) =>
  crc(args, { cwd: folder, ...more });

const fakeShellCheck = (comments: object[] = []) => fakeIn(folder, { comments }).path;

describe('crc compile', () => {
  test('takes a file that only declares things for others, and writes nothing of it', () => {
    write('more.crflow', 'crflow 1\nlet queue = "debug"\n');
    write('library.crflow', 'crflow 1\ninclude "more.crflow"\nparam n: Int = 5\nlet step = 0.5\n');
    for (const command of [['compile', '--no-verify'], ['check']]) {
      const { status, stdout, stderr } = run([...command, 'library.crflow']);
      expect({ status, said: stdout + stderr }).toEqual({
        status: 0,
        said: 'fine: there is no workflow in it, so nothing is written\n',
      });
    }
    expect(readdirSync(folder).sort()).toEqual(['library.crflow', 'more.crflow']);
  });

  test('writes a script that can be executed, and a manifest, beside the source', () => {
    write('flows/primes.crflow', good);
    const { status, stdout, stderr } = run([
      'compile',
      '--shellcheck',
      fakeShellCheck(),
      'flows/primes.crflow',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe('flows/primes.sbatch: verified by bash -n and ShellCheck 9.9.9\n');
    expect(readdirSync(join(folder, 'flows')).sort()).toEqual([
      'primes.crc.json',
      'primes.crflow',
      'primes.sbatch',
    ]);
    expect(statSync(join(folder, 'flows/primes.sbatch')).mode & 0o111).not.toBe(0);
    const manifest = JSON.parse(readFileSync(join(folder, 'flows/primes.crc.json'), 'utf8'));
    expect(new Ajv().validate(schema('manifest'), manifest)).toBe(true);
    expect(manifest.source.path).toBe('primes.crflow');
  });

  test('says the same twice, and the manifest does not depend on where the project is', () => {
    write('a/primes.crflow', good);
    write('b/deeper/primes.crflow', good);
    for (const where of ['a', 'b/deeper']) {
      expect(
        run(['compile', '--no-verify', '-o', join(where, 'out'), join(where, 'primes.crflow')]).status,
      ).toBe(0);
    }
    for (const name of ['primes.sbatch', 'primes.crc.json'])
      expect(readFileSync(join(folder, 'a/out', name))).toEqual(
        readFileSync(join(folder, 'b/deeper/out', name)),
      );
  });

  test('writes what is right, and of a flow that is wrong nothing; the status says that one is', () => {
    write('good.crflow', good);
    write('bad.crflow', bad.replace('workflow primes', 'workflow other'));
    write('other.sbatch', 'of yesterday');
    const { status, stdout, stderr } = run(['compile', '--no-verify', 'good.crflow', 'bad.crflow']);
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: 'primes.sbatch: not verified\nnot written: bad.crflow\n',
    });
    expect(stderr).toContain('bad.crflow:5:27');
    expect(stderr).toContain('bad.crflow:6:21');
    expect(stderr).toMatch(/\n2 errors\n$/);
    expect(existsSync(join(folder, 'primes.crc.json'))).toBe(true);
    expect(readFileSync(join(folder, 'other.sbatch'), 'utf8')).toBe('of yesterday');
    expect(existsSync(join(folder, 'other.crc.json'))).toBe(false);
  });

  test('writes no workflow of a file with a mistake', () => {
    write('two.crflow', `${good}${bad.replace('crflow 1', '').replace('workflow primes', 'workflow other')}`);
    expect(run(['compile', '--no-verify', 'two.crflow'])).toMatchObject({ status: 1, stdout: '' });
    expect(existsSync(join(folder, 'primes.sbatch'))).toBe(false);
  });

  test.each([['--stdout'], ['--emit', 'plan'], ['--lock']])('with %s, all flows or none', (...option) => {
    write('good.crflow', good);
    write('bad.crflow', bad.replace('workflow primes', 'workflow other'));
    const { status, stdout } = run(['compile', '--no-verify', ...option, 'good.crflow', 'bad.crflow']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(existsSync(join(folder, 'primes.sbatch'))).toBe(false);
  });

  test('a mistake in an included file stops the flows that include it, and no others', () => {
    write('common.crflow', 'crflow 1\nlet pause = 10m\n');
    write(
      'cold.crflow',
      good
        .replace('crflow 1', 'crflow 1\ninclude "common.crflow"')
        .replace('workflow primes', 'workflow cold'),
    );
    write('good.crflow', good);
    const { status, stdout } = run(['compile', '--no-verify', 'cold.crflow', 'good.crflow']);
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: 'primes.sbatch: not verified\nnot written: cold.crflow\n',
    });
  });

  test('what stops one flow lets the others through: a warning with --strict, a file of somebody else, one name for two', () => {
    const named = (name: string) => good.replace('workflow primes', `workflow ${name}`);
    write('often.crflow', named('often').replace(/interval\s*= \w+/, 'interval = 5s'));
    write('mine.crflow', named('mine'));
    write('mine.sbatch', 'my own script');
    write('a/twice.crflow', named('twice'));
    write('b/twice.crflow', named('twice'));
    write('good.crflow', good);
    const all = ['often.crflow', 'mine.crflow', 'a/twice.crflow', 'b/twice.crflow', 'good.crflow'];
    const { status, stdout, stderr } = run(['compile', '--no-verify', '--strict', '-o', '.', ...all]);
    expect(status).toBe(2);
    expect(stdout).toBe(
      'primes.sbatch: not verified\nnot written: often.sbatch, mine.sbatch, twice.sbatch\n',
    );
    expect([...stderr.matchAll(/\[(CRF\d+)\]/g)].map(([, code]) => code)).toEqual([
      'CRF311',
      'CRF903',
      'CRF904',
    ]);
    expect(readFileSync(join(folder, 'mine.sbatch'), 'utf8')).toBe('my own script');
    expect(existsSync(join(folder, 'twice.sbatch'))).toBe(false);
  });

  test('of two folders, one that cannot be written to does not stop the other', () => {
    write('a/flow.crflow', good);
    write('b/flow.crflow', good);
    write('file', '');
    const { status, stdout } = run(['compile', '--no-verify', 'a/flow.crflow', 'b/flow.crflow']);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'a/primes.sbatch: not verified\nb/primes.sbatch: not verified\n',
    });
    expect(run(['compile', '--no-verify', '-o', 'file/x', 'a/flow.crflow'])).toMatchObject({
      status: 3,
      stdout: '',
    });
  });

  const shared = 'crflow 1\nparam n: Int = 3\nparam title: String = "x"\n';
  const sharing = good
    .replace('crflow 1', 'crflow 1\ninclude "lib/common.crflow"')
    .replace('1000', '{{n}} $title');

  test('--set gives parameters their values, and the manifest says so', () => {
    write('flows/primes.crflow', sharing);
    write('flows/lib/common.crflow', shared);
    const args = ['compile', '--no-verify', '-o', 'out', '--set', 'n=5', '--set', 'title=a=b c'];
    expect(run([...args, 'flows/primes.crflow'])).toMatchObject({ status: 0, stderr: '' });
    const script = readFileSync(join(folder, 'out/primes.sbatch'), 'utf8');
    expect(script).toContain('./primes 5 $title\n');
    expect(script).toContain("  'title=a=b c'\n");
    const manifest = JSON.parse(readFileSync(join(folder, 'out/primes.crc.json'), 'utf8'));
    expect(new Ajv().validate(schema('manifest'), manifest)).toBe(true);
    expect(manifest.set).toEqual({ n: '5', title: 'a=b c' });
    expect(manifest.includes).toMatchObject([{ path: '../flows/lib/common.crflow' }]);
  });

  test.each([
    ['no value', ['--set', 'n']],
    ['no name', ['--set', '=5']],
    ['a name twice', ['--set', 'n=1', '--set', 'n=2']],
  ])('--set with %s is wrong usage', (_, args) => {
    write('primes.crflow', good);
    const { status, stderr } = run(['check', ...args, 'primes.crflow']);
    expect(status).toBe(2);
    expect(stderr).toContain('--set');
  });

  test('what is wrong in an included file is shown there', () => {
    write('flows/primes.crflow', sharing);
    write('flows/lib/common.crflow', `${shared}let late = 2 * 5m\ninclude "../primes.crflow"\ninclude "."\n`);
    const { status, stderr } = run(['check', join(folder, 'flows/primes.crflow')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/error\[CRF251\].*\n.*flows\/lib\/common\.crflow:4:16\n/);
    expect(stderr).toMatch(/error\[CRF151\].*\n.*flows\/lib\/common\.crflow:5:1\n/);
    expect(stderr).toContain('cannot include .: it is a folder');
    expect(stderr).toMatch(/\n3 errors\n$/);
  });

  test('a workflow that two flows include is compiled once', () => {
    write('a.crflow', `crflow 1\ninclude "both.crflow"\n${good.slice(9).replace('primes', 'a')}`);
    write('b.crflow', `crflow 1\ninclude "both.crflow"\n${good.slice(9).replace('primes', 'b')}`);
    write('both.crflow', good);
    expect(run(['check', 'a.crflow', 'b.crflow'])).toMatchObject({
      status: 0,
      stdout: 'fine: a, primes, b\n',
    });
  });

  test('reads standard input, prints to standard output', () => {
    const { status, stdout } = run(['compile', '--no-verify', '--stdout', '-'], { input: good });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^#!\/bin\/bash -p\n#SBATCH --job-name=primes\n/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('shows a mistake in run where it was made, without bash', () => {
    write(
      'primes.crflow',
      good.replace('"./primes 1000"', '"""\n    if true; then\n      echo ok\n    done\n  """'),
    );
    const { status, stderr } = run(['compile', '--no-verify', 'primes.crflow']);
    expect(status).toBe(1);
    expect(stderr).toContain('CRF480');
    expect(stderr).toContain('primes.crflow:7:5');
  });

  test.each([
    ['', 'CRF910'],
    // As bash comes to it when it runs; `bash -n` does not.
    ['shopt -s nullglob extglob', ''],
  ])('has bash read run, too: after %j', (before, code) => {
    write('primes.crflow', good.replace('"./primes 1000"', `"""\n    ${before}\n    echo !(a|b)\n  """`));
    const { status, stderr } = run(['compile', '--shellcheck', fakeShellCheck(), 'primes.crflow']);
    expect(stderr).toContain(code === '' ? '' : `error[${code}]`);
    if (code !== '') expect(stderr).toContain('primes.crflow:6:5');
    expect(status).toBe(code === '' ? 0 : 1);
  });

  test('refuses to write two flows to one file', () => {
    write('a.crflow', good);
    write('b.crflow', good);
    const { status, stderr } = run(['compile', '--no-verify', '-o', 'out', 'a.crflow', 'b.crflow']);
    expect(status).toBe(2);
    expect(stderr).toContain('a.crflow and b.crflow would both write primes.sbatch');
  });

  test('leaves no half of its output behind where it cannot write all of it', () => {
    write('primes.crflow', good);
    mkdirSync(join(folder, 'primes.crc.json'));
    const { status, stderr } = run(['compile', '--no-verify', 'primes.crflow']);
    expect(status).toBe(2);
    expect(stderr).toContain('error[CRF904]: primes.crc.json was not written by crc');
    expect(readdirSync(folder).sort()).toEqual(['primes.crc.json', 'primes.crflow']);
  });

  test.each([
    ['primes.crflow', 'it is a file, not a folder'],
    ['nowhere', 'it is a link to something that does not exist'],
    ['nowhere/jobs', 'nowhere is a link to something that does not exist'],
    ['round', 'its path has a loop of symbolic links'],
  ])('-o %s is not a folder, and in plain words: %s', (name, why) => {
    write('primes.crflow', good);
    symlinkSync('gone', join(folder, 'nowhere'));
    symlinkSync('round', join(folder, 'round'));
    const { status, stderr } = run(['compile', '--no-verify', '-o', name, 'primes.crflow']);
    expect(status).toBe(3);
    expect(stderr).toContain(`error[CRF902]: cannot write to ${name}: ${why}\n`);
    expect(readdirSync(folder).sort()).toEqual(['nowhere', 'primes.crflow', 'round']);
  });

  test('gives its findings as JSON that fits the schema', () => {
    write('bad.crflow', bad);
    const { status, stdout, stderr } = run(['compile', '--format', 'json', 'bad.crflow']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const { diagnostics } = JSON.parse(stdout);
    expect(diagnostics).toHaveLength(2);
    expect(diagnostics[0]).toMatchObject({
      severity: 'error',
      file: 'bad.crflow',
      at: { line: 5, column: 27 },
    });
    const ajv = new Ajv({ strict: false });
    expect(ajv.validate(schema('diagnostics'), JSON.parse(stdout)), ajv.errorsText()).toBe(true);
  });
});

describe('ShellCheck', () => {
  const nowhere = { PATH: '/nonexistent', CRFLOW_NO_DOWNLOAD: '1', XDG_CACHE_HOME: '/nonexistent' };
  const bash = () => {
    // A PATH with bash and without ShellCheck.
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'bash'), '#!/bin/sh\nPATH=/bin:/usr/bin exec bash "$@"\n', { mode: 0o755 });
    return { ...nowhere, PATH: bin };
  };

  test.each([
    ['a warning by default', [], {}, 0],
    ['an error under --strict', ['--strict'], {}, 3],
    ['an error where CI is set', [], { CI: 'true' }, 3],
  ])('missing is %s, never silence', (_, args, env, expected) => {
    write('primes.crflow', good);
    const { status, stdout, stderr } = run(['compile', ...args, 'primes.crflow'], {
      env: { ...bash(), ...env },
    });
    expect(status, stderr).toBe(expected);
    expect(stderr).toContain('CRF921');
    expect(stderr).toContain('apt-get install shellcheck');
    if (expected === 0) expect(stdout).toBe('primes.sbatch: verified by bash -n\n');
    expect(existsSync(join(folder, 'primes.sbatch'))).toBe(expected === 0);
  });

  test('that was named and does not run is not passed over', () => {
    write('primes.crflow', good);
    for (const [args, env] of [
      [['--shellcheck', '/nonexistent/shellcheck'], {}],
      [[], { SHELLCHECK_BIN: '/nonexistent/shellcheck' }],
    ] as const) {
      const { stderr } = run(['compile', ...args, 'primes.crflow'], { env });
      expect(stderr).toContain("'/nonexistent/shellcheck', which you asked for, is not a working ShellCheck");
    }
  });

  test('that breaks is a failed tool, and nothing is written', () => {
    write('primes.crflow', good);
    const path = join(folder, 'broken');
    writeFileSync(
      path,
      '#!/bin/sh\n[ "$1" = --version ] && echo "version: 1.0" && exit\necho oh >&2; exit 4\n',
    );
    chmodSync(path, 0o755);
    const { status, stderr } = run(['compile', '--shellcheck', path, 'primes.crflow']);
    expect(status).toBe(3);
    expect(stderr).toContain('failed: oh');
    expect(existsSync(join(folder, 'primes.sbatch'))).toBe(false);
  });
});

describe('bad input', () => {
  const cases: [string, string | Uint8Array | null, RegExp, number][] = [
    ['a file that is not there', null, /there is no such file/, 2],
    [
      'a binary',
      new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff]),
      /it is (not UTF-8 text|a binary file)/,
      2,
    ],
    [
      'Latin-1',
      new Uint8Array([0x61, 0x0a, 0xc3, 0xbc, 0xe9]),
      /it is not UTF-8 text: byte 0xE9 in line 2, column 2/,
      2,
    ],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x63, 0, 0x72, 0]), /it is not UTF-8 text/, 2],
    ['2 MiB', ' '.repeat(2 * 1024 * 1024), /larger than 1 MiB/, 2],
    ['nothing', '', /CRF0/, 1],
    ['10,000 braces', `crflow 1\nworkflow a ${'{'.repeat(10_000)}`, /CRF0/, 1],
    ['an open string', 'crflow 1\nworkflow a { application { run = "oh', /CRF0/, 1],
    ['an open block', 'crflow 1\nworkflow a { application { run = """oh', /CRF0/, 1],
  ];
  test.each(cases)('%s: an error in words, no stack trace', (_, content, message, expected) => {
    if (content !== null) write('x.crflow', content);
    const { status, stdout, stderr } = run(['compile', '--no-verify', 'x.crflow']);
    expect({ status, stdout }, stderr).toEqual({ status: expected, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at |internal|undefined/);
  });

  test('a folder', () => {
    expect(run(['compile', '.'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('it is a folder'),
    });
  });

  test.each([
    [[], 2],
    [['compile'], 2],
    [['compil'], 2],
    [['compile', '--nope', 'x.crflow'], 2],
    [['compile', '--format', 'xml', 'x.crflow'], 2],
    [['--help'], 0],
    [['compile', '--help'], 0],
    [['--version'], 0],
  ])('usage: crc %j ends with %i', (args, expected) => {
    expect(run(args).status).toBe(expected);
  });

  test('CRLF and a byte order mark are fine', () => {
    write('x.crflow', `\ufeff${good.replaceAll('\n', '\r\n')}`);
    expect(run(['compile', '--no-verify', 'x.crflow'])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(folder, 'primes.sbatch'), 'utf8')).not.toContain('\r');
  });
});
