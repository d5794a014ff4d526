import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, vi } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

// A Slurm that answers late, or in another way than one would think. In another it is test/slurm.
const [dmtcp] = dmtcpImplementations;
if (dmtcp === undefined) throw new Error('there is always the stand-in');

/** Answers with an end that `date` understands, as Slurm does: in the format that it is asked for. `first`: lines before that. */
const scontrol = (end: string, first = '') => `#!/bin/bash
case $1 in show) ;; requeue) exit 0 ;; *) exit 1 ;; esac
${first}
echo "JobId=\${!#} JobName=x JobState=RUNNING PreemptTime=None EndTime=$(date -d '${end}' "+\${SLURM_TIME_FORMAT:-%FT%T}") X=y"
`;

describe('a warning before the time limit', { concurrent: true }, () => {
  test.for<[string, string, Record<string, string>]>([
    [
      'where Slurm did not tell the limit at the start',
      scontrol('+100 seconds', 'mkdir asked 2>/dev/null && echo "Socket timed out" && exit 1'),
      {},
    ],
    [
      'where the limit was lowered meanwhile',
      scontrol('+100 seconds', "mkdir asked 2>/dev/null && echo ' EndTime=2100-01-01T00:00:00 ' && exit"),
      {},
    ],
    [
      'of a user who has Slurm tell times in another format',
      scontrol('+100 seconds'),
      { SLURM_TIME_FORMAT: '%d.%m. %H:%M', CRFLOW_LEAD: '20' },
    ],
  ])('%s: the run goes on by requeue', async ([, text, env], { expect }) => {
    using run = byHand(dmtcp, { count: 'hold=never' });
    mkdirSync(join(run.folder, '.bin'));
    writeFileSync(join(run.folder, '.bin/scontrol'), text, { mode: 0o755 });
    const ended = run.start({ CRFLOW_INTERVAL: '600', CRFLOW_REQUEUE_WAIT: '1', ...env });
    await run.until('launched');
    run.signal('SIGUSR1');
    expect(await ended, run.log()).toBe(75);
    expect(run.entries().find(({ event }) => event === 'asked')).toMatchObject({ reason: 'limit' });
    expect(run.entries().map(({ event }) => event)).toContain('requeued');
  });
});

test('a controller that is silent: saved first, then asked for a requeue until it answers', async ({
  expect,
}) => {
  using run = byHand(dmtcp, { count: 'hold=never' });
  mkdirSync(join(run.folder, '.bin'));
  const silence = '[[ $1 != requeue ]] || echo x >>tries; [[ ! -e silent ]] || exec sleep 600';
  const text = scontrol('+100 seconds').replace('case', `${silence}\ncase`);
  writeFileSync(join(run.folder, '.bin/scontrol'), text, { mode: 0o755 });
  const quick = { CRFLOW_SLURM_LIMIT: '1', CRFLOW_ANSWER_WAIT: '1', CRFLOW_REQUEUE_WAIT: '1' };
  const ended = run.start({ CRFLOW_INTERVAL: '600', CRFLOW_LEAD: '20', ...quick });
  await run.until('launched');
  writeFileSync(join(run.folder, 'silent'), '');
  run.signal('SIGUSR1');
  await run.until('sealed');
  await vi.waitUntil(() => run.read('tries').length >= 'x\n'.length * 2, { timeout: 120_000 });
  const told = run.entries().map(({ event }) => event);
  expect(told.filter((event) => /^(asked|sealed|requeued|resubmitted|left)$/.test(event))).toEqual([
    'asked',
    'sealed',
  ]);
  rmSync(join(run.folder, 'silent'));
  expect(await ended, run.log()).toBe(75);
  expect(run.entries().find(({ event }) => event === 'asked')).toMatchObject({ reason: 'unclear' });
  expect(run.entries().find(({ event }) => event === 'requeued')?.['try']).toBeGreaterThanOrEqual(3);
  expect(run.log()).not.toContain('does not requeue');
});

