import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forecast } from '../../src/forecast/forecast.ts';
import type { Plan } from '../../src/model/plan.ts';
import { compile } from '../support/compile.ts';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import type { Entry } from '../support/run-folder.ts';
import { startRun } from '../support/run-on-slurm.ts';
import { whySlow } from '../support/slow.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// What `crc plan` says of a run, held against the run. The counts are to be the same for every machine between these two: a
// forecast that a second more or less would change is no prediction, and its test would be a bet.
type Machine = Record<'startUp' | 'checkpoint' | 'restore', number>;
const quick: Machine = { startUp: 0.5, checkpoint: 0.5, restore: 0.5 };
const slowest: Machine = { startUp: 7, checkpoint: 4, restore: 5 };

interface Case {
  readonly name: string;
  /** Of the plan, in seconds, and of the job by its settings. */
  readonly limit: number;
  readonly lead: number;
  readonly interval: number;
  readonly prove: number;
  readonly total: number;
  readonly attempts?: number;
  /** Numbers that the program counts, a half second each. */
  readonly last: number;
  /** Seconds that the warning can come early: from and to. */
  readonly early: readonly [number, number];
  readonly signal: string;
  /** What the forecast is expected to say, and the job to do. */
  readonly says: { ending: string; attempts: number; checkpoints: number; restores: number };
  readonly exit: string;
}

// With a signal that means nothing to the job its own clock warns it, on time; Slurm's comes up to a minute early.
const onTime = { early: [0, 0], signal: 'B:URG@1' } as const;
const cases: readonly Case[] = [
  {
    name: 'a proof, an interval and a time limit, to the end of the program',
    ...{ limit: 60, lead: 16, interval: 22, prove: 2, total: 3600, last: 91, ...onTime },
    says: { ending: 'done', attempts: 2, checkpoints: 3, restores: 2 },
    exit: '7:0',
  },
  {
    name: 'time limits until max_attempts',
    ...{ limit: 60, lead: 30, interval: 600, prove: 0, total: 3600, attempts: 2, last: 9999, ...onTime },
    says: { ending: 'attempts', attempts: 2, checkpoints: 2, restores: 1 },
    exit: '72:0',
  },
  {
    name: 'a total that is used up',
    ...{
      limit: 600,
      lead: 120,
      interval: 14,
      prove: 0,
      total: 26,
      last: 9999,
      early: [0, 60],
      signal: 'B:USR1@120',
    },
    says: { ending: 'total', attempts: 1, checkpoints: 2, restores: 0 },
    exit: '72:0',
  },
];

const { flows } = compile({
  name: 'count.crflow',
  text: `crflow 1
workflow count {
  application { run = "true" }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 10min  total = 1h }
}
`,
});

/** The forecast for a case on a machine. */
function foretold(one: Case, machine: Machine, early: number) {
  const [flow] = flows;
  if (flow === undefined) throw new Error('the flow does not compile');
  const plan: Plan = {
    ...flow.plan,
    checkpoint: { ...flow.plan.checkpoint, interval: one.interval, lead: one.lead, prove: one.prove > 0 },
    attempt: { time: one.limit, timeMin: null, max: one.attempts ?? null },
    total: one.total,
  };
  const work = one.last < 9999 ? (one.last - 1) * 0.5 : undefined;
  const { run } = forecast(plan, { ...machine, early, prove: one.prove, work });
  const { ending, attempts, checkpoints, restores } = run;
  return { ending, attempts, checkpoints, restores };
}

test.each(cases)('the forecast does not hang on a second: $name', (one) => {
  for (const machine of [quick, slowest])
    for (const early of one.early) expect(foretold(one, machine, early)).toEqual(one.says);
});

/**
 * The machine that a run saw, by its journal, which counts whole seconds: the slowest one, with what took longer than there. A
 * restore that came to no end took as long as its attempt.
 */
