import { describe, expect, test } from 'vitest';
import { answer, type Call } from '../../src/rehearse/scheduler/commands.ts';
import { Controller } from '../../src/rehearse/scheduler/controller.ts';
import type { JobRecord, Settings } from '../../src/rehearse/scheduler/records.ts';
import type { View } from '../../src/rehearse/scheduler/show.ts';
import { readSubmission } from '../../src/rehearse/scheduler/spec.ts';
import {
  directivesOf,
  nodesOf,
  parseSlurmTime,
  parseTasks,
  readCommandLine,
  SBATCH,
} from '../../src/rehearse/scheduler/words.ts';

// The controller of the small scheduler: what happens goes in, with the time, and what is to be done comes out. No clock, no process.

const usual: Settings = {
  cluster: 'c',
  nodes: 2,
  cpus: 4,
  pace: 1,
  grid: 30,
  killWait: 30,
  requeueDelay: 121,
  messageTimeout: 10,
  seed: 1,
  partitions: [
    { name: 'low', tier: 1, grace: 60, preemptMode: 'REQUEUE' },
    { name: 'gone', tier: 1, grace: 0, preemptMode: 'CANCEL' },
    { name: 'high', tier: 2, grace: 0, preemptMode: 'OFF' },
  ],
};

/** A controller, and what is done with it at which second. */
function bench(settings: Partial<Settings> = {}) {
  const controller = new Controller({ ...usual, ...settings }, 0);
  const all = { ...usual, ...settings };
  const specOf = (words: readonly string[], env: Record<string, string> = {}) => {
    const read = readSubmission({
      words: [...words, 'job.sh'],
      env: new Map(Object.entries(env)),
      cwd: '/work',
      read: () => '#!/bin/bash\n#SBATCH --job-name=named --open-mode append\n',
    });
    if ('wrong' in read) throw new Error(read.wrong);
    return read.spec;
  };
  const tryToSubmit = (second: number, ...words: string[]) =>
    controller.submit(
      {
        spec: specOf(words),
        command: '/work/job.sh',
        args: [],
        files: () => ({ log: '/log', errors: '/log' }),
      },
      second * 1000,
    );
  return {
    controller,
    tryToSubmit,
    submit(second: number, ...words: string[]): JobRecord {
      const made = tryToSubmit(second, ...words);
      if (typeof made === 'string') throw new Error(made);
      return made[0] as JobRecord;
    },
    /** Lets time pass up to a second, and says what was done in it: `SECOND what`. */
    until(second: number): string[] {
      const done: string[] = [];
      const note = (now: number) => {
        for (const action of controller.take()) {
          if (action.kind === 'start')
            done.push(`${now / 1000} start ${action.job.number} on ${action.job.node}`);
          if (action.kind === 'signal' && action.signal !== 'CONT')
            done.push(`${now / 1000} ${action.signal} ${action.to} of ${action.job.number}`);
        }
      };
      note(0);
      for (
        let next = controller.next();
        next !== undefined && next <= second * 1000;
        next = controller.next()
      ) {
        const before = next;
        controller.tick(next);
        note(next);
        if (controller.next() === before) break;
      }
      return done;
    },
    say(second: number, command: string, ...words: string[]) {
      const view: View = {
        settings: all,
        now: second * 1000,
        time: (milliseconds) => new Date(milliseconds).toISOString().slice(0, 19),
        user: { name: 'ann', uid: 1000, group: 'ann', gid: 1000 },
        host: 'login',
      };
      const call: Call = { command, words, env: new Map(), cwd: '/work' };
      const { status, out = '', err = '' } = answer(call, controller, 'c', view);
      return `${status} ${out}${err}`.trim();
    },
  };
}

