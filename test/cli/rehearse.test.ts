import { type ChildProcess, spawn } from 'node:child_process';
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
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { chooseContainer } from '../../src/cli/rehearse/container.ts';
import { migratedImages } from '../../src/cli/rehearse/place.ts';
import { isWhole } from '../../src/cli/rehearse/run-folder.ts';
import { compile } from '../support/compile.ts';
import { crc } from '../support/crc.ts';
import { rehearsed } from '../support/rehearsed.ts';
import { processesIn } from '../support/run-folder.ts';
import { slowTest } from '../support/slow.ts';
import { targets } from '../support/targets.ts';

const program = resolve(import.meta.dirname, '../../dist/crc.js');
const schemaOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../specs/${name}.schema.json`, import.meta.url), 'utf8'));
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false });
for (const name of ['diagnostics', 'story']) ajv.addSchema(schemaOf(name));
const validate = ajv.compile(schemaOf('rehearsal'));

const flow = `crflow 1
workflow w {
  application { run = "./a" }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-cli-rehearse-'));
  writeFileSync(join(folder, 'w.crflow'), flow);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  [
    ['--fault', 'prempt'],
    "argument 'prempt' is invalid. `prempt` is no fault that crc knows. Did you mean preempt?",
  ],
  [['--fault', 'kill@40'], '`@40` has no unit: write kill@40s.'],
  [['--seed', 'x'], 'write a whole number'],
  [['--seed', '1', '--all'], 'cannot be used with option'],
  [['--limit', '5'], 'write it with its unit'],
  [['--limit', '0s'], 'it must be longer than 0s'],
])('%j is wrong usage', (args, words) => {
  const { status, stderr, stdout } = crc(['rehearse', ...args, 'w.crflow'], { cwd: folder });
  expect(status).toBe(2);
  expect(stderr).toContain(words);
  expect(stdout).toBe('');
});

test('a fault that the engine of the flow cannot have is wrong usage', () => {
  writeFileSync(
    join(folder, 'w.crflow'),
    flow.replace('interval = 10min  lead = 2min', 'engine = none  lead = 2min'),
  );
  const { status, stderr } = crc(['rehearse', '--fault', 'damage', 'w.crflow'], { cwd: folder });
  expect(status).toBe(2);
  expect(stderr).toContain('damage says nothing about this flow, whose engine is none');
});

test.each([
  [['--html', 'no/page.html'], 'cannot write no/page.html: there is no folder no', {}],
  [['--html', '.'], 'cannot write .: it is a folder', {}],
  [['--keep', '.'], 'cannot keep runs in .: it is not empty', {}],
  [['--keep', 'w.crflow'], 'cannot keep runs in w.crflow: it is not a folder', {}],
  [
    [],
    'cannot make a folder in /no/tmp (TMPDIR names another place): it does not exist',
    { TMPDIR: '/no/tmp' },
  ],
])('%j fails before anything runs', (args, words, env) => {
  const { status, stderr, stdout } = crc(['rehearse', ...args, 'w.crflow'], { cwd: folder, env });
  expect(status).toBe(3);
  expect(stderr).toContain(words);
  expect(stdout).not.toContain('submitted');
});

