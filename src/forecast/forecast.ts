import { vocabulary } from '../language/vocabulary/index.ts';
import type { Seconds } from '../model/flow.ts';
import type { Assumption, Candidate, Forecast, Range, Run } from '../model/forecast.ts';
import type { Plan } from '../model/plan.ts';
import type { SiteProfile } from '../model/site.ts';
import { stateOn } from '../site/storage.ts';
import { FIRST_CHECKPOINT, type Terms } from '../time/attempt.ts';
import { simulate } from '../time/attempts.ts';
import { checkpointCost, HANDLING, restoreCost, USUAL_MEMORY, WRITE_RATE } from '../time/cost.ts';
import { dalyInterval, type Failures, slowdown, youngInterval } from '../time/daly.ts';
import { REQUEUE_DELAY, SIGNAL_EARLY, slurmMinutes } from '../time/slurm.ts';
import { remarks, TOO_MUCH } from './remarks.ts';
import { tasksOf } from './tasks.ts';

/** Times that a flow does not contain, in seconds. Missing ones are estimated. */
export interface KnownTimes {
  /** How long the program takes if nothing interrupts it. */
  readonly work?: Seconds | undefined;
  readonly checkpoint?: Seconds;
  readonly restore?: Seconds;
  readonly startUp?: Seconds;
  readonly early?: Seconds;
  /** From the launch to the proof, as set for a rehearsal (CRFLOW_PROVE). */
  readonly prove?: Seconds;
}

/** From the start of an attempt to that of the program: modules, the coordinator, the launch. Measured: 2 to 4 s on a small machine. */
const START_UP: Seconds = 10;

/** What only the forecast of a program that is saved is based on. */
const OF_CHECKPOINTS: readonly Assumption['name'][] = ['memory', 'checkpoint', 'restore', 'mtbf'];

/** The shortest interval that a job chooses itself (runtime/daly.sh). */
const SHORTEST_AUTO: Seconds = 10;

/**
 * What will happen to a run of this plan. Pure: the same numbers give the same answer.
 * @param site the profile that the plan was made with, if a site was named
 */
export function forecast(plan: Plan, given: KnownTimes = {}, site?: SiteProfile): Forecast {
  const { assumptions, value } = assume(plan, given, site);
  const { own } = plan.checkpoint;
  // Only a program that goes on after it was asked is asked on time; the others save by themselves while they work.
  const saves = plan.checkpoint.engine !== 'none';
  const interrupts = saves && (own === undefined || (own.ask !== null && own.answer === 'continues'));
  const failures: Failures = {
    // With protect, a checkpoint also costs the program a restore.
    cost: interrupts ? value('checkpoint') + (plan.checkpoint.protect.length > 0 ? value('restore') : 0) : 0,
    restart: value('start-up') + value('restore'),
    mtbf: value('mtbf'),
  };
  const auto = plan.checkpoint.mtbf !== null;
  // The job knows what a checkpoint took, and assumes that the restore after it takes as long (runtime/schedule.sh).
  const costs = plan.checkpoint.protect.length > 0 ? 2 : 1;
  const used = auto
    ? Math.max(SHORTEST_AUTO, Math.floor(dalyInterval(value('checkpoint') * costs, failures.mtbf)))
    : plan.checkpoint.interval;
  const terms: Terms = {
    limit: slurmMinutes(plan.attempt.time) * 60,
    lead: plan.checkpoint.lead,
    early: value('early'),
    startUp: value('start-up'),
    cost: interrupts ? value('checkpoint') : 0,
    last: !saves || own?.ask === null ? null : value('checkpoint'),
    saves,
    restore: value('restore'),
    interval: saves ? used : Number.POSITIVE_INFINITY,
    intervalAtFirst: saves ? plan.checkpoint.interval : Number.POSITIVE_INFINITY,
    prove: plan.checkpoint.prove ? (given.prove ?? FIRST_CHECKPOINT) : null,
    restoreEach: plan.checkpoint.protect.length > 0,
    total: plan.total,
    maxAttempts: plan.attempt.max,
    once: plan.continue === 'resume',
    work: given.work ?? null,
  };
  const run = simulate(terms);
  const late = simulate({ ...terms, early: 0 });
  const all = [run, late];
  const shortest = plan.attempt.timeMin === null ? null : slurmMinutes(plan.attempt.timeMin) * 60;
  if (shortest !== null) all.push(simulate({ ...terms, limit: shortest }));
  const range = (of: (run: Run) => number): Range => ({
    least: Math.min(...all.map(of)),
    most: Math.max(...all.map(of)),
  });
  const candidate = (seconds: number): Candidate => {
    const overhead = slowdown(seconds, failures) - 1;
    return { seconds, overhead: Number.isFinite(overhead) ? overhead : null };
  };
  const size = saves ? value('memory') : 0;
  const delay = plan.continue === 'requeue' ? value('requeue') : 0;
  const needs = needed(terms, run);
  const answer: Omit<Forecast, 'remarks'> = {
    workflow: plan.workflow,
    engine: plan.checkpoint.engine,
    program: given.work ?? null,
    asked: {
      time: terms.limit,
      timeMin: shortest,
      total: terms.total,
      lead: terms.lead,
    },
    assumptions: saves ? assumptions : assumptions.filter(({ name }) => !OF_CHECKPOINTS.includes(name)),
    run,
    range: {
      attempts: range((one) => one.attempts),
      checkpoints: range((one) => one.checkpoints),
      work: range((one) => one.work),
    },
    needs,
    interval: !saves
      ? null
      : {
          used: candidate(used),
          auto,
          young: interrupts ? candidate(youngInterval(failures.cost, failures.mtbf)) : null,
          daly: interrupts ? candidate(dalyInterval(failures.cost, failures.mtbf)) : null,
          cost: failures.cost,
          restart: failures.restart,
          mtbf: failures.mtbf,
          failures: run.walltime / failures.mtbf,
        },
    disk: {
      generation: size,
      most: (plan.checkpoint.keep + 1) * size,
      free: Math.ceil((plan.checkpoint.keep + 1.2) * size),
      tasks: tasksOf(plan.queue.array),
    },
    memory: { ...plan.resources.memory, program: plan.checkpoint.expect || null },
    queue: {
      continue: plan.continue,
      delay,
      elapsed: plan.continue === 'resume' ? null : run.walltime + run.requeues * delay,
    },
    charge: charge(plan, run, site),
  };
  return {
    ...answer,
    remarks: remarks(plan.checkpoint, terms, answer, all),
  };
}