function machineOf(entries: readonly Entry[]): Machine {
  const seen = { ...slowest };
  const took = (what: keyof Machine, seconds: number) => {
    if (seconds > slowest[what]) seen[what] = Math.max(seen[what], seconds + 1);
  };
  entries.forEach((entry, index) => {
    const before = entries.slice(0, index).filter(({ attempt }) => attempt === entry.attempt);
    const since = (event: string) => {
      const begun = before.findLast((earlier) => earlier.event === event)?.['time'];
      return (Date.parse(String(entry['time'])) - Date.parse(String(begun))) / 1000;
    };
    const again = entry.attempt > 1 && !before.some(({ event }) => event === 'restored');
    if (entry.event === 'launched') took('startUp', since('started'));
    if (entry.event === 'sealed') took('checkpoint', Number(entry['seconds']));
    if (entry.event === 'restored' && !again) took('restore', since('sealed'));
    if (again && /^(restored|left)$/.test(entry.event)) took('restore', since('started') - slowest.startUp);
  });
  return seen;
}

test('the machine of a run is told by its journal', () => {
  const line = (event: string, second: number, seconds = 0): Entry => ({
    time: new Date(second * 1000).toISOString(),
    ...{ attempt: 1, event, seconds },
  });
  const inTime = [line('started', 0), line('launched', 7), line('sealed', 20, 4), line('restored', 25)];
  expect(machineOf(inTime)).toEqual(slowest);
  expect(machineOf([line('started', 0), line('launched', 9)])).toEqual({ ...slowest, startUp: 10 });
  expect(machineOf([...inTime, line('sealed', 40, 7)])).toEqual({ ...slowest, checkpoint: 8 });
  const second = (event: string, at: number) => ({ ...line(event, at), attempt: 2 });
  const late = [...inTime, second('started', 50), second('restored', 64)];
  expect(machineOf(late)).toEqual({ ...slowest, restore: 8 });
  expect(machineOf([...late.slice(0, -1), second('left', 64), second('left', 90)])).toMatchObject({
    restore: 34,
  });
});

const slurm = slurmAvailable();

const why = slurm.ok ? whySlow : ` (skipped: ${slurm.reason})`;

describe.skipIf(why !== '')(`a forecast comes true${why}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  test.concurrent.for(cases)('$name', async (one, { expect, skip }) => {
    const run = await startRun(cluster, {
      dmtcp: dmtcpUnderTest(),
      folder: one.name,
      last: one.last,
      sbatchArgs: [`--time=${one.limit / 60}`, `--signal=${one.signal}`],
      env: {
        CRFLOW_INTERVAL: String(one.interval),
        CRFLOW_LEAD: String(one.lead),
        CRFLOW_PROVE: String(one.prove),
        CRFLOW_MARGIN: '3', // where a last checkpoint takes longer than one is thought to
        CRFLOW_TOTAL: String(one.total),
        ...(one.attempts === undefined ? {} : { CRFLOW_ATTEMPTS: String(one.attempts) }),
      },
    });
    const job = await run.ended(run.id, 280);
    const log = run.log(run.id);
    expect(job, log).toMatchObject({ ExitCode: one.exit });

    // Generations are numbered, and only the last ones kept: the newest is the count of all.
    const sealed = Math.max(...readdirSync(join(run.state, 'generations')).map(Number));
    const entries = run.entries();
    const times = (event: string) => entries.filter((entry) => entry.event === event).length;
    const { ending, ...counts } = one.says;
    const found = { attempts: Number(job.Restarts) + 1, checkpoints: sealed, restores: times('restored') };
    const seen = machineOf(entries);
    const sure = one.early.every((early) => isDeepStrictEqual(foretold(one, seen, early), one.says));
    if (!sure && !isDeepStrictEqual(found, counts))
      skip(`a machine so slow that the forecast is another: ${JSON.stringify(seen)}`);
    expect(found, log).toEqual(counts);
    expect(times('sealed'), log).toBe(one.says.checkpoints);
    // And nothing was lost or done twice.
    if (ending === 'done') expect(run.output()).toBe(run.expected);
  });
});
