import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commandOf } from '../../src/host/scheduler/processes.ts';
import { startScheduler } from '../../src/host/scheduler/start.ts';
import type { Scheduler, SchedulerEvent, SchedulerSettings } from '../../src/rehearse/scheduler/scheduler.ts';
import { assetModule } from '../../tools/assets.mjs';

// What only the small scheduler has: its interface for a rehearsal, and how it ends what it has started.

const quick = { grid: 0.5, killWait: 0.5, requeueDelay: 0.2, grace: 1, messageTimeout: 0.5 };

let work: string;
let scheduler: Scheduler;
let events: SchedulerEvent[];

beforeEach(() => {
  work = realpathSync(mkdtempSync(join(tmpdir(), "crflow small's ")));
});
afterEach(async () => {
  await scheduler?.close();
  rmSync(work, { recursive: true, force: true });
});

async function start(settings: SchedulerSettings = {}): Promise<Scheduler> {
  scheduler = await startScheduler({ ...quick, ...settings });
  events = [];
  scheduler.on((event) => events.push(event));
  return scheduler;
}

/** Submits lines of bash; `$1` is the folder of the test. */
function submit(lines: readonly string[], ...options: string[]): Promise<string> {
  const script = join(work, `job ${readdirSync(work).length}.sh`);
  writeFileSync(script, `#!/bin/bash\n#SBATCH --output=log.%j --open-mode=append\n${lines.join('\n')}\n`);
  return scheduler.submit(script, [work], { cwd: work, options });
}

const here = (name: string) => existsSync(join(work, name));
const read = (name: string) => (here(name) ? readFileSync(join(work, name), 'utf8') : '');
const until = async (what: string, holds: () => boolean) => {
  for (const deadline = Date.now() + 60_000; !holds(); await sleep(20))
    if (Date.now() > deadline)
      throw new Error(
        `${what}: not within a minute\n${JSON.stringify(events)}\n${readdirSync(work).map((name) => `${name}: ${read(name)}`)}`,
      );
};
const happened = (kind: SchedulerEvent['kind']) => events.filter((event) => event.kind === kind);
const lives = (pid: string) => {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : 'Z';
  return !/\) [ZX]|^Z/.test(stat);
};
/** What a job leaves that wants to be found by nobody: without its environment, its parent, its session. */
const escapee = `(trap '' TERM HUP; setsid env -i PATH="$PATH" bash -c 'echo $$ >"$0/escaped"; exec sleep 1000' "$1" & sleep 2) & until [[ -s $1/escaped ]]; do sleep 0.05; done; sleep 1.5`;

test('a folder of its own, which only its owner can read, and which is gone at the end', async () => {
  await start({ folder: join(work, 'private') });
  expect(spawnSync('stat', ['-c', '%a', scheduler.folder], { encoding: 'utf8' }).stdout).toBe('700\n');
  await scheduler.close();
  await scheduler.close();
  expect(here('private')).toBe(false);
  // Nor is there anybody left to watch over it.
  const watching = () =>
    readdirSync('/proc').some(
      (pid) => /^\d+$/.test(pid) && commandOf(Number(pid)).endsWith(`janitor ${scheduler.folder}`),
    );
  await until('nobody', () => !watching());
  await expect(startScheduler({ folder: join(work, 'no/such') })).rejects.toThrow('ENOENT');
});

test('what cleans up behind a scheduler does not read the .bashrc of the user first', async () => {
  writeFileSync(join(work, '.bashrc'), 'touch "$HOME/was-read"\n');
  vi.stubEnv('HOME', work);
  vi.stubEnv('SHLVL', '0'); // in a shell of a shell, bash does not ask
  await start();
  vi.unstubAllEnvs();
  await scheduler.close();
  const janitor = (pid: string) =>
    /^\d+$/.test(pid) && commandOf(Number(pid)).endsWith(`janitor ${scheduler.folder}`);
  await until('its end', () => !readdirSync('/proc').some(janitor));
  expect(here('was-read')).toBe(false);
});

test('a job that requeues itself is told as it happens, to its end', async () => {
  await start();
  const id = await submit([
    '((${SLURM_RESTART_COUNT:-0})) && exit 7',
    'scontrol requeue "$SLURM_JOB_ID"; exec sleep 1000',
  ]);
  await scheduler.idle();
  expect(scheduler.job(id)).toMatchObject({
    state: 'FAILED',
    exitCode: '7:0',
    restarts: 1,
    log: join(work, `log.${id}`),
  });
  // TERM, and KILL if the machine is busy.
  const kinds = events.map(({ kind }) => kind);
  expect(kinds.filter((kind, index) => kind !== 'signalled' || kinds[index - 1] !== kind)).toEqual([
    ...['submitted', 'started', 'requeued', 'signalled', 'ended'],
    ...['started', 'ended'],
  ]);
  expect(happened('requeued')[0]).toMatchObject({ by: 'itself', restarts: 1 });
  expect(happened('ended').map((event) => 'state' in event && event.state)).toEqual(['PENDING', 'FAILED']);
  expect(happened('ended').flatMap((event) => ('left' in event ? event.left : []))).toEqual([]);
  expect(scheduler.processes()).toEqual([]);
});

