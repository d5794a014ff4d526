import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { painter } from '../../src/diagnostics/paint.ts';
import { widthOf } from '../../src/diagnostics/width.ts';
import { forecast, type KnownTimes } from '../../src/forecast/forecast.ts';
import { page } from '../../src/forecast/page.ts';
import { tasksOf } from '../../src/forecast/tasks.ts';
import { bar } from '../../src/forecast/timeline.ts';
import type { Seconds } from '../../src/model/flow.ts';
import type { Attempt } from '../../src/model/forecast.ts';
import { axis } from '../../src/page/bar.ts';
import type { Terms } from '../../src/time/attempt.ts';
import { simulate } from '../../src/time/attempts.ts';
import { dalyInterval, slowdown, youngInterval } from '../../src/time/daly.ts';
import { SIGNAL_EARLY } from '../../src/time/slurm.ts';
import { compile } from '../support/compile.ts';

const min = 60;
const hour = 3600;
const day = 86_400;

// The numbers are those of facts/intervals.md: Daly's own examples, and tables worked out from his formulas.
// The closed formulas, which the simulation must agree with where they hold.

/** A time limit, and what of it is taken by other things than work. */
interface AttemptTime {
  readonly limit: Seconds;
  readonly lead: Seconds;
  readonly startUp: Seconds;
  /** 0 for a first attempt. */
  readonly restore: Seconds;
}

/** What an attempt has for work and checkpoints on time, if the warning comes as early as it can. May be negative. */
function attemptTime({ limit, lead, startUp, restore }: AttemptTime): Seconds {
  return limit - lead - SIGNAL_EARLY - startUp - restore;
}

/** Complete checkpoints on time in so much usable time: n = floor(U / (tau + delta)). */
function periodicCheckpoints(usable: Seconds, interval: Seconds, cost: Seconds): number {
  return Math.max(0, Math.floor(usable / (interval + cost)));
}

/** Useful work of an attempt, by the closed formula: W = n tau + min(U - n (tau + delta), tau). */
function usefulWork(usable: Seconds, interval: Seconds, cost: Seconds): Seconds {
  const n = periodicCheckpoints(usable, interval, cost);
  return Math.max(0, n * interval + Math.min(usable - n * (interval + cost), interval));
}

/** Requeues that so much work needs, by the closed formula: ceil(T / W) - 1. */
function requeuesFor(work: Seconds, useful: Seconds): number {
  return Math.ceil(work / useful) - 1;
}

describe('the best interval', () => {
  test.each([
    { mtbf: 24 * hour, young: 120, daly: 116.69, published: 117, slower: 1.09576 },
    { mtbf: 6 * hour, young: 60, daly: 56.713, published: 57, slower: 1.22043 },
    { mtbf: 15 * min, young: 12.247, daly: 9.141, published: 9.1, slower: 5.00833 },
  ])('of a checkpoint of 5 min and an MTBF of $mtbf s is as published', ({
    mtbf,
    young,
    daly,
    published,
    slower,
  }) => {
    const cost = 5 * min;
    expect(youngInterval(cost, mtbf) / min).toBeCloseTo(young, 3);
    const best = dalyInterval(cost, mtbf);
    expect(best / min).toBeCloseTo(daly, 3);
    expect(Number((best / min).toPrecision(String(published).replace('.', '').length))).toBe(published);
    expect(slowdown(best, { cost, restart: 10 * min, mtbf })).toBeCloseTo(slower, 5);
  });

  // Columns: delta; for M of 6 h, 24 h and 7 d the interval in s and what is lost in %.
  test.each([
    [5, [461.4, 2.23], [926.2, 1.095], [2455.9, 0.409]],
    [30, [1118.5, 5.754], [2256.9, 2.754], [6004.0, 1.013]],
    // biome-ignore lint/suspicious/noApproximativeNumericConstant: a percentage
    [60, [1570.2, 8.44], [3180.1, 3.966], [8479.2, 1.442]],
    [300, [3402.8, 22.04], [7001.4, 9.576], [18849.9, 3.319]],
  ] as [
    number,
    ...[number, number][],
  ][])('of a checkpoint of %d s and a restart of twice that', (cost, ...row) => {
    for (const [i, [tau, lost]] of row.entries()) {
      const mtbf = [6 * hour, 24 * hour, 7 * day][i] ?? Number.NaN;
      const best = dalyInterval(cost, mtbf);
      expect(Math.abs(best - tau)).toBeLessThanOrEqual(0.051);
      const percent = 100 * (slowdown(best, { cost, restart: 2 * cost, mtbf }) - 1);
      expect(Math.abs(percent - lost)).toBeLessThanOrEqual(lost > 10 ? 0.0051 : 0.00051);
    }
  });

  test('a fixed 300 s is Young’s only where cost and MTBF multiply to 45,000 s²', () => {
    expect(youngInterval(0.5, 90_000)).toBe(300);
    expect(youngInterval(30, 7 * day)).toBeGreaterThan(300);
  });

  test('is a valley: what is lost at Daly’s is less than beside it', () => {
    const failures = { cost: 30, restart: 60, mtbf: 6 * hour };
    const at = (factor: number) => slowdown(dalyInterval(30, 6 * hour) * factor, failures);
    expect(at(1)).toBeLessThan(at(0.8));
    expect(at(1)).toBeLessThan(at(1.25));
  });
});