/** Starts a rehearsal; its temporary files are in the test's folder. */
function start(
  args: readonly string[],
  path = process.env['PATH'],
): ChildProcess & { said: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [program, 'rehearse', ...args, 'w.crflow'], {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = new Promise<number | null>((done) => child.on('close', (status) => done(status)));
  return Object.assign(child, { said: () => said, ended });
}

const leftovers = () =>
  readdirSync(folder).filter((name) => !['w.crflow', 'page.html', 'bin'].includes(name));

test('a rehearsal says what it saw as JSON and as a page, and leaves nothing', async () => {
  const child = start(['--fault', 'kill', '--format', 'json', '--html', 'page.html', '--keep', 'kept']);
  const status = await child.ended;
  const document = JSON.parse(child.said());
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  const [rehearsal] = document.rehearsals;
  expect(rehearsal.verdicts.filter(({ outcome }: { outcome: string }) => outcome === 'broken')).toEqual([]);
  expect(status).toBe(0);
  expect(rehearsal.changes).toEqual([]);
  expect(rehearsal.faults.map(({ fault }: { fault: string }) => fault)).toEqual(['kill@running']);
  expect(rehearsal.verdicts[1]).toMatchObject({ promise: 2, outcome: 'held' });
  expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('No needless loss');
  expect(leftovers()).toEqual(['kept']);
  // What was asked for is kept, and says the same.
  expect(readdirSync(join(folder, 'kept/w')).sort()).toEqual([
    'run-1',
    'run-1.job-1.log',
    'run-1.out',
    'w.sbatch',
  ]);
  const [run] = rehearsal.runs;
  expect(run.faults).toEqual(['kill@running']);
  expect(run.journal.join('\n')).toBe(
    readFileSync(join(folder, 'kept/w/run-1/journal.jsonl'), 'utf8').trimEnd(),
  );
  const { stories } = JSON.parse(crc(['report', '--json', 'kept/w'], { cwd: folder }).stdout);
  expect(stories).toMatchObject([{ workflow: 'w', run: 'run-1', attempts: run.story.attempts }]);
  expect(crc(['report', '--csv', 'kept/w/run-1'], { cwd: folder }).stdout.split('\n').length).toBeGreaterThan(
    3,
  );
});

test('several workflows are on one page, also one that cannot be rehearsed', async () => {
  const second = flow.split('\n').slice(1).join('\n').replace('workflow w', 'workflow v');
  writeFileSync(
    join(folder, 'w.crflow'),
    flow + second.replace('interval = 10min  lead = 2min', 'engine = none  lead = 2min'),
  );
  const child = start(['--fault', 'damage', '--html', 'page.html']);
  expect(await child.ended).toBe(2);
  const page = readFileSync(join(folder, 'page.html'), 'utf8');
  expect(page).toContain('<h1>1 of 2 workflows rehearsed</h1>');
  expect(page).toContain('damage says nothing about this flow, whose engine is none');
  expect(page).toContain('No needless loss');
  expect(child.said().match(/wrote page\.html/g)).toHaveLength(1);
});

slowTest('where Slurm is silent at the limit that the job knows, its own clock warns it', async () => {
  const { evidence, missed } = await rehearsed(['controller-silent'], { limit: 170 });
  const asked = evidence.journal.flatMap(({ entry }) => (entry?.event === 'asked' ? [entry['reason']] : []));
  expect(missed).toEqual([]);
  expect(asked[0]).toBe('unclear');
  // Not once a minute, as in life: the pictures would be empty.
  expect(evidence.journal.filter(({ entry }) => entry?.event === 'measured').length).toBeGreaterThan(15);
});

test('Ctrl+C ends all processes, removes all files, and says so', async () => {
  const child = start(['--fault', 'kill']);
  while (!/starts the program/.test(child.said())) await new Promise((done) => setTimeout(done, 50));
  expect(leftovers()).not.toEqual([]);
  child.kill('SIGINT');
  expect(await child.ended).toBe(130);
  expect(child.said()).toContain(
    'interrupted: all processes of the rehearsal were ended, and its files removed',
  );
  expect(processesIn(folder)).toEqual([]);
  expect(leftovers()).toEqual([]);
});

test('a program of the user that ends too soon: the faults did not come, and that is no success', async () => {
  const child = start(['--real']);
  expect(await child.ended).toBe(3);
  expect(child.said()).toContain('the application ended with status 127');
  expect(child.said()).toContain('time-limit@running did not come: the program was done before');
  expect(child.said()).toContain('only the stand-in tells with what it ended');
  expect(child.said()).toContain('no checkpoint was made in this rehearsal');
});

test("with --real the flow's own program runs, in a copy of its folder", async () => {
  writeFileSync(
    join(folder, 'w.crflow'),
    flow
      .replace(
        '"./a"',
        '"echo 1 >>steps; for i in {1..100}; do echo $i; sleep 0.1; done; wc -l <steps; exit 4"',
      )
      .replace('interval = 10min  lead = 2min', 'engine = none  lead = 2min'),
  );
  const child = start(['--real', '--fault', 'kill', '--format', 'json']);
  expect(await child.ended, child.said()).toBe(0);
  const { rehearsals } = JSON.parse(child.said());
  expect(rehearsals[0]).toMatchObject({ program: 'own', missed: [], savedBy: 'nothing: engine none' });
  expect(rehearsals[0].verdicts[0]).toMatchObject({ promise: 1, outcome: 'untried' });
  expect(rehearsals[0].verdicts[0].why).toContain('the job ended with 4');
  expect(leftovers()).toEqual([]);
});

const contained = flow
  .replace(
    'run = "./a" }',
    'run = "./a"  workdir = "/data" }\n  container { runtime = podman  image = "localhost/md:1"  dmtcp = "/opt"  mount "." to "/data" }',
  )
  .replace('interval = 10min  lead = 2min', 'engine = none  lead = 2min');

test('a container of the flow is used where its runtime and its image are', async () => {
  mkdirSync(join(folder, 'bin'));
  // It has the image, and shows all of this machine in its containers.
  writeFileSync(
    join(folder, 'bin/podman'),
    `#!/bin/bash
case $1 in
  image) echo 0123abcd ;;
  run)
    printf '%s\\n' "$*" >>'${folder}/bin/started'
    until [[ $1 == 0123abcd ]]; do shift; done
    shift
    exec env -i PATH="$PATH" HOME=/ "$@"
    ;;
esac
`,
    { mode: 0o755 },
  );
  // It cannot move a folder to /data.
  writeFileSync(join(folder, 'w.crflow'), contained.replace('  workdir = "/data"', ''));
  const child = start(['--fault', 'kill', '--format', 'json'], `${folder}/bin:${process.env['PATH']}`);
  expect(await child.ended, child.said()).toBe(0);
  const [rehearsal] = JSON.parse(child.said()).rehearsals;
  expect(rehearsal).toMatchObject({ changes: [], runsIn: 'a container of Podman, with the image md:1' });
  expect(rehearsal.verdicts[9]).toMatchObject({ promise: 10, outcome: 'held' });
  const started = readFileSync(join(folder, 'bin/started'), 'utf8').trim().split('\n');
  expect(started).toHaveLength(2);
  expect(started[0]).toContain('0123abcd bash -c export PATH=');
});

test.each([
  ['podman', undefined, 'Podman is not installed here'],
  [
    'podman',
    'echo "no such image" >&2; exit 125',
    'Podman has no such image here (the image localhost/md:1 is not on',
  ],
  ['podman-hpc', 'exit 0', 'Podman-HPC has no such image here'],
])('a container that this machine cannot start is not used, and the reason is said: %s', async (runtime, podman, why) => {
  const text = contained.replace('runtime = podman', `runtime = ${runtime}`);
  const { flows } = compile({ name: 'w.crflow', text });
  const [compiled] = flows;
  if (compiled === undefined) throw new Error('the flow does not compile');
  if (podman !== undefined) writeFileSync(join(folder, runtime), `#!/bin/bash\n${podman}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', podman === undefined ? folder : `${folder}:${process.env['PATH']}`);
  try {
    const chosen = await chooseContainer(compiled.plan, folder, { real: false, targets });
    expect(chosen).toMatchObject({ why: expect.stringContaining(why) });
  } finally {
    vi.unstubAllEnvs();
  }
});

test('an image that Podman-HPC has migrated is used, and found where it was before the rehearsal', async () => {
  const { flows } = compile({
    name: 'w.crflow',
    text: contained.replace('runtime = podman', 'runtime = podman-hpc'),
  });
  const [compiled] = flows;
  if (compiled === undefined) throw new Error('the flow does not compile');
  const lists = '#!/bin/bash\n[[ $1 != images ]] || echo true abc sha256:def\n';
  writeFileSync(join(folder, 'podman-hpc'), lists, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  try {
    const chosen = await chooseContainer(compiled.plan, folder, { real: false, targets });
    expect(chosen).toMatchObject({ runtime: 'podman-hpc' });
  } finally {
    vi.unstubAllEnvs();
  }
  expect(migratedImages({ SCRATCH: '/scratch/me' })).toBe('/scratch/me/storage');
  expect(migratedImages({ SCRATCH: '/scratch/me', SQUASH_DIR: '/images' })).toBe('/images');
  expect(migratedImages({})).toBe('/tmp/storage');
});

test('what looks at a checkpoint does not read the .bashrc of the user', async () => {
  const read = join(folder, 'read');
  writeFileSync(join(folder, '.bashrc'), `echo x >'${read}'\n`);
  vi.stubEnv('HOME', folder);
  vi.stubEnv('SHLVL', '0'); // in a shell of a shell, bash does not ask
  try {
    await isWhole(folder, 1);
  } finally {
    vi.unstubAllEnvs();
  }
  expect(existsSync(read)).toBe(false);
});