describe('a time limit', () => {
  test('is looked at on a grid: the early signal comes up to twice its length early, the end up to once late', () => {
    const { submit, until } = bench();
    submit(0, '--time=10', '--signal=B:USR1@120');
    const [start, early, term, kill] = until(1000);
    expect(start).toBe('0 start 1 on n1');
    const at = (line = '') => Number.parseFloat(line);
    expect(early).toMatch(/USR1 batch shell of 1$/);
    expect(at(early)).toBeGreaterThan(600 - 120 - 60);
    expect(at(early)).toBeLessThanOrEqual(600 - 120);
    expect(term).toMatch(/TERM all of 1$/);
    expect(at(term)).toBeGreaterThanOrEqual(600);
    expect(at(term)).toBeLessThan(630);
    expect(at(kill) - at(term)).toBe(30);
  });

  test('and the early signal without B: goes to the steps', () => {
    const { submit, until } = bench();
    submit(0, '--time=10', '--signal=USR2@60');
    expect(until(580).at(-1)).toMatch(/USR2 steps of 1$/);
  });

  test('passes at the pace of the rehearsal', () => {
    const { submit, until } = bench({ pace: 1 / 60, grid: 1, killWait: 2 });
    submit(0, '--time=10', '--signal=B:USR1@120');
    const [, early, term] = until(20);
    expect(Number.parseFloat(early ?? '')).toBeGreaterThan(10 - 2 - 2);
    expect(Number.parseFloat(term ?? '')).toBeLessThan(11.01);
  });
});

describe('a requeue', () => {
  test('counts at once, waits until all processes are gone and its delay is over, and starts again', () => {
    const { controller, submit, until, say } = bench();
    const job = submit(0);
    until(1);
    expect(say(2, 'scontrol', 'requeue', '1')).toBe('0');
    expect(say(3, 'scontrol', '-o', 'show', 'job', '1')).toMatch(
      /JobState=COMPLETING .* Restarts=1 (?!.*PreemptTime)/,
    );
    expect(until(3)).toEqual(['0 TERM all of 1']);
    controller.batchEnded(job, 1, { status: 75, signal: 0 }, 4000);
    controller.gone(job, [], 5000);
    expect(say(6, 'scontrol', '-o', 'show', 'job', '1')).toMatch(
      /JobState=PENDING Reason=BeginTime .* ExitCode=0:0 /,
    );
    expect(say(6, 'scontrol', 'requeue', '1')).toBe('1 Job is pending execution for job 1');
    expect(until(200)).toEqual(['123 start 1 on n1']);
  });

  test('of a job that may not is refused; held, it waits for its release', () => {
    const { controller, submit, until, say } = bench({ requeueDelay: 1 });
    const job = submit(0, '--no-requeue');
    until(1);
    expect(say(1, 'scontrol', 'requeue', '1')).toBe('1 Requested operation is presently disabled for job 1');
    say(1, 'scontrol', 'update', 'JobId=1', 'Requeue=1');
    expect(say(1, 'scontrol', 'requeuehold', '1')).toBe('0');
    controller.batchEnded(job, 1, { status: 0, signal: 15 }, 1000);
    controller.gone(job, [], 1000);
    expect(until(100)).toEqual(['0 TERM all of 1']);
    expect(say(100, 'squeue', '--noheader', '--format=%r')).toBe('0 job_requeued_in_held_state');
    expect(controller.isIdle()).toBe(true);
    say(101, 'scontrol', 'release', '1');
    expect(until(102)).toEqual(['0 start 1 on n1']);
  });

  test('after an end brings a job back', () => {
    const { controller, submit, until, say } = bench({ requeueDelay: 1 });
    const job = submit(0);
    controller.batchEnded(job, 1, { status: 0, signal: 0 }, 1000);
    controller.gone(job, [], 1000);
    expect(say(2, 'scontrol', 'requeue', '1')).toBe('0');
    expect(until(10).at(-1)).toBe('3 start 1 on n1');
  });
});