test('a run of another cluster on the same file system is left in peace, with a word', async ({ expect }) => {
  using run = byHand(dmtcp, { count: held });
  const here = { SLURM_CLUSTER_NAME: 'beta' };
  const ended = run.start({ SLURM_CLUSTER_NAME: 'alpha' });
  const state = join(run.folder, 'crflow-state/count/4711.alpha');
  await vi.waitUntil(() => existsSync(join(state, 'sealed')), { timeout: 120_000 });
  const { said } = run.verb('status', here);
  expect(said).toContain('run 4711.alpha of count: in cluster alpha, whose Slurm does not answer here');
  expect(said).toContain('running, or killed');
  expect(said).not.toContain('to resume');
  for (const verb of ['checkpoint', 'stop'])
    expect(run.verb(verb, here)).toEqual({
      status: 2,
      said: 'count: run 4711.alpha is in cluster alpha: ask there\n',
    });
  for (const name of ['4711', '4711.alpha'])
    expect(await run.start({ SLURM_JOB_ID: '4712', ...here }, 'resume', name), run.log()).toBe(70);
  expect(run.log().match(/job 4711 of cluster alpha continues this run/g)).toHaveLength(2);
  expect(
    run.verb('status', { SLURM_CLUSTER_NAME: 'alpha', CRFLOW_TEST_OTHER_STATE: 'RUNNING' }).said,
  ).toContain('run 4711.alpha of count: running, attempt 1');
  run.go();
  expect(await ended, run.log()).toBe(7);
  expect(run.read('count-4711.alpha.out')).toBe(run.expected);
});

test('the end of a job in an hour that comes twice is told rightly, both times', ({ expect }) => {
  using run = byHand(dmtcp);
  const ends = [1_729_989_000, 1_729_992_600]; // half past two in Berlin, on 27 October 2024
  for (const end of ends) {
    mkdirSync(join(run.folder, '.bin'), { recursive: true });
    writeFileSync(join(run.folder, '.bin/scontrol'), scontrol(`@${end}`), { mode: 0o755 });
    const told = run.functions('catch_signals; identify; echo "$end_time"', { TZ: 'Europe/Berlin' });
    expect(told.trim()).toBe(String(end));
  }
});

test('a requeued attempt leaves as soon as Slurm ends it', async ({ expect }) => {
  using run = byHand(dmtcp, { count: 'hold=never' });
  const ended = run.start({ CRFLOW_LEAD: '3540', CRFLOW_REQUEUE_WAIT: '100000' });
  await run.until('launched');
  run.signal('SIGUSR1');
  await run.until('requeued');
  run.signal('SIGTERM');
  expect(await ended, run.log()).toBe(75);
});

test('the step that listens for a preemption is started again if it dies, and Slurm is asked', async ({
  expect,
}) => {
  using run = byHand(dmtcp, { count: held });
  mkdirSync(join(run.folder, '.bin'));
  const put = (name: string, text: string) =>
    writeFileSync(join(run.folder, '.bin', name), text, { mode: 0o755 });
  put('srun', '#!/bin/bash\nwhile [[ $1 == -* ]]; do shift; done\nexec "$@"\n');
  put('scontrol', scontrol('+1 hour', 'echo "$*" >>questions'));
  const listeners = () => run.running().filter((line) => / listen /.test(line));
  const ended = run.start();
  await run.until('sealed');
  await vi.waitUntil(() => listeners().length > 0, { timeout: 60_000 });
  const [first] = listeners();
  const asked = run.read('questions').length;
  run.kill(/ listen /);
  await vi.waitUntil(() => listeners().length > 0 && listeners()[0] !== first, { timeout: 60_000 });
  await vi.waitUntil(() => run.read('questions').length > asked, { timeout: 60_000 });
  run.go();
  expect(await ended, run.log()).toBe(7);
  expect(run.left()).toEqual([]);
  expect(run.entries().map(({ event }) => event)).not.toContain('deaf');
});

