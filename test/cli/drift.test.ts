import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

// crc compile --check, as CI calls it: what it says, its status, and that it touches nothing.
const flow = (name = 'primes', run = './primes 1000') => `crflow 1
workflow ${name} {
  application { run = "${run}" }
  checkpoint { interval = 10min   lead = 2min }
  schedule { time = 2h   total = 1d }
}
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-drift-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const compile = (...args: string[]) => {
  const { status, stderr } = crc(['compile', '--no-verify', ...args], { cwd: folder });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
};

/** All files below, with content and time: what must not change. */
function everything(): unknown[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { mtimeMs, mode } = statSync(join(folder, name));
      return statSync(join(folder, name)).isFile() ? [name, mtimeMs, mode, read(name)] : [name];
    });
}

function check(...args: string[]) {
  const before = everything();
  const result = crc(['compile', '--check', ...args], { cwd: folder });
  expect(everything()).toEqual(before);
  expect(result.stderr).not.toMatch(/\n\s+at |undefined/);
  return result;
}

/** Codes and the files named, in order. */
const findings = (stderr: string) =>
  [...stderr.matchAll(/error\[(CRF\d+)\]: (?:stale: )?([^ :,]+)/g)].map((one) => one.slice(1).join(' '));

describe('nothing to say', () => {
  test.each([
    ['by its name', ['flows/primes.crflow']],
    ['all that is below', []],
    ['from a path with dots', ['./flows/../flows/primes.crflow']],
  ])('of what is as compiled: %s', (_, args) => {
    write('flows/primes.crflow', flow());
    compile('flows/primes.crflow');
    expect(check(...args)).toEqual({ status: 0, stdout: 'up to date: primes\n', stderr: '' });
  });

  test('settings and folder are taken from the manifests', () => {
    const text = flow('primes', './primes {{n}}').replace('crflow 1', 'crflow 1\nparam n: Int');
    write('flows/primes.crflow', text);
    compile('--set', 'n=5', '-o', 'out/small', 'flows/primes.crflow');
    compile('--set', 'n=50', '-o', 'out/large', 'flows/primes.crflow');
    for (const args of [[], ['flows/primes.crflow'], ['-o', 'out/large', 'flows/primes.crflow']])
      expect(check(...args)).toMatchObject({ status: 0, stderr: '' });
    // What is set now counts; then this is what would be written.
    const { status, stdout } = check('--set', 'n=6', '-o', 'out/small', 'flows/primes.crflow');
    expect(status).toBe(1);
    expect(stdout).toContain('\n-./primes 5\n+./primes 6\n');
  });

  test('of a workflow that two flows include', () => {
    write('a.crflow', flow('a').replace('crflow 1', 'crflow 1\ninclude "both.crflow"'));
    write('b.crflow', flow('b').replace('crflow 1', 'crflow 1\ninclude "both.crflow"'));
    write('both.crflow', flow('both'));
    compile('a.crflow', 'b.crflow');
    for (const args of [[], ['a.crflow', 'b.crflow'], ['b.crflow']])
      expect(check(...args)).toMatchObject({ status: 0, stderr: '' });
  });

  test('from standard input', () => {
    const { status } = crc(['compile', '--no-verify', '-'], { cwd: folder, input: flow() });
    expect(status).toBe(0);
    const again = (input: string) => crc(['compile', '--check', '-'], { cwd: folder, input });
    expect(again(flow())).toMatchObject({ status: 0, stderr: '' });
    expect(again(flow('primes', './other'))).toMatchObject({ status: 1 });
  });
});

describe('drift', () => {
  beforeEach(() => {
    write('flows/primes.crflow', flow());
    compile('flows/primes.crflow');
  });

  test('a flow that was changed: a unified diff, why, and the way out', () => {
    write('flows/primes.crflow', flow('primes', './primes 2000'));
    const { status, stdout, stderr } = check();
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^--- flows\/primes\.sbatch\ton disk\n\+\+\+ flows\/primes\.sbatch\tcompiled\n@@ /,
    );
    expect(stdout).toContain('\n-./primes 1000\n+./primes 2000\n');
    expect(findings(stderr)).toEqual(['CRF940 flows/primes.sbatch']);
    expect(stderr).toContain('flows/primes.crflow has changed since');
    expect(stderr).toContain('crc compile flows/primes.crflow');
    compile('flows/primes.crflow');
    expect(check().status).toBe(0);
  });

  test('comments, blanks and line ends of a flow change nothing', () => {
    const text = `/* why */ ${flow().replaceAll('\n', '  // because\n\n')}`;
    for (const other of [text, text.replaceAll('\n', '\r\n'), `\uFEFF${flow()}`]) {
      write('flows/primes.crflow', other);
      expect(check('flows/primes.crflow')).toMatchObject({ status: 0, stderr: '' });
    }
  });

  test('an output that was edited', () => {
    write('flows/primes.sbatch', read('flows/primes.sbatch').replace('--time=120', '--time=130\u001b[2J'));
    const { status, stdout, stderr } = check();
    expect(status).toBe(1);
    expect(findings(stderr)).toEqual(['CRF941 flows/primes.sbatch']);
    expect(stdout).toContain('\n-#SBATCH --time=130\\u{1b}[2J\n+#SBATCH --time=120\n');
  });

  test('of another runtime', () => {
    const script = read('flows/primes.sbatch');
    const manifest = JSON.parse(read('flows/primes.crc.json'));
    write('flows/primes.crc.json', `${JSON.stringify({ ...manifest, runtime: 1 }, null, 2)}\n`);
    const { status, stdout, stderr } = check();
    expect(status).toBe(1);
    expect(stdout).toContain('-  "runtime": 1,');
    expect(stderr).toContain('it has runtime 1;');
    expect(read('flows/primes.sbatch')).toBe(script);
  });

  test('an output that is not there, or was never made', () => {
    rmSync(join(folder, 'flows/primes.sbatch'));
    write('new.crflow', flow('fresh'));
    const { status, stderr } = check('flows/primes.crflow', 'new.crflow');
    expect(status).toBe(1);
    expect(findings(stderr)).toEqual(['CRF942 flows/primes.sbatch', 'CRF942 fresh.sbatch']);
  });

  test('a source that is gone, one that lost a workflow, an output that is made no more', () => {
    write('two.crflow', flow('one') + flow('two').slice(9));
    write('gone.crflow', flow('gone'));
    compile('two.crflow', 'gone.crflow');
    rmSync(join(folder, 'gone.crflow'));
    write('two.crflow', flow('one'));
    const manifest = JSON.parse(read('flows/primes.crc.json'));
    const more = { name: 'primes.Dockerfile', sha256: '0'.repeat(64) };
    write('flows/primes.Dockerfile', 'FROM scratch\n');
    const outputs = [...manifest.outputs, more];
    write('flows/primes.crc.json', `${JSON.stringify({ ...manifest, outputs }, null, 2)}\n`);
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(findings(stderr).sort()).toEqual([
      'CRF940 flows/primes.crc.json',
      'CRF940 one.crc.json',
      'CRF943 flows/primes.Dockerfile',
      'CRF943 gone.sbatch',
      'CRF943 two.sbatch',
    ]);
    expect(stderr).toContain('two.crflow no longer has a workflow two');
    expect(stderr).toContain('remove them: rm gone.sbatch gone.crc.json');
  });

  test('a flow that is wrong now is reported as such, and the others are compared', () => {
    write('other.crflow', flow('other'));
    compile('other.crflow');
    write('flows/primes.crflow', flow().replace('10min', '300'));
    write('other.crflow', flow('other', './b'));
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr).toContain('flows/primes.crflow:4:27');
    expect(stderr).toContain('CRF940');
  });

  test('a manifest that is none', () => {
    for (const [i, text] of ['{', '[]', 'null', '{"format": 1}', '\0\u0001'].entries())
      write(`bad${i}.crc.json`, text);
    const manifest = JSON.parse(read('flows/primes.crc.json'));
    const escaping = { ...manifest, outputs: [{ name: '../../etc/passwd', sha256: '' }] };
    write('bad9.crc.json', JSON.stringify(escaping));
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(findings(stderr).map((one) => one.slice(0, 6))).toEqual(Array(6).fill('CRF944'));
  });

  test('as JSON that fits the schema', () => {
    write('flows/primes.crflow', flow('primes', './primes 2000'));
    const { status, stdout, stderr } = check('--format', 'json');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../specs/diagnostics.schema.json'), 'utf8'),
    );
    const ajv = new Ajv({ strict: false });
    const result = JSON.parse(stdout);
    expect(ajv.validate(schema, result), ajv.errorsText()).toBe(true);
    expect(result.diffs).toMatchObject([{ output: 'flows/primes.sbatch' }]);
  });
});

describe('a file in the place of an output', () => {
  test.each([
    [['a.crflow']],
    [['a.crflow', 'b.crflow']],
    [['-o', '.', 'a.crflow']],
  ])('that was made from another flow: %j', (args) => {
    write('b.crflow', flow('w', './b'));
    compile('b.crflow');
    write('a.crflow', flow('w', './a'));
    const { status, stdout, stderr } = check(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(findings(stderr)).toEqual(['CRF951 w.sbatch']);
    expect(stderr).toContain(
      'w.sbatch was made from b.crflow, but a.crflow also has a workflow of that name',
    );
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'rename the workflow w in a.crflow; or compile into another folder with -o; or',
    );
    expect(check('b.crflow')).toMatchObject({ status: 0, stderr: '' });
  });

  test('that was made from another flow which includes other files', () => {
    write('both.crflow', flow('both'));
    write('b.crflow', flow('b').replace('crflow 1', 'crflow 1\ninclude "both.crflow"'));
    compile('b.crflow');
    write('a.crflow', flow('both', './a'));
    expect(findings(check('a.crflow').stderr)).toEqual(['CRF951 both.sbatch']);
  });

  test('that nobody compiled', () => {
    write('a.crflow', flow('w'));
    write('w.sbatch', '#!/bin/bash\n./mine\n');
    const { status, stderr } = check('a.crflow');
    expect(status).toBe(1);
    expect(stderr).toContain('CRF951]: w.sbatch was not written by crc');
  });
});

test('fifty flows in one call', () => {
  for (let i = 0; i < 50; i++) write(`flows/f${i}.crflow`, flow(`f${i}`));
  compile('-o', 'jobs', ...Array.from({ length: 50 }, (_, i) => `flows/f${i}.crflow`));
  expect(check().status).toBe(0);
  write('flows/f7.crflow', flow('f7', './other'));
  renameSync(join(folder, 'flows/f9.crflow'), join(folder, 'flows/g9.crflow'));
  const { status, stderr } = check();
  expect(status).toBe(1);
  expect(findings(stderr)).toEqual(['CRF940 jobs/f7.sbatch', 'CRF940 jobs/f9.sbatch']);
  expect(stderr).toContain('it was made from ../flows/f9.crflow');
});

test.each([
  [['--stdout', 'x.crflow'], 2, '--stdout'],
  [['nowhere.crflow'], 2, 'there is no such file'],
  [[], 2, 'neither a flow'],
])('--check %j ends with %i', (args, status, message) => {
  const result = check(...args);
  expect(result.status).toBe(status);
  expect(result.stderr).toContain(message);
  expect(existsSync(join(folder, 'x.sbatch'))).toBe(false);
});
