import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findings } from '../../src/cli/findings.ts';
import { firstFlow } from '../../src/cli/init.ts';
import { PROGRAMS } from '../../src/language/words.ts';
import { RUNTIMES } from '../../src/model/container.ts';
import { runtimeOf } from '../../targets/runtimes/index.ts';
import { compile, type Flow } from '../support/compile.ts';
import { crc } from '../support/crc.ts';
import { fakeShellCheck } from '../support/fake-shellcheck.ts';

// Usage, what goes where with --stdout, --emit and --format, crc init; and docs/commands.md against all of it.
const root = join(import.meta.dirname, '../..');
const schema = (name: string) => JSON.parse(readFileSync(join(root, `specs/${name}.schema.json`), 'utf8'));
const flow = firstFlow('primes');
const verbs = ['compile', 'check', 'verify', 'plan', 'doctor', 'init'];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: string[], more: { input?: string; env?: NodeJS.ProcessEnv } = {}) =>
  crc(args, { cwd: folder, ...more });

describe('the page about the commands', () => {
  const page = readFileSync(join(root, 'docs/commands.md'), 'utf8');
  const rows = page.split('\n').flatMap((line) => (line.startsWith('|') ? [line.split(/(?<!\\)\|/)] : []));

  test.each(verbs)('has the options of crc %s, and no others', (verb) => {
    const help = run([verb, '--help']).stdout;
    const there = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map((one) => one[1]);
    const told = rows
      .filter(([, , of]) => of?.trim().split(', ').includes(verb))
      .map(([, option]) => /--[a-z-]+/.exec(option ?? '')?.[0]);
    expect(told.length).toBeGreaterThan(0);
    expect(told.sort()).toEqual(there.filter((one) => one !== '--help').sort());
  });

  test('has each finding once, a warning as a warning', () => {
    const told = rows.filter(([, code]) => /CRF9/.test(code ?? ''));
    const kinds = Object.values(findings);
    expect(told.map(([, code]) => code?.trim())).toEqual(kinds.map(({ code }) => code).sort());
    for (const [, code, what] of told) {
      const kind = kinds.find((one) => one.code === code?.trim());
      expect([code, /^ a warning\b/.test(what ?? '')]).toEqual([code, kind?.severity === 'warning']);
    }
  });
});

