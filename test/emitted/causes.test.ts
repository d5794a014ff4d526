import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

const [dmtcp] = dmtcpImplementations;
if (dmtcp === undefined) throw new Error('there is always the stand-in');

/** What `scontrol show job` says, on several lines; each key can be given. */
const said = (fields: Record<string, string> = {}, name = 'x', head = 'JobId=7') => {
  const all: Record<string, string> = {
    JobState: 'RUNNING',
    Reason: 'None',
    Restarts: '0',
    EndTime: '2030-01-01T01:00:00+0000',
    PreemptTime: 'None',
    ...fields,
  };
  return `${head} JobName=${name}
   UserId=u(1) GroupId=u(1) MCS_label=N/A
   JobState=${all['JobState']} Reason=${all['Reason']} Dependency=(null)
   Requeue=1 Restarts=${all['Restarts']} BatchFlag=1 Reboot=0 ExitCode=0:0
   StartTime=2030-01-01T00:00:00+0000 EndTime=${all['EndTime']} Deadline=N/A
   PreemptEligibleTime=2030-01-01T00:00:00+0000 PreemptTime=${all['PreemptTime']}
   Command=/x/JobState=FAILED y
   WorkDir=/x`;
};

/** The cause that the job finds in an answer, `left` seconds before an end that it knew of. */
function causeOf(answer: string, { left = 1800, restarts = 0 } = {}): string {
  using run = byHand(dmtcp as NonNullable<typeof dmtcp>);
  return run
    .functions(
      `read_clock() { now=$((1893459600 - ${left})); }; restarts=${restarts} end_time=1893459600 job_number=7
if read_job "$CRFLOW_ANSWER" 7; then find_cause "$CRFLOW_ANSWER"; echo "\${cause:-nothing yet}"; else echo no answer; fi`,
      { CRFLOW_LEAD: '60', CRFLOW_ANSWER: answer },
    )
    .trim();
}

describe('why a job was signalled', () => {
  const early = '2030-01-01T00:40:00+0000';
  // The tables of Slurm 22.05, 24.11 and 26.05.
  test.for<[string, Record<string, string>, string, { left?: number; restarts?: number }?]>([
    ['nothing, well before the end', {}, 'early'],
    ['the time limit is near', {}, 'limit', { left: 100 }],
    ['a preemption with grace', { PreemptTime: '2030-01-01T00:30:00+0000', EndTime: early }, 'preemption'],
    [
      'the same, in the moment of its signal',
      { JobState: 'SIGNALING', PreemptTime: '2030-01-01T00:30:00+0000', EndTime: early },
      'preemption',
    ],
    ['a signal on its way', { JobState: 'SIGNALING' }, 'nothing yet'],
    ['scancel', { JobState: 'COMPLETING', EndTime: early }, 'cancelled'],
    [
      'scancel in the grace of a preemption',
      { JobState: 'COMPLETING', PreemptTime: '2030-01-01T00:30:00+0000', EndTime: early },
      'cancelled',
    ],
    ['a preemption for good', { JobState: 'COMPLETING', PreemptTime: early, EndTime: early }, 'preemption'],
    ['a limit that was lowered', { JobState: 'COMPLETING', Reason: 'TimeLimit', EndTime: early }, 'limit'],
    ['a requeue by somebody else', { JobState: 'COMPLETING', Restarts: '1' }, 'requeued'],
    [
      'scancel of a job that was requeued before',
      { JobState: 'COMPLETING', Restarts: '2', EndTime: early },
      'cancelled',
      { restarts: 2 },
    ],
  ])('%s', ([, fields, cause, given], { expect }) => {
    expect(causeOf(said(fields), given)).toBe(cause);
  });

  test('is not read from the names that a user gives', ({ expect }) => {
    const name = 'x EndTime=2020-01-01T00:00:00 JobState=COMPLETING Restarts=9\n   JobState=COMPLETING';
    expect(causeOf(said({}, name))).toBe('early');
  });

  test('is read from the record of this job, where Slurm tells of a whole array', ({ expect }) => {
    const other = said({ JobState: 'COMPLETING' }, 'x', 'JobId=8 ArrayJobId=7 ArrayTaskId=0');
    expect(causeOf(`${other}\n\n${said({}, 'x', 'JobId=7 ArrayJobId=7 ArrayTaskId=1')}`)).toBe('early');
  });

  test('no answer is none', ({ expect }) => {
    expect(causeOf('slurm_load_jobs error: Socket timed out on send/recv operation')).toBe('no answer');
  });
});

test('a job that Slurm has requeued is not told how to go on', ({ expect }) => {
  using run = byHand(dmtcp as NonNullable<typeof dmtcp>);
  const left = (why: string) =>
    run.functions(`catch_signals; record_end() { :; }; sum_up() { echo summed up; }; ever_sealed() { :; }
attempt_dir=/nowhere run_id=7 ${why}; leave 75 words`);
  expect(left("cause='' reason=limit")).toContain('to resume: sbatch count.sbatch resume 7');
  for (const why of ['cause=requeued', 'reason=requeued', 'next_job=8'])
    expect(left(why)).toMatch(/^crflow \S+ {2}stopped \(status 75\): words\n$/);
});