describe('a preemption', () => {
  test('tells the steps at once, all at the end of the grace, and requeues', () => {
    const { controller, submit, until, say } = bench();
    const job = submit(0, '--time=60', '-p', 'low');
    until(1);
    controller.preempt(job, 60, 10_000);
    expect(say(11, 'scontrol', '-o', 'show', 'job', '1')).toMatch(
      /EndTime=1970-01-01T00:01:10 .* PreemptTime=1970-01-01T00:00:10 /,
    );
    expect(say(11, 'scontrol', 'update', 'JobId=1', 'TimeLimit=5')).toBe(
      '1 Access/permission denied for job 1',
    );
    expect(until(80)).toEqual(['0 TERM steps of 1', '70 TERM all of 1']);
    expect([job.restarts, job.ending]).toEqual([1, 'PENDING']);
  });

  test('for good ends the job: PREEMPTED', () => {
    const { controller, submit, until, say } = bench();
    const job = submit(0, '-p', 'gone');
    until(1);
    controller.preempt(job, 0, 10_000);
    expect(until(11)).toEqual(['0 TERM all of 1']);
    expect(say(11, 'scontrol', '-o', 'show', 'job', '1')).toMatch(
      /JobState=COMPLETING .* Restarts=0 .* EndTime=(\S+) .* PreemptTime=\1 /,
    );
    controller.batchEnded(job, 1, { status: 3, signal: 0 }, 12_000);
    controller.gone(job, [], 12_000);
    expect(job.ending).toBe('PREEMPTED');
  });

  test('in whose grace a job exits: its own status, and no requeue (22.05)', () => {
    const { controller, submit, until } = bench();
    const job = submit(0, '-p', 'low');
    until(1);
    controller.preempt(job, 60, 10_000);
    controller.batchEnded(job, 1, { status: 3, signal: 0 }, 20_000);
    controller.gone(job, [], 20_000);
    expect([job.phase, job.ending, job.restarts]).toEqual(['over', 'FAILED', 0]);
    until(200);
    expect(job.phase).toBe('over');
  });

  test('comes from a job of a higher tier that needs the node', () => {
    const { submit, until } = bench();
    submit(0, '-p', 'low', '-w', 'n1');
    until(1);
    submit(2, '-p', 'high', '-w', 'n1', '--exclusive');
    expect(until(3)).toEqual(['0 TERM steps of 1']);
  });
});

describe('an array', () => {
  test('has a number for each task, the last one its own, and as many at a time as it asks for', () => {
    const { controller, submit, until, say } = bench();
    submit(0, '--array=1,3-7:2%2');
    expect(controller.jobs.map(({ number, array }) => [number, array?.task])).toEqual([
      [2, 1],
      [3, 3],
      [4, 5],
      [1, 7],
    ]);
    expect(until(1)).toEqual(['0 start 2 on n1', '0 start 3 on n1']);
    expect(say(1, 'squeue', '--noheader', '--format=%i %r')).toBe(
      '0 1_1 None\n1_3 None\n1_5 JobArrayTaskLimit\n1_7 JobArrayTaskLimit',
    );
    expect(say(1, 'scontrol', 'requeue', '1_3')).toBe('0');
    expect(until(2)).toEqual(['0 TERM all of 3']);
    // By the number of the array it means all of them.
    expect(say(2, 'scancel', '1')).toBe('0');
    expect(controller.jobs.map(({ ending }) => ending)).toEqual([
      'CANCELLED',
      'CANCELLED',
      'CANCELLED',
      'CANCELLED',
    ]);
  });
});

describe('a dependency', () => {
  test.each([
    ['afterany', 1, 'start'],
    ['afterok', 0, 'start'],
    ['afterok', 1, 'DependencyNeverSatisfied'],
    ['afternotok', 1, 'start'],
    ['afternotok', 0, 'DependencyNeverSatisfied'],
  ])('%s of a job that ends with %d: %s', (kind, status, what) => {
    const { controller, submit, until } = bench();
    const job = submit(0);
    const next = submit(0, `--dependency=${kind}:1`);
    until(1);
    expect(next.reason).toBe('Dependency');
    controller.batchEnded(job, 1, { status, signal: 0 }, 2000);
    controller.gone(job, [], 3000);
    expect(next.phase === 'running' ? 'start' : next.reason).toBe(what);
  });
});

describe('a node that fails', () => {
  test.each([
    'power',
    'network',
  ] as const)('by %s: its job starts on another, which the old attempt cannot disturb', (how) => {
    const { controller, submit, until } = bench({ requeueDelay: 6 });
    const job = submit(0);
    until(1);
    controller.failNode('n1', how, 10_000);
    if (how === 'power') controller.gone(job, [], 10_000);
    expect(until(60).at(-1)).toBe('16 start 1 on n2');
    controller.batchEnded(job, 1, { status: 76, signal: 0 }, 20_000);
    expect([job.phase, job.restarts]).toEqual(['running', 1]);
  });

  test('with --no-requeue, is the end', () => {
    const { controller, submit, until } = bench();
    const job = submit(0, '--no-requeue');
    until(1);
    controller.failNode('n1', 'power', 10_000);
    controller.gone(job, [], 10_000);
    expect([job.phase, job.ending]).toEqual(['over', 'NODE_FAIL']);
  });
});