test('what a batch shell leaves behind is ended, and named', async () => {
  await start();
  const id = await submit([escapee, 'exit 0']);
  await scheduler.idle();
  expect(scheduler.job(id).state).toBe('COMPLETED');
  expect(lives(read('escaped').trim())).toBe(false);
  expect(happened('ended')[0]).toMatchObject({
    left: expect.arrayContaining([`${read('escaped').trim()} sleep 1000`]),
  });
});

test('close ends everything that runs', async () => {
  await start();
  const id = await submit([
    escapee,
    `trap '' TERM; srun --overlap sleep 1000 & touch "$1/up"; while :; do sleep 1; done`,
  ]);
  await until(
    'the job',
    () => here('up') && scheduler.processes(id).some((line) => line.includes('sleep 1000')),
  );
  const before = scheduler.processes().map((line) => line.replace(/ .*/, ''));
  expect(before).toContain(read('escaped').trim());
  await scheduler.close();
  expect(before.filter(lives)).toEqual([]);
});

test('a scheduler that is killed leaves nothing, and its commands say so', async () => {
  const program = join(work, 'scheduler.mjs');
  await build({
    stdin: {
      contents: `import { startScheduler } from './src/host/scheduler/start.ts';
const scheduler = await startScheduler({ ...${JSON.stringify(quick)}, removedIfKilled: process.argv[3] + '/other' });
await scheduler.submit(process.argv[2], [process.argv[3]], { cwd: process.argv[3] });
console.log(scheduler.folder);
setInterval(() => {}, 1000);`,
      resolveDir: join(import.meta.dirname, '../..'),
    },
    ...{ bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'error' },
    plugins: [
      {
        name: 'assets',
        setup({ onLoad }) {
          onLoad({ filter: /\.sh$/ }, ({ path }) => ({
            contents: assetModule(path, readFileSync(path, 'utf8')) ?? '',
          }));
        },
      },
    ],
  });
  writeFileSync(
    join(work, 'job.sh'),
    `#!/bin/bash\necho $$ >"$1/pid"\nwhile :; do scontrol show job "$SLURM_JOB_ID" >/dev/null 2>>"$1/said" || touch "$1/failed"; done\n`,
  );
  mkdirSync(join(work, 'other'));
  const child = spawn(process.execPath, [program, join(work, 'job.sh'), work], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let folder = '';
  child.stdout.on('data', (text) => (folder += text));
  await until('the job', () => read('pid') !== '');
  child.kill('SIGKILL');
  await until('the end', () => !lives(read('pid').trim()) && !existsSync(folder.trim()));
  await until('the end of the other folder', () => !here('other'));
  if (here('failed')) expect(read('said')).toContain('Unable to contact slurm controller');
});

test('a preemption, whenever somebody wants one', async () => {
  await start();
  const id = await submit([
    '((${SLURM_RESTART_COUNT:-0})) && exit 0',
    `srun --overlap bash -c 'trap "echo >\\"$0/told\\"; exit" TERM; echo >"$0/up"; while :; do sleep 0.05; done' "$1" &`,
    'while :; do sleep 1; done',
  ]);
  await until('the step', () => here('up'));
  scheduler.preempt(id);
  await until('word of it', () => here('told'));
  await scheduler.idle();
  expect(scheduler.job(id)).toMatchObject({ state: 'COMPLETED', restarts: 1 });
  expect(happened('requeued')[0]).toMatchObject({ by: 'preemption' });
});

test('a node that loses its power: all is gone at once, and the job starts on another', async () => {
  await start();
  const id = await submit([
    '((${SLURM_RESTART_COUNT:-0})) && exit 0',
    escapee,
    `trap 'touch "$1/told"' TERM; touch "$1/up"; while :; do sleep 0.1; done`,
  ]);
  await until('the job', () => here('up'));
  scheduler.failNode(id, 'power');
  await scheduler.idle();
  expect(scheduler.job(id)).toMatchObject({ state: 'COMPLETED', restarts: 1, node: 'n2' });
  expect([lives(read('escaped').trim()), here('told')]).toEqual([false, false]);
});

test('a node that is cut off: its attempt goes on, hears nothing, and is ended when the node is back', async () => {
  await start();
  const id = await submit([
    'if ((${SLURM_RESTART_COUNT:-0})); then until [[ -e $1/cut.said ]]; do sleep 0.1; done; exit 0; fi',
    'echo $$ >"$1/pid"; touch "$1/up"; until [[ -e $1/cut ]]; do sleep 0.05; done',
    'scontrol requeue "$SLURM_JOB_ID" 2>"$1/cut.new"; mv "$1/cut.new" "$1/cut.said"; while :; do sleep 1; done',
  ]);
  await until('the job', () => here('up'));
  scheduler.failNode(id, 'network');
  writeFileSync(join(work, 'cut'), '');
  await scheduler.idle();
  expect(scheduler.job(id)).toMatchObject({ state: 'COMPLETED', restarts: 1, node: 'n2' });
  expect(read('cut.said')).toContain('Unable to contact slurm controller');
  expect(lives(read('pid').trim())).toBe(true);
  scheduler.mendNode('n1');
  await until('its end', () => !lives(read('pid').trim()));
});

test('refusals: as many as asked for, in the words of Slurm', async () => {
  await start();
  scheduler.refuse('scontrol requeue', 2);
  await submit([
    '((${SLURM_RESTART_COUNT:-0})) && exit 0',
    'for try in 1 2 3; do scontrol requeue "$SLURM_JOB_ID" 2>>"$1/said" || echo "$?" >>"$1/said"; done; exec sleep 1000',
  ]);
  await scheduler.idle();
  expect(read('said').replaceAll(/\d+$/gm, 'N')).toBe(
    'Requested operation is presently disabled for job N\nN\nRequested operation is presently disabled for job N\nN\n',
  );
  expect(happened('refused')).toHaveLength(2);
});

test('a controller that restarts: questions fail, and nothing is forgotten', async () => {
  await start();
  const id = await submit([
    'touch "$1/up"; until [[ -e $1/go ]]; do sleep 0.05; done',
    'scontrol show job "$SLURM_JOB_ID" 2>"$1/said"; echo "$?" >>"$1/said"; exit 5',
  ]);
  await until('the job', () => here('up'));
  const again = scheduler.restart(1.5);
  writeFileSync(join(work, 'go'), '');
  await until('what it says', () => /\d\n$/.test(read('said')));
  expect(read('said')).toBe(
    'slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n1\n',
  );
  await again;
  await scheduler.idle();
  expect(scheduler.job(id)).toMatchObject({ state: 'FAILED', exitCode: '5:0' });
});

test('steps wait for the processors of others; what the job does not have is refused', async () => {
  await start({ cpus: 4 });
  await submit(
    [
      'srun --ntasks=2 bash -c \'echo >"$0/first.$SLURM_PROCID"; sleep 1; echo >"$0/over.$SLURM_PROCID"\' "$1" &',
      'until [[ -e $1/first.0 && -e $1/first.1 ]]; do sleep 0.05; done',
      'srun --ntasks=1 --overlap bash -c \'[[ -e $0/over.0 ]] || echo beside >>"$0/said"\' "$1"',
      'srun --ntasks=1 bash -c \'[[ -e $0/over.0 ]] && echo behind >>"$0/said"\' "$1"',
      'srun --ntasks=3 true 2>>"$1/said"',
    ],
    '--ntasks=2',
  );
  await scheduler.idle();
  expect(read('said').replace(/job \d+/, 'job N')).toBe(
    'beside\nbehind\nsrun: error: Unable to create step for job N: More processors requested than permitted\n',
  );
});

test('many commands at once each get their own answer', async () => {
  await start();
  await submit([
    'for i in {1..40}; do (scontrol show job "$i" >/dev/null 2>&1 && echo "$i" >>"$1/known"; squeue --noheader --jobs="$SLURM_JOB_ID" --format="$i %i" >>"$1/queue") & done; wait',
  ]);
  await scheduler.idle();
  expect(read('known')).toBe('1\n');
  expect(read('queue').trim().split('\n').sort()).toEqual(
    Array.from({ length: 40 }, (_, i) => `${i + 1} 1`).sort(),
  );
});

test('kill chooses among the processes of a job', async () => {
  await start();
  const id = await submit(['sleep 1234 & sleep 4321 & wait -n; echo "$?" >"$1/said"; exit 3']);
  await until('the program', () => scheduler.processes(id).filter((line) => /sleep/.test(line)).length === 2);
  expect(scheduler.kill(id, /sleep 1234/)).toBe(1);
  await scheduler.idle();
  expect(read('said')).toBe('137\n');
});

test('a job that is started again right after its end keeps its new processes', async () => {
  await start({ requeueDelay: 0 });
  const job = await submit(['[[ -e $1/again ]] && exec sleep 0.6', ': >"$1/again"', 'exit 3']);
  await scheduler.idle();
  scheduler.requeueByAdministrator(job);
  await scheduler.idle();
  expect(scheduler.job(job)).toMatchObject({ state: 'COMPLETED', exitCode: '0:0', restarts: 1 });
});