describe('who a job is', () => {
  const whoIs = (answer: string, env: Record<string, string>) => {
    using run = byHand(dmtcp as NonNullable<typeof dmtcp>);
    return run
      .functions(
        `catch_signals; say() { :; }; sleep() { :; }; ask_about() { printf '%s' "$CRFLOW_ANSWER"; }
identify; echo "$job_id \${cluster:-none} $restarts"`,
        { SLURM_JOB_ID: '7', CRFLOW_ANSWER: answer, ...env },
      )
      .trim();
  };
  const ofAnother = { SLURM_ARRAY_JOB_ID: '3', SLURM_ARRAY_TASK_ID: '9', SLURM_RESTART_COUNT: '2' };

  test('one that was submitted from a task of an array is no task of it', ({ expect }) => {
    expect(whoIs(said(), ofAnother)).toBe('7 none 0');
  });
  test('a task of an array is what Slurm says', ({ expect }) => {
    const answer = said({ Restarts: '1' }, 'x', 'JobId=7 ArrayJobId=5 ArrayTaskId=2');
    expect(whoIs(answer, { ...ofAnother, SLURM_CLUSTER_NAME: 'perl' })).toBe('5_2 perl 1');
  });
  test('where Slurm is silent, a flow without an array is no task', ({ expect }) => {
    expect(whoIs('', ofAnother)).toBe('7 none 2');
  });
});

test('the program gets the environment of the submission to the byte, and this script none of it', async ({
  expect,
}) => {
  using run = byHand(dmtcp, { run: 'env -0 >environment; exit 7' });
  const given = {
    output: 'a.dat',
    name: 'mine',
    run: 'x',
    keep: '9',
    attempt: 'b',
    'a.b': 'no name of a shell',
    'BASH_FUNC_launch%%': '() {  echo mine\n}',
    // An old bash, by which the test starts the script, would drop or mind these two itself.
    ...(process.env['CRFLOW_TEST_BASH']
      ? {}
      : { POSIXLY_CORRECT: '1', SHELLOPTS: 'errexit:noclobber:noglob' }),
    BASH_ENV: '/nowhere',
    BASHOPTS: 'failglob',
    TMOUT: '1',
  };
  expect(await run.start({ CRFLOW_INTERVAL: '600', ...given }), run.log() + run.output()).toBe(7);
  const got = readFileSync(join(run.folder, 'environment'), 'utf8').split('\0');
  for (const [key, value] of Object.entries(given))
    if (!/^BASH_FUNC|OPTS$/.test(key)) expect(got).toContain(`${key}=${value}`);
  expect(got.find((entry) => entry.startsWith('BASH_FUNC_launch%%='))).toContain('echo mine');
});

test('a submission that exports what bash keeps itself: the job knows its own host, clock and processes', async ({
  expect,
}) => {
  using run = byHand(dmtcp, { count: held });
  const names =
    'SECONDS RANDOM SRANDOM BASHPID PPID UID EUID GROUPS LINENO FUNCNAME HISTCMD DIRSTACK EPOCHSECONDS EPOCHREALTIME BASH_ARGV0 BASH_COMMAND BASH_SUBSHELL BASH_VERSION COMP_WORDBREAKS HOSTTYPE MACHTYPE OSTYPE OPTIND OPTARG OPTERR PIPESTATUS REPLY SHLVL IFS PS4';
  const given = Object.fromEntries(names.split(' ').map((name) => [name, '4']));
  const ended = run.start({ HOSTNAME: 'login1', CRFLOW_CLEAN: '0', ...given });
  await run.until('sealed');
  run.go();
  expect(await ended, run.log()).toBe(7);
  expect(run.output()).toBe(run.expected);
  expect(run.log()).not.toMatch(/unbound|login1|line \d+:/);
  expect(readFileSync(join(run.state, 'lease'), 'utf8')).not.toContain('login1');
  expect(readFileSync(join(run.state, 'environ'), 'utf8').split('\0')).toContain('HOSTNAME=login1');
});

// With bash 4.2, which only old images have, the program starts with INT ignored: that is known, and in docs/runtime.md.
test('a program that signals its whole group, or listens to INT, does neither to the job', async ({
  expect,
}) => {
  using run = byHand(dmtcp, {
    run: "trap 'echo heard' INT; kill -INT $$; trap 'trap - TERM; kill 0' EXIT; exit 7",
  });
  const status = await run.start({ CRFLOW_INTERVAL: '600' });
  // A bash before 5 ends with the status that it was told.
  expect([143, 7], run.log()).toContain(status);
  if (!process.env['CRFLOW_TEST_BASH']?.includes('4.2')) expect(run.output()).toBe('heard\n');
  expect(run.log()).toContain(`the application ended with status ${status}`);
});