const terms: Terms = {
  limit: 2 * hour,
  lead: 60,
  early: 60,
  startUp: 0,
  cost: 30,
  restore: 60,
  interval: 600,
  prove: null,
  restoreEach: false,
  total: 3650 * day,
  maxAttempts: null,
  once: false,
  work: null,
};

describe('requeues', () => {
  const tau = dalyInterval(30, 7 * day);
  const published = (work: number, limit: number) => {
    const times = { limit, lead: 60, startUp: 0 };
    const usable = attemptTime({ ...times, restore: 60 });
    return {
      requeues: requeuesFor(work, usefulWork(usable, tau, 30)),
      each: periodicCheckpoints(attemptTime({ ...times, restore: 0 }), tau, 30),
      run: simulate({ ...terms, limit, interval: tau, work }),
    };
  };

  test('of 96 h in attempts of 48 h are 2, as published; checkpoints on time are 56, not the published 84', () => {
    const { requeues, each, run } = published(96 * hour, 48 * hour);
    expect(requeues).toBe(2);
    expect(run).toMatchObject({ ending: 'done', attempts: 3, requeues: 2 });
    // The published 84 is the formula's n of a full attempt in each of the three. The third has half an hour to do.
    expect(each * 3).toBe(84);
    expect(run.periodic).toBe(56);
    expect(run.groups.map(({ attempt }) => attempt.periodic)).toEqual([28, 28, 0]);
    expect(run.checkpoints).toBe(56 + 2);
    expect(run.groups.at(-1)?.attempt.work).toBeLessThan(hour);
  });

  test('of 7 d in attempts of 2 h are 86, as published', () => {
    const { requeues, run } = published(7 * day, 2 * hour);
    expect(requeues).toBe(86);
    expect(run).toMatchObject({ ending: 'done', attempts: 87, requeues: 86 });
  });

  test('the formula and the simulation agree on the work of an attempt, wherever no checkpoint is under way at the warning', () => {
    const amounts = fc.record({
      limit: fc.integer({ min: 5, max: 600 }).map((minutes) => minutes * min),
      interval: fc.integer({ min: 10, max: 20_000 }),
      cost: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(amounts, ({ limit, interval, cost }) => {
        const usable = attemptTime({ limit, lead: 60, startUp: 0, restore: 0 });
        const n = periodicCheckpoints(usable, interval, cost);
        const { groups } = simulate({ ...terms, limit, interval, cost, maxAttempts: 1 });
        const attempt = groups[0]?.attempt;
        expect(attempt?.work).toBe(usefulWork(usable, interval, cost));
        // One that is under way is finished, and counts; the formula has complete ones only.
        const underWay = usable - n * (interval + cost) > interval ? 1 : 0;
        expect(attempt?.periodic).toBe(n + underWay);
      }),
    );
  });
});

/** The same run a second at a time, as the job's loop looks at it: slow, and with no division anywhere. */
function ticking(given: Terms): {
  attempts: number;
  checkpoints: number;
  walltime: number;
  work: number;
  ending: string;
} {
  let [attempts, checkpoints, spent, saved] = [0, 0, 0, 0];
  for (;;) {
    attempts += 1;
    if (spent >= given.total) return { attempts, checkpoints, walltime: spent, work: saved, ending: 'total' };
    let clock = given.startUp;
    let work = 0;
    const proving = () => given.prove !== null && checkpoints === 0;
    const wait = () => (proving() ? Math.min(given.prove ?? 0, given.interval) : given.interval);
    let due = clock + wait();
    const [limit, total] = [given.limit - given.lead - given.early, given.total - spent];
    // The outer half hears of what comes first, also in the midst of a checkpoint.
    const asked = () => (clock < Math.min(limit, total) ? '' : limit <= total ? 'limit' : 'total');
    let why = '';
    // A warning is heard in the midst of a restore, too: that is given up.
    const restore = () => {
      for (let left = given.restore; left > 0 && why === ''; left--) {
        if (asked() === '') clock += 1;
        else why = `saved ${asked()}`;
      }
    };
    if (checkpoints > 0) restore();
    due += clock - given.startUp;
    while (why === '') {
      if (given.work !== null && saved + work >= given.work) why = 'done';
      else if (asked() !== '') why = asked();
      else if (clock >= due) {
        const ends = proving() || given.restoreEach;
        clock += given.cost;
        checkpoints += 1;
        if (ends) restore();
        due = clock + given.interval;
      } else {
        clock += 1;
        work += 1;
      }
    }
    if (why === 'limit' || why === 'total') {
      clock += given.cost;
      checkpoints += 1;
    }
    spent += clock;
    saved += work;
    if (why === 'done' || why.endsWith('total'))
      return { attempts, checkpoints, walltime: spent, work: saved, ending: why.replace('saved ', '') };
  }
}

describe('a simulated run', () => {
  test('is what one gets by following the job second by second', () => {
    const amounts = fc.record({
      limit: fc.integer({ min: 4, max: 12 }).map((minutes) => minutes * min),
      lead: fc.integer({ min: 45, max: 90 }),
      early: fc.constantFrom(0, 30, 60),
      startUp: fc.integer({ min: 0, max: 10 }),
      cost: fc.integer({ min: 1, max: 15 }),
      restore: fc.integer({ min: 1, max: 15 }),
      interval: fc.integer({ min: 1, max: 400 }),
      prove: fc.option(fc.integer({ min: 1, max: 90 })),
      restoreEach: fc.boolean(),
      total: fc.integer({ min: 1, max: 20_000 }),
      work: fc.option(fc.integer({ min: 1, max: 10_000 })),
    });
    fc.assert(
      fc.property(amounts, (some) => {
        const all: Terms = { ...terms, ...some };
        const { attempts, checkpoints, walltime, work, ending } = simulate(all);
        expect({ attempts, checkpoints, walltime, work, ending }).toEqual(ticking(all));
      }),
      { numRuns: 2000 },
    );
  });

  test('adds up: its sums are those of its attempts, and every second of an attempt is in it', () => {
    const run = simulate({ ...terms, prove: 60, startUp: 10, total: 10 * hour, restoreEach: true });
    for (const { attempt } of run.groups) expect(length(attempt)).toBe(attempt.walltime);
    expect(run.walltime).toBe(
      run.groups.reduce((sum, { count, attempt }) => sum + count * attempt.walltime, 0),
    );
    expect(run.walltime).toBeGreaterThanOrEqual(10 * hour);
    expect(run.walltime).toBeLessThanOrEqual(10 * hour + 30);
  });

  test('begins with its proof, which is restored; the interval counts from the end of that', () => {
    const { groups } = simulate({ ...terms, prove: 60, startUp: 10, maxAttempts: 2 });
    const [first, second] = groups.map(({ attempt }) => attempt);
    expect(first?.cycles).toEqual([
      { count: 1, work: 60, checkpoint: 30, restore: 60 },
      { count: 11, work: 600, checkpoint: 30, restore: 0 },
    ]);
    expect(first).toMatchObject({ restore: 0, restores: 1, last: 30, periodic: 12, checkpoints: 13 });
    expect(second?.cycles).toEqual([{ count: 11, work: 600, checkpoint: 30, restore: 0 }]);
    expect(second).toMatchObject({ restore: 60, restores: 1 });
  });

  test.each([
    ['its program ends', { work: 5000 }, { ending: 'done', attempts: 1, checkpoints: 8 }],
    ['the first attempt ends, by hand', { once: true }, { ending: 'manual', attempts: 1 }],
    ['its attempts are used up', { maxAttempts: 3 }, { ending: 'attempts', attempts: 3 }],
    [
      'its total is used up, in an attempt',
      { total: 3 * hour },
      { ending: 'total', attempts: 2, walltime: 3 * hour + 30 },
    ],
    // 7080 s, and 30 s for the last checkpoint; an attempt more is started, sees it, and leaves.
    ['its total is used up, behind one', { total: 7100 }, { ending: 'total', attempts: 2, walltime: 7110 }],
  ])('ends when %s', (_, some, expected) => {
    expect(simulate({ ...terms, ...some })).toMatchObject(expected);
  });

  test('gives up a restore that the warning meets, and comes to nothing where each is met', () => {
    const late = { ...terms, limit: 10 * min, lead: 9 * min, startUp: 10 };
    const [first, second] = simulate({ ...late, early: 0 }).groups.map(({ attempt }) => attempt);
    expect(first).toMatchObject({ checkpoints: 1, restores: 0, work: 50, walltime: 90 });
    expect(second).toMatchObject({ checkpoints: 0, restores: 0, work: 0, restore: 50, walltime: 60 });
    expect(simulate({ ...late, early: 60 })).toMatchObject({
      ...{ ending: 'no-progress', attempts: 5, checkpoints: 1, restores: 0, walltime: 70 },
    });
    const proof = simulate({ ...terms, prove: 60, total: 100, maxAttempts: 1 });
    expect(proof).toMatchObject({ ending: 'total', checkpoints: 1, restores: 0, walltime: 100 });
  });

  test('whose last checkpoints are not done in time loses what was behind the one before', () => {
    // The warning leaves 60 s, of which 10 are for the requeue.
    const slow = { ...terms, early: 0, cost: 51, interval: 1000, maxAttempts: 1 };
    expect(simulate(slow)).toMatchObject({
      work: 6000,
      checkpoints: 6,
      lost: 7140 - 6 * 1051,
      walltime: 7190,
    });
    expect(simulate({ ...slow, cost: 50 })).toMatchObject({ lost: 0, checkpoints: 7, walltime: 7190 });
  });

  test('stops when three attempts in a row sealed nothing', () => {
    const hopeless = { ...terms, early: 0, cost: 300, interval: 3 * hour };
    expect(simulate(hopeless)).toMatchObject({ ending: 'no-progress', attempts: 4, checkpoints: 0, work: 0 });
  });
});

const length = ({ startUp, restore, cycles, end, last }: Attempt) =>
  cycles.reduce(
    (sum, { count, work, checkpoint, restore: back }) => sum + count * (work + checkpoint + back),
    startUp + restore + end + last,
  );

const specs = join(import.meta.dirname, '../../specs');
const schema = (name: string) => JSON.parse(readFileSync(join(specs, `${name}.schema.json`), 'utf8'));
const valid = new Ajv({ allowUnionTypes: true, schemas: [schema('diagnostics')] }).compile(
  schema('forecast'),
);

const planOf = (application: string, checkpoint: string, schedule: string) => {
  const text = `crflow 1
workflow x {
  application { run = "true" ${application} }
  checkpoint { lead = 2min ${/interval|none/.test(checkpoint) ? '' : 'interval = 10min'} ${checkpoint} }
  schedule { time = 2h ${schedule.includes('total') ? '' : 'total = 1d'} ${schedule} }
}
`;
  const { flows, diagnostics } = compile({ name: 'x.crflow', text });
  if (flows[0] === undefined) throw new Error(JSON.stringify(diagnostics));
  return flows[0].plan;
};
const foretell = (application = '', checkpoint = '', schedule = '', given: KnownTimes = {}) =>
  forecast(planOf(application, checkpoint, schedule), given);

describe('a forecast', () => {
  const plans = readdirSync(join(specs, 'cases'))
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const text = readFileSync(join(specs, 'cases', name, 'flow.crflow'), 'utf8');
      return compile({ name: 'flow.crflow', text }).flows.map(({ plan }) => [name, plan] as const);
    });

  test.each(plans)('of the case %s fits its schema, and its page 80 columns', (_, plan) => {
    for (const work of [undefined, 90, 12 * hour, 3650 * day]) {
      const one = forecast(plan, { work });
      const printed = JSON.parse(
        JSON.stringify({ format: 1, diagnostics: [], outputs: [], forecasts: [one] }),
      );
      expect(valid(printed), JSON.stringify(valid.errors)).toBe(true);
      const lines = page(one, painter(false)).split('\n');
      expect(lines.filter((line) => widthOf(line) > 80 || line !== line.trimEnd())).toEqual([]);
      // Seven bits: what every terminal, log and mail has.
      expect(lines.filter((line) => /[^ -~]/.test(line))).toEqual([]);
    }
  });

  test('says what each number rests on, and which of them the flow gives', () => {
    const of = (one: ReturnType<typeof foretell>) =>
      Object.fromEntries(one.assumptions.map(({ name, value, given }) => [name, [value, given]]));
    expect(of(foretell())).toEqual({
      memory: [2 ** 30, false],
      checkpoint: [8, false],
      restore: [13, false],
      'start-up': [10, false],
      mtbf: [day, false],
      early: [60, false],
      requeue: [121, false],
    });
    expect(of(foretell('memory = 4GiB', 'interval = auto mtbf = 7d'))).toMatchObject({
      memory: [4 * 2 ** 30, true],
      checkpoint: [21, false],
      mtbf: [7 * day, true],
    });
  });

  test('takes disk for the generations that are kept and the one being made, in every task of an array', () => {
    const { disk } = foretell('memory = 10GiB', 'keep = 3', 'array = "0-9,20-40:5%4"');
    expect(disk).toEqual({
      generation: 10 * 2 ** 30,
      most: 40 * 2 ** 30,
      free: 42 * 2 ** 30,
      tasks: 15,
    });
  });

  test('of a program that nothing saves says nothing of checkpoints', () => {
    for (const schedule of ['', 'max_attempts = 3']) {
      const one = foretell('memory = 100MiB', 'engine = none', schedule);
      expect(one.run).toMatchObject({ checkpoints: 0, periodic: 0, restores: 0, saving: 0, lost: 0 });
      expect(one.run.attempts).toBeGreaterThan(2);
      expect(one.run.work).toBeGreaterThan(0.9 * one.run.walltime);
      expect(one).toMatchObject({ interval: null, disk: { generation: 0, most: 0, free: 0 } });
      const words = page(one, painter(false)).replace(/nothing is saved \(engine = none\)/, '');
      expect(words).not.toMatch(/checkpoint|restore|generation|Young|Daly|mtbf|interval/i);
    }
    // A program that ends within its first attempt, and one that needs several.
    const ends = (work: number) => foretell('', 'engine = none', '', { work }).run;
    expect(ends(hour)).toMatchObject({ ending: 'done', attempts: 1, work: hour });
    expect(ends(5 * hour)).toMatchObject({ ending: 'done', attempts: 3, work: 5 * hour });
  });

  test('with interval = auto keeps to what the job works out from the measured cost', () => {
    const { interval, run } = foretell('memory = 4GiB', 'interval = auto');
    expect(interval).toMatchObject({ auto: true, used: { seconds: Math.floor(dalyInterval(21, day)) } });
    expect(run.groups[1]?.attempt.cycles[0]?.work).toBe(interval?.used.seconds);
  });

  test.each([
    1, 5, 18, 129, 3000, 40_000,
  ])('with interval = auto and a checkpoint of %d s says what the bash of the job says', (cost) => {
    const daly = join(import.meta.dirname, '../../targets/job/runtime/daly.sh');
    const plan = planOf('', 'interval = auto mtbf = 6h', '');
    const { interval } = forecast(plan, { checkpoint: cost });
    const said = execFileSync('bash', ['-c', `. '${daly}'; best_interval ${cost}`], {
      env: { ...process.env, CRFLOW_MTBF: String(interval?.mtbf), CRFLOW_INTERVAL: '1' },
      encoding: 'utf8',
    });
    // Bash counts in whole seconds.
    expect(Math.abs(Number(said) - (interval?.used.seconds ?? 0))).toBeLessThanOrEqual(2);
  });

  test('with protect counts a restore to what a checkpoint costs', () => {
    const { interval, run } = foretell('', 'protect = ["*.h5"]');
    expect(interval).toMatchObject({ cost: 21, young: { seconds: youngInterval(21, day) } });
    expect(run.restores).toBe(run.periodic + run.requeues);
  });

  test('counts the wait of a requeue, and none where another job goes on', () => {
    const requeued = foretell('', '', '', { work: 6 * hour });
    expect(requeued.run.requeues).toBe(3);
    expect(requeued.queue).toEqual({
      continue: 'requeue',
      delay: 121,
      elapsed: requeued.run.walltime + 3 * 121,
    });
    expect(foretell('', '', 'continue = resubmit', { work: 6 * hour }).queue.delay).toBe(0);
    expect(foretell('', 'strategy = manual', '', { work: 6 * hour }).queue.elapsed).toBeNull();
  });

  test('gives a range where it is not Slurm’s to promise', () => {
    // Warned on time, two attempts are enough; warned a minute early, they lack a few seconds.
    const { run, range } = foretell('', 'interval = 2h', '', { work: 2 * 7000 });
    expect(run.attempts).toBe(3);
    expect(range.attempts).toEqual({ least: 2, most: 3 });
    const shorter = foretell('', '', 'time_min = 30min', { work: 6 * hour });
    expect(shorter.range.attempts.most).toBeGreaterThan(3 * shorter.run.attempts);
  });

  test('says what a program needs that does not end within the run', () => {
    const enough = foretell('', '', 'total = 6h', { work: 5 * hour });
    expect(enough).toMatchObject({ run: { ending: 'done' }, needs: null, remarks: [] });
    const short = foretell('', '', 'total = 6h', { work: 12 * hour });
    expect(short.run.ending).toBe('total');
    // It is what she needs: with that total it ends, with less it does not.
    const total = short.needs?.total ?? 0;
    const ends = (seconds: number) =>
      forecast({ ...planOf('', '', ''), total: seconds }, { work: 12 * hour }).run.ending;
    expect([ends(total + 1), ends(total - 1)]).toEqual(['done', 'total']);
    expect(short.remarks.join()).toContain('does not end within total');
    expect(foretell('', '', 'max_attempts = 2', { work: 12 * hour })).toMatchObject({
      needs: { attempts: 7 },
      remarks: [expect.stringContaining('max_attempts: it needs 7')],
    });
  });

  test.each([
    [
      'an interval that no attempt reaches',
      ['', 'interval = 117min', ''],
      'no attempt lasts as long as the interval, 1 h 57 min',
    ],
    [
      'an interval that is far from the best',
      ['memory = 100GiB', 'interval = 10min lead = 15min', ''],
      'would lose less',
    ],
    ['a manual run', ['', 'strategy = manual', ''], 'until you resume it'],
  ])('remarks upon %s', (_, [application = '', checkpoint = '', schedule = ''], remark) => {
    const all = checkpoint.includes('lead')
      ? planLead(application, checkpoint)
      : planOf(application, checkpoint, schedule);
    expect(forecast(all).remarks.join()).toContain(remark);
    expect(page(forecast(all), painter(false))).toContain('Look at this\n');
  });

  const planLead = (application: string, checkpoint: string) => {
    const plan = planOf(application, checkpoint.replace(/lead = \w+/, ''), '');
    return { ...plan, checkpoint: { ...plan.checkpoint, lead: 900 } };
  };

  describe('of a program that saves itself', () => {
    const own = (more: string, given: KnownTimes = {}) =>
      foretell('', `engine = own files = ["x"] done_files = ["y"] prove = no ${more}`, '', given);

    test('that ends when it is asked: only the last checkpoint takes time, as much as it may', () => {
      const { run, interval, remarks, assumptions } = own('ask_signal = TERM answer_within = 40s');
      const attempt = run.groups[0]?.attempt;
      expect(attempt?.cycles.map(({ work, checkpoint }) => [work, checkpoint])).toEqual([[600, 0]]);
      expect(attempt?.last).toBe(40);
      expect(run.saving).toBe(40 * run.attempts);
      expect(interval).toMatchObject({ cost: 0, young: null, daly: null });
      expect(remarks.join()).toContain('copies what it finds every 10 min: set the program to save');
      expect(assumptions.find(({ name }) => name === 'checkpoint')?.basis).toContain('answer_within');
    });

    test('that is asked and goes on: each checkpoint takes time', () => {
      const { run, interval, remarks } = own('ask_file = "SAVE" answer = continues answer_within = 40s');
      expect(run.groups[0]?.attempt.cycles[0]).toMatchObject({ work: 600, checkpoint: 40 });
      expect(interval).toMatchObject({ cost: 40, daly: { seconds: dalyInterval(40, day) } });
      expect(remarks.join()).toContain('the program is asked to save every 10 min');
    });

    test('that nobody can ask: its work since the last save is lost at each limit', () => {
      const { run, remarks } = own('');
      const attempt = run.groups[0]?.attempt;
      expect(attempt).toMatchObject({ last: 0, lost: attempt?.end, ending: 'limit' });
      expect(attempt?.lost).toBeGreaterThan(0);
      expect(remarks.join()).toContain('nothing asks the program to save at a time limit');
      expect(remarks.join()).not.toContain('Raise lead');
    });
  });

  test('of a last checkpoint that is not done in time names the lead that would do', () => {
    const { remarks, run } = foretell('', '', '', { checkpoint: 200 });
    expect(run.lost).toBeGreaterThan(0);
    // 1.5 times the 197 s that it writes, and 20 s: as CRF306 has it.
    expect(remarks.join()).toContain('Raise lead to 5 min 16 s');
  });
});