test('a silent controller enforces nothing, and hears late of what has ended', () => {
  const { controller, submit, until } = bench();
  const job = submit(0, '--time=1');
  until(1);
  controller.silence(500_000);
  expect(until(499)).toEqual([]);
  controller.batchEnded(job, 1, { status: 0, signal: 0 }, 400_000);
  expect(job.phase).toBe('running');
  until(500);
  expect([job.phase, job.ending]).toEqual(['completing', 'COMPLETED']);
});

test('a time limit that its owner changes: lower at any time, higher only before the start, never below --time-min', () => {
  const { submit, until, say } = bench();
  submit(0, '--time=10', '--time-min=5');
  until(1);
  expect(say(2, 'scontrol', 'update', 'JobId=1', 'TimeLimit=7')).toBe('0');
  expect(say(2, 'scontrol', 'update', 'JobId=1', 'TimeLimit=8')).toMatch(/^1 Access/);
  expect(say(2, 'scontrol', 'update', 'JobId=1', 'TimeLimit=4')).toMatch(
    /^1 Requested time limit is invalid/,
  );
  expect(say(2, 'scontrol', 'update', 'JobId=1', 'TimeLimit=0')).toMatch(/^1 Access/);
  expect(say(2, 'scontrol', '-o', 'show', 'job', '1')).toContain('EndTime=1970-01-01T00:07:00 ');
});

describe('words', () => {
  test.each([
    ['60', 3600],
    ['1-12', 129_600],
    ['1-12:30', 131_400],
    ['2:30', 150],
    ['1:00:05', 3605],
    ['1-00:00:01', 86_401],
    ['UNLIMITED', null],
    ['x', undefined],
  ])('the time %s', (text, seconds) => {
    expect(parseSlurmTime(text)).toBe(seconds);
  });

  test('nodes and tasks', () => {
    expect(nodesOf('n[1-3,7],m2')).toEqual(['n1', 'n2', 'n3', 'n7', 'm2']);
    expect(nodesOf('n[08-10]')).toEqual(['n08', 'n09', 'n10']);
    expect(parseTasks('3,1-2%2')).toEqual({ tasks: [1, 2, 3], atOnce: 2 });
    expect(parseTasks('a')).toBeUndefined();
  });

  test('options, as getopt reads them', () => {
    expect(
      readCommandLine(
        ['--time', '5', '-n2', '-p', 'low', '--exclusive', '--no-re', 'a.sh', '--time=9'],
        SBATCH,
      ),
    ).toEqual({
      options: new Map([
        ['time', '5'],
        ['ntasks', '2'],
        ['partition', 'low'],
        ['exclusive', ''],
        ['no-requeue', ''],
      ]),
      rest: ['a.sh', '--time=9'],
    });
    expect(readCommandLine(['--foo'], SBATCH)).toBe("unrecognized option '--foo'");
    expect(readCommandLine(['--time'], SBATCH)).toBe("option '--time' requires an argument");
  });

  test('the #SBATCH lines up to the first command', () => {
    const script =
      '#!/bin/bash\n#SBATCH --comment="a \'b\'" -n 1 # why\n\n# x\n#SBATCH --time=5\ntrue\n#SBATCH --time=6\n';
    expect(directivesOf(script)).toEqual(["--comment=a 'b'", '-n', '1', '--time=5']);
  });

  test('the command line counts before variables, and those before the script', () => {
    const text = '#!/bin/bash\n#SBATCH --time=1 --partition=a --no-requeue --signal=B:USR1@9\n';
    const read = readSubmission({
      words: ['--time=3', '--requeue', 'j.sh', 'x'],
      env: new Map([
        ['SBATCH_TIMELIMIT', '2'],
        ['SBATCH_PARTITION', 'b'],
      ]),
      cwd: '/work',
      read: () => text,
    });
    expect(read).toMatchObject({
      spec: { limit: 180, partition: 'b', requeue: true, warning: { signal: 'USR1', lead: 9, batch: true } },
      args: ['x'],
    });
  });
});