test('called without a command in an allocation, the script starts nothing', ({ expect }) => {
  using run = byHand(dmtcp);
  const { status, stderr } = spawnSync('bash', ['count.sbatch'], {
    cwd: run.folder,
    encoding: 'utf8',
    env: { ...process.env, SLURM_JOB_ID: '9' },
  });
  expect(status).toBe(2);
  expect(stderr).toContain('sbatch count.sbatch');
  expect(existsSync(join(run.folder, 'crflow-state'))).toBe(false);
});

test('a job that is held, or in any state that is not final, is still in the queue', ({ expect }) => {
  using run = byHand(dmtcp);
  const states = [
    'PENDING',
    'RUNNING',
    'REQUEUED',
    'REQUEUE_HOLD',
    'SPECIAL_EXIT',
    'SUSPENDED',
    'STAGE_OUT',
    'NEW_ONE',
  ];
  const over = ['COMPLETED', 'CANCELLED', 'PREEMPTED', 'NODE_FAIL', 'DEADLINE'];
  const told = run.functions(`holder_cluster=- holder_job=7
ask_about() { printf 'JobId=7 JobName=x\n   UserId=u(1)\n   JobState=%s Reason=None\n   Command=x' "$state"; }
for state in ${[...states, ...over].join(' ')}; do echo "$state:$(queue_state)"; done`);
  expect(told.trim().split('\n')).toEqual([
    ...states.map((state) => `${state}:${state}`),
    ...over.map((state) => `${state}:`),
  ]);
});

test('a short grace period is used for the checkpoint, except a fifth', ({ expect }) => {
  using run = byHand(dmtcp);
  const margins = run.functions(
    'CRFLOW_MARGIN=20 now=0; for end_time in 5 20 60 900; do find_margin; echo "$margin"; done',
  );
  expect(margins.trim().split('\n').map(Number)).toEqual([2, 4, 12, 20]);
});

/** A run whose job finds these commands. */
function withCommands(commands: Readonly<Record<string, string>>, checkpoint = '') {
  const run = byHand(dmtcp as NonNullable<typeof dmtcp>, { checkpoint });
  mkdirSync(join(run.folder, '.bin'));
  for (const [name, text] of Object.entries(commands))
    writeFileSync(join(run.folder, '.bin', name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  return run;
}

// As test/contract/scenarios.ts sees them: a controller that hangs is no refusal, which counts only three times.
test.for<[string, number]>([
  ['Unexpected message received for job 4711', 2],
  ['slurm_load_jobs error: Socket timed out on send/recv operation', 2],
  ['Unable to contact slurm controller (connect failure) for job 4711', 2],
  ['Zero Bytes were transmitted or received for job 4711', 2],
  ['Requested operation is presently disabled for job 4711', 1],
  ['Access/permission denied for job 4711', 1],
])('a requeue that fails with "%s": 2 for no answer, 1 for a refusal: %i', ([words, status], { expect }) => {
  using run = withCommands({ scontrol: `echo '${words}' >&2; exit 1` });
  expect(run.functions('job_id=4711; requeue >/dev/null; echo "$?"').trim()).toBe(String(status));
});

test.for([
  ['a job', '4711'],
  ['a task of an array', '4700_3'],
])('the steps of %s are signalled, except its own', ([, id], { expect }) => {
  using run = withCommands(
    {
      squeue: `printf '%s\\n' '${id}.2 lmp' '${id}.1 crflow-listens' '${id}.extern extern' '${id}.batch batch'`,
      scancel: 'echo "$*" >>"${0%/*}/told"',
    },
    'engine = none',
  );
  expect(run.functions('signal_steps TERM; echo "$?"').trim()).toBe('0');
  expect(run.read('.bin/told')).toBe('--signal=TERM 4711.2\n');
});