/** By the QOS of the flow, or else by Slurm's default there. */
function charge({ queue }: Plan, { walltime }: Run, site: SiteProfile | undefined): Forecast['charge'] {
  const qos = site?.qos.find((one) => (queue.qos === null ? one.default === true : one.name === queue.qos));
  if (qos?.charge === undefined) return null;
  return { qos: qos.name, factor: qos.charge, nodeHours: (walltime / 3600) * qos.charge };
}

/** The numbers on which the forecast is based, each with its own basis. */
function assume(plan: Plan, given: KnownTimes, site: SiteProfile | undefined) {
  const said = plan.checkpoint.expect > 0;
  const memory = said ? plan.checkpoint.expect : USUAL_MEMORY;
  const storage = site && stateOn(plan.checkpoint.state ?? undefined, site);
  const rate = storage?.bandwidth ?? WRITE_RATE;
  const [from, seen] =
    storage?.bandwidth === undefined
      ? ['', ': measured on a small machine; a parallel file system writes about 1 GB/s']
      : [` (${storage.name} of ${site?.name})`, ''];
  const expire = site?.slurm.credExpire;
  const assumptions: Assumption[] = [
    {
      name: 'memory',
      value: memory,
      unit: 'bytes',
      given: said,
      basis: said ? "the flow's memory" : 'a guess: the flow does not give memory',
    },
    plan.checkpoint.own === undefined
      ? seconds(
          'checkpoint',
          given.checkpoint,
          checkpointCost(memory, rate),
          `memory, written at ${rate / 1e9} GB/s${from}, plus ${HANDLING} s to notice its end and seal it${seen}`,
        )
      : seconds(
          'checkpoint',
          given.checkpoint,
          plan.checkpoint.limit,
          'the most that the program may take to save once it is asked (`answer_within`), because nobody has measured it',
        ),
    seconds(
      'restore',
      given.restore,
      restoreCost(memory, rate),
      `read twice at that rate, for the checksum and for the restore, plus ${HANDLING} s`,
    ),
    seconds('start-up', given.startUp, START_UP, 'for each attempt: modules and the launch; a guess'),
    seconds(
      'mtbf',
      plan.checkpoint.mtbf ?? undefined,
      vocabulary.checkpoint.keys.mtbf.byDefault,
      'mean time between failures without a warning; nodes fail less often, people interrupt more often',
    ),
    seconds('early', given.early, SIGNAL_EARLY, 'how much too early Slurm may send the warning'),
    expire === undefined
      ? seconds(
          'requeue',
          undefined,
          REQUEUE_DELAY,
          "Slurm's default cred_expire (120 s), plus one second; the site may have another",
        )
      : {
          name: 'requeue',
          value: expire + 1,
          unit: 's',
          given: true,
          basis: `cred_expire (${expire} s) at ${site?.name}, plus one second`,
        },
  ];
  const value = (name: Assumption['name']) => assumptions.find((one) => one.name === name)?.value ?? 0;
  return { assumptions, value };
}

const seconds = (
  name: Assumption['name'],
  given: number | undefined,
  estimate: number,
  basis: string,
): Assumption => ({
  name,
  value: given ?? estimate,
  unit: 's',
  given: given !== undefined,
  basis: given === undefined ? basis : 'given',
});

/** What a program that does not finish would need, if more would help. */
function needed(terms: Terms, run: Run): Forecast['needs'] {
  if (terms.work === null || run.ending === 'done') return null;
  const enough = simulate({
    ...terms,
    total: Math.max(terms.total, TOO_MUCH * (terms.work + terms.limit)),
    maxAttempts: null,
    once: false,
  });
  return enough.ending === 'done' ? { total: enough.walltime, attempts: enough.attempts } : null;
}