describe('usage', () => {
  test.each(verbs)('crc %s --help has examples and what its status means', (verb) => {
    const { status, stdout } = run([verb, '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`\nExamples:\n {2}crc ${verb} `));
    expect(stdout).toContain('Exit status: 0 fine, 1 findings');
  });

  test.each([
    [['compil', 'x.crflow'], 'compile'],
    [['compile', '--shelcheck', 'x', 'x.crflow'], '--shellcheck'],
    [['check', '--strickt', 'x.crflow'], '--strict'],
    [['init', '--dri', 'x'], '--dir'],
  ])('crc %j is wrong, with the nearest known: %s', (args, nearest) => {
    const { status, stdout, stderr } = run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`(Did you mean ${nearest}?)`);
  });

  test.each([
    [['compile'], "missing required argument 'file'"],
    [['check'], "missing required argument 'file'"],
    [['compile', '--stdout', '-o', 'x', 'x.crflow'], 'cannot be used with'],
    [['compile', '--stdout', '--check'], 'cannot be used with'],
    [['compile', '--emit', 'plan', '--check'], 'cannot be used with'],
    [['compile', '--emit', 'plans', 'x.crflow'], 'Allowed choices are plan'],
    [['compile', '--format', 'xml', 'x.crflow'], 'Allowed choices are pretty, json, sarif'],
    [['doctor', '--limit', 'soon'], 'write whole seconds'],
    [['doctor', '--limit', '0'], 'write whole seconds'],
  ])('crc %j is wrong: %s', (args, message) => {
    const { status, stdout, stderr } = run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('results', () => {
  const fits = (name: string, value: unknown) => {
    const ajv = new Ajv({ strict: false });
    expect(ajv.validate(schema(name), value), ajv.errorsText()).toBe(true);
  };
  const two = `${flow}${firstFlow('other').slice(9)}`;

  test('--emit plan prints what is planned, and touches nothing', () => {
    const nothing = { PATH: '/nonexistent', CRFLOW_NO_DOWNLOAD: '1' };
    const { status, stdout, stderr } = run(['compile', '--emit', 'plan', '-'], { input: flow, env: nothing });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    fits('plan', JSON.parse(stdout));
    expect(JSON.parse(stdout)).toEqual(compile({ name: '-', text: flow }).flows[0]?.plan);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    [['--emit', 'plan'], 'plans', ({ plan }: { plan: unknown }) => plan],
    [
      ['--no-verify', '--stdout'],
      'texts',
      ({ script: { name, text } }: Pick<Flow, 'script'>) => ({ name, text }),
    ],
  ] as const)('%j with --format json is one document', (args, key, part) => {
    const { status, stdout } = run(['compile', ...args, '--format', 'json', '-'], { input: two });
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    fits('diagnostics', result);
    expect(result[key]).toEqual(compile({ name: '-', text: two }).flows.map(part));
  });

  test('check reads standard input, and says in JSON that nothing is wrong', () => {
    expect(run(['check', '-'], { input: flow })).toEqual({ status: 0, stdout: 'fine: primes\n', stderr: '' });
    const { status, stdout } = run(['check', '--format', 'json', '-'], { input: flow });
    expect({ status, ...JSON.parse(stdout) }).toEqual({ status: 0, format: 1, diagnostics: [], outputs: [] });
    const wrong = run(['check', '-'], { input: flow.replace('10min', '10m') });
    expect(wrong).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(' -:26:16\n') });
  });
});

/** Not the warning that the registry is still a placeholder. */
const isReal = ({ code }: { code: string }) => code !== 'CRF524';

describe('crc explain', () => {
  test('shows the finding of a code, and what its fix makes of it', () => {
    const { status, stdout } = run(['explain', '11']);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    const page = run(['explain', 'crf011']).stdout;
    expect(page).toContain('CRF011: A colon after a key (error)');
    expect(page).toMatch(/error\[CRF011\][\s\S]*Instead of[\s\S]*write/);
    expect(run(['explain', 'CRF999'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('CRF999'),
    });
  });

  test('lists all codes without one', () => {
    const { status, stdout } = run(['explain']);
    expect([status, stdout]).toEqual([0, expect.stringContaining('\nCRF039  A param or let')]);
  });
});

describe('crc init', () => {
  test('writes a flow that compiles as it stands, without a word from anybody', () => {
    const { status, stdout, stderr } = run(['init', 'water_box', '--dir', 'a/b'], { env: { CI: 'true' } });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('crc compile a/b/water_box.crflow');
    const { path } = fakeShellCheck(folder);
    const checked = run(['compile', '--strict', '--shellcheck', path, 'a/b/water_box.crflow']);
    expect(checked).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(folder, 'a/b/water_box.sbatch'))).toBe(true);
  });

  test.each([undefined, ...RUNTIMES])('every line that is commented out can be used, with %s', (runtime) => {
    const flow = firstFlow('primes', runtime && runtimeOf(runtime));
    expect(compile({ name: 'primes.crflow', text: flow }).diagnostics.filter(isReal)).toEqual([]);
    const keys = [...flow.matchAll(/^ +\/\/ (\w+ +=|set \{)/gm)];
    expect(keys.length).toBeGreaterThan(8);
    const all = flow
      .replaceAll(/^( +)\/\/ (?=\w+ +=|(?:set|image) \{|mount )/gm, '$1')
      .replaceAll(/^( +)\/\/ {3}(?=\w+ +=|copy )/gm, '$1')
      .replaceAll(/^( +)\/\/ \}$/gm, '$1}');
    const { diagnostics, flows } = compile({ name: 'primes.crflow', text: all });
    expect(diagnostics.filter(isReal)).toEqual([]);
    expect(flows).toHaveLength(1);
    expect(flows[0]?.plan.container?.runtime).toBe(runtime);
    expect(flows[0]?.plan.image === undefined).toBe(runtime === undefined);
  });

  test.each(
    RUNTIMES,
  )('run starts what the recipe that is commented out puts into the image, with %s', (runtime) => {
    const flow = firstFlow('primes', runtime && runtimeOf(runtime));
    const all = flow.replaceAll(/^( +)\/\/ (?=image \{| {2}\w+ |\}$)/gm, '$1');
    const { diagnostics, flows } = compile({ name: 'primes.crflow', text: all });
    expect(diagnostics.filter(isReal)).toEqual([]);
    const { image, run } = flows[0]?.plan ?? {};
    const [program = ''] = run?.text.trim().split(' ') ?? [];
    expect(image?.results.filter((place) => program.startsWith(`${place}/`))).toHaveLength(1);
  });

  test.each([
    'Water_Box',
    'a_',
    'x-_y',
    'my--run',
  ])('%s is a name that an image can be given, too', (name) => {
    const text = firstFlow(name, runtimeOf('podman'));
    expect(compile({ name: `${name}.crflow`, text }).diagnostics).toEqual([]);
  });

  test('a runtime that takes files is shown one that it can run', () => {
    for (const runtime of RUNTIMES) {
      const flow = firstFlow('primes', runtime && runtimeOf(runtime));
      const [, file] = /or a file: ("[^"]+")/.exec(flow) ?? [];
      expect(file === undefined, runtime).toBe(runtimeOf(runtime).files === null);
      if (file === undefined) continue;
      const text = flow.replace(/image {3}= "[^"]*"/, `image   = ${file}`);
      expect(text).not.toBe(flow);
      expect(compile({ name: 'primes.crflow', text }).diagnostics.filter(isReal)).toEqual([]);
    }
  });

  test('for a known program, by any of its names, for a record of one’s own; else it lists all', () => {
    const record = join(import.meta.dirname, '../../programs/lammps.json');
    const made = [
      run(['init', '--for', 'lmp']),
      run(['init', 'md', '--for', 'gromacs', '--dir', 'flows']),
      run(['init', 'own', '--for', record, '--dir', 'flows']),
    ];
    expect(made.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
      made.map(() => ({ status: 0, stderr: '' })),
    );
    const files = ['lammps.crflow', 'flows/md.crflow', 'flows/own.crflow'];
    expect(run(['check', '--strict', ...files])).toMatchObject({ status: 0, stderr: '' });
    const [all, far, near] = [
      run(['init', '--for']),
      run(['init', '--for', 'x']),
      run(['init', '--for', 'gromax']),
    ];
    expect(all).toMatchObject({ status: 0, stderr: '' });
    for (const name of PROGRAMS) {
      expect(all.stdout).toContain(`${name} `);
      expect(far.stderr).toContain(`${name} `);
    }
    expect([far.status, near.status]).toEqual([1, 1]);
    expect(near.stderr).toContain('did you mean --for gromacs?');
    expect(run(['init', '--for', 'lammps', '--runtime', 'podman']).status).toBe(2);
  });

  test('of a runtime, for a container', () => {
    expect(run(['init', 'water', '--runtime', 'apptainer']).status).toBe(0);
    expect(readFileSync(join(folder, 'water.crflow'), 'utf8')).toContain('runtime = apptainer');
    expect(run(['check', '--strict', 'water.crflow']).stderr).toContain('CRF524');
    expect(run(['init', 'wine', '--runtime', 'docker'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('podman'),
    });
  });

  test('has a name without being asked for one, and the file in JSON', () => {
    const { status, stdout } = run(['init', '--format', 'json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ format: 1, diagnostics: [], outputs: ['job.crflow'] });
    expect(run(['check', '--strict', 'job.crflow']).status).toBe(0);
  });

  test('leaves alone what is there, file or folder', () => {
    writeFileSync(join(folder, 'a.crflow'), 'mine');
    mkdirSync(join(folder, 'b.crflow'));
    for (const name of ['a', 'b']) {
      const { status, stderr } = run(['init', name]);
      expect(status).toBe(2);
      expect(stderr).toContain(`CRF946]: ${name}.crflow already exists`);
    }
    expect(readFileSync(join(folder, 'a.crflow'), 'utf8')).toBe('mine');
  });

  test.each(['a b', '../a', 'a.crflow', '9a', '', 'a'.repeat(65), 'ä'])('%j is no name', (name) => {
    const { status, stderr } = run(['init', name]);
    expect(status).toBe(2);
    expect(stderr).toContain('CRF947');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('where it cannot write, it says so', () => {
    writeFileSync(join(folder, 'file'), '');
    const { status, stderr } = run(['init', 'a', '--dir', 'file/x']);
    expect(status).toBe(3);
    expect(stderr).toContain('cannot write to file/x: a part of its path is not a folder');
  });
});
