import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Stage } from '../../src/cli/rehearse/stage.ts';
import type { Watch } from '../../src/cli/rehearse/watch.ts';
import { ProcessTable } from '../../src/host/scheduler/processes.ts';
import type { JournalLine } from '../../src/rehearse/evidence.ts';
import type { JobState, Scheduler } from '../../src/rehearse/scheduler/scheduler.ts';
import { fault } from '../support/rehearsed.ts';

let folder = '';
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-processes-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  rmSync(folder, { recursive: true, force: true });
});

test('a restored program has the environment of an older attempt, and belongs to the one that restored it', async () => {
  const shell = `CRFLOW_REHEARSAL='${folder}/1.1' bash -c 'echo "$$"; read -r _'; read -r _`;
  child = spawn('bash', ['-c', shell], {
    env: { ...process.env, CRFLOW_REHEARSAL: `${folder}/2.3` },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const restored = await new Promise((done) => child?.stdout?.once('data', (text) => done(Number(text))));
  expect(new ProcessTable(folder).look().find(({ pid }) => pid === restored)).toMatchObject({
    job: 2,
    attempt: 3,
  });
});

test('a task of a step belongs to the step', async () => {
  const shell = `CRFLOW_REHEARSAL='${folder}/2.3.0' bash -c 'echo "$$"; read -r _'; read -r _`;
  child = spawn('bash', ['-c', shell], {
    env: { ...process.env, CRFLOW_REHEARSAL: `${folder}/2.3` },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const task = await new Promise((done) => child?.stdout?.once('data', (text) => done(Number(text))));
  expect(new ProcessTable(folder).look().find(({ pid }) => pid === task)).toMatchObject({ step: 0 });
});

/** A stage on which nothing happens but what a test says: `now` is called at each look at the jobs. */
function stage(faults: readonly string[], scheduler: Partial<Scheduler>, now: (set: Set) => void) {
  let state: JobState = 'RUNNING';
  const journal: JournalLine[] = [];
  const seals = [1, 2].map((generation) => ({ generation, seen: 0, whole: true, lines: 0 }));
  let lines = 10;
  const set: Set = {
    say: (attempt, event) => {
      mkdirSync(join(folder, `attempts/${attempt}`), { recursive: true });
      journal.push({ seen: 0, text: '', entry: { time: '', attempt, event } });
    },
    end: () => {
      writeFileSync(join(folder, 'status'), '0\n');
      state = 'COMPLETED';
    },
  };
  const watch = {
    run: folder,
    journal,
    seals,
    events: [],
    get lines() {
      lines += 10; // it works all the time
      return lines;
    },
  };
  const told: string[] = [];
  const options = {
    plan: { checkpoint: { engine: 'dmtcp', signal: 'USR1', keep: 2 }, queue: {} },
    faults: faults.map(fault),
    real: undefined,
    limit: 60,
    pace: { limit: 300, lead: 4, patience: 2 },
    slowness: 1,
    stop: new AbortController().signal,
    tell: ({ kind }: { kind: string }) => told.push(kind),
    place: { script: '', home: '', env: {}, mark: (name: string) => name === 'finish' && set.end() },
    watch: watch as unknown as Watch,
    scheduler: {
      environment: {},
      submit: async () => '1',
      jobs: () => {
        now(set);
        return [{ id: '1', state, node: 'n1', started: Date.now() }];
      },
      setLimit: () => {},
      mendNode: () => {},
      idle: async () => {},
      ...scheduler,
    },
  };
  return new Stage(options as unknown as ConstructorParameters<typeof Stage>[0]);
}

interface Set {
  readonly say: (attempt: number, event: string) => void;
  readonly end: () => void;
}

test('what could not be struck is said not to have come', async () => {
  let begun = false;
  const quiet = stage(['kill-program'], { kill: () => 0 }, ({ say }) => {
    if (!begun) for (const event of ['started', 'launched']) say(1, event);
    begun = true;
  });
  expect(await quiet.play()).toBeUndefined();
  expect(quiet.struck).toEqual([]);
  expect(quiet.missed).toMatchObject([{ why: 'there was no such process to kill' }]);
});

test('once the program works, the moment of its launch is that of the next attempt', async () => {
  let attempt = 0;
  const struckIn: number[] = [];
  const again = (say: Set['say']) => {
    attempt += 1;
    say(attempt, 'started');
  };
  let say: Set['say'] = () => {};
  const run = stage(
    ['kill', 'kill@launch'],
    {
      failNode: () => {
        struckIn.push(attempt);
        again(say);
        say(attempt, 'restored');
      },
      setLimit: () => again(say),
    },
    (set) => {
      say = set.say;
      if (attempt > 0) return;
      again(say);
      say(1, 'launched');
    },
  );
  expect(await run.play()).toBeUndefined();
  expect(run.missed).toEqual([]);
  // The first kill ends attempt 1; attempt 2 comes to its time limit, and attempt 3 is struck as it starts.
  expect(struckIn).toEqual([1, 3]);
});