describe('the page', () => {
  test('calls no restore a proof that the warning meets', () => {
    const restores = (total: number) => {
      const one = forecast({ ...planOf('', '', ''), total }, { checkpoint: 5, restore: 60, startUp: 5 });
      return page(one, painter(false)).match(/restores +(.*)/)?.[1];
    };
    expect(restores(140)).toBe('1, the first 1 min after the launch, as a proof');
    expect(restores(80)).toBe('0');
  });

  test('keeps to 80 columns whatever is in it', () => {
    const amounts = fc.record({
      name: fc.constantFrom('x', 'x'.repeat(64)),
      time: fc
        .oneof(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 10, max: 100_000 }))
        .map((minutes) => minutes * min),
      interval: fc.integer({ min: 1, max: 3650 * day }),
      mtbf: fc.option(fc.integer({ min: 1, max: 3650 * day })),
      total: fc.integer({ min: 1, max: 3650 * day }),
      work: fc.option(fc.integer({ min: 1, max: 3650 * day })),
      expect: fc.integer({ min: 0, max: 2 ** 50 }),
      protect: fc.constantFrom([], ['*.h5']),
      array: fc.constantFrom('0', '0-99999'),
    });
    fc.assert(
      fc.property(amounts, ({ name, time, total, work, array, ...checkpoint }) => {
        const plan = planOf('', '', '');
        const one = forecast(
          {
            ...plan,
            workflow: name,
            attempt: { ...plan.attempt, time },
            total,
            checkpoint: { ...plan.checkpoint, ...checkpoint },
            queue: { ...plan.queue, array },
          },
          { work: work ?? undefined },
        );
        expect(valid({ format: 1, diagnostics: [], outputs: [], forecasts: [one] })).toBe(true);
        const lines = page(one, painter(false)).split('\n');
        expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
        // All bars begin in one column.
        const rows = lines.filter((line) => /^ {2}(attempts? \d|\d+ attempts )/.test(line));
        expect(rows.filter((line) => !/^.{18} [>*|#=.-]{48}( |$)/.test(line))).toEqual([]);
        expect(rows.length).toBeGreaterThan(0);
        // No number that is none.
        expect(lines.filter((line) => /NaN|Infinity|undefined|-\d+ [a-z]/.test(line))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('needs no colour: it says the same with it', () => {
    const one = foretell('memory = 4GiB', '', '', { work: 3 * day });
    const coloured = page(one, painter(true));
    expect(coloured).toContain('\u001B[');
    expect(coloured.replaceAll(/\u001B\[[\d;]*m/g, '')).toBe(page(one, painter(false)));
  });

  test('draws attempts to scale', () => {
    const { groups } = simulate({
      ...terms,
      limit: 100 * min,
      interval: 20 * min - 30,
      early: 0,
      restore: 0,
      maxAttempts: 1,
    });
    const [first] = groups.map(({ attempt }) => attempt);
    if (first === undefined) throw new Error('no attempt');
    // 100 columns: one a minute. Checkpoints of half a minute are seen, the last one a minute before the end.
    expect(bar(first, 100 * min, 100)).toBe(
      `>${'-'.repeat(18)}|${'-'.repeat(19)}|${'-'.repeat(19)}|${'-'.repeat(19)}|${'-'.repeat(19)}#`,
    );
    expect(bar(first, 100 * min, 10)).toBe('>=======-#');
    expect(bar({ ...first, ending: 'done', last: 0 }, 200 * min, 20).slice(9)).toBe('*..........');
  });

  test('does not draw more checkpoints than there is room for', () => {
    const { groups } = simulate({ ...terms, interval: 30, maxAttempts: 1 });
    const drawn = groups.map(({ attempt }) => bar(attempt, 2 * hour, 48)).join('');
    expect(drawn).toMatch(/^>=+#\.?$/);
  });

  test('has its times where they belong', () => {
    // Never run into each other, whatever the limit.
    for (let minutes = 2; minutes < 20_000; minutes += 29) {
      const drawn = page(
        forecast({ ...planOf('', '', ''), attempt: { time: minutes * min, timeMin: null, max: 1 } }),
        painter(false),
      );
      const line = drawn.split('\n').find((one) => /^ {19}0 s /.test(one)) ?? '';
      expect(line).toMatch(/^ {19}0 s( +(\d+ d)?( ?\d+ h)?( ?\d+ min)?( ?\d+ s)?(?= |$)){2,4}$/);
      expect(line.length).toBe(67);
    }
    expect(axis(2 * hour, 40, (time) => `${time / min}m`)).toBe('0m       30m       60m       90m    120m');
  });
});

test.each([
  [undefined, 1],
  ['7', 1],
  ['0-9', 10],
  ['0-9%4', 10],
  ['0-9,20-40:5%4', 15],
  ['1-6:2,9', 4],
])('an array of %s has %d tasks', (array, tasks) => expect(tasksOf(array)).toBe(tasks));
