import type { Plan } from '../model/plan.ts';

/** How fast a rehearsal runs: the settings that the script takes from its environment, in seconds, and what Slurm is asked for. */
export interface Pace {
  /** Variables of the submission: `CRFLOW_*`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly interval: number;
  readonly lead: number;
  readonly heartbeat: number;
  readonly total: number;
  readonly patience: number;
  /** The time limit of an attempt, unless a fault shortens it. */
  readonly limit: number;
}

/** More than any rehearsal lasts. */
const LONG = 600;

/** Seconds until an attempt of the fault `small-budget` has used its total. */
const SMALL = 14;

/**
 * The flow's durations, scaled down: minutes become seconds. A checkpoint of the rehearsal's program takes less than a second, so these are
 * short; but not shorter than a busy machine needs.
 * @param slowness how many times as long as on an idle machine things take
 */
export function paceOf(plan: Plan, { smallBudget = false, real = false, slowness = 1 } = {}): Pace {
  const interval = real ? 5 : 3;
  // An attempt ends when it has saved: a long lead costs nothing, and a busy machine needs it.
  const lead = Math.round(10 * Math.min(slowness, 4));
  const pace = {
    interval,
    lead,
    heartbeat: 1,
    total: smallBudget ? SMALL : LONG,
    patience: 2,
    limit: LONG / 2,
  };
  const { engine, prove, mtbf, alive } = plan.checkpoint;
  const numbers = {
    INTERVAL: interval,
    LEAD: lead,
    TOTAL: pace.total,
    PROVE: prove ? 1 : 0,
    CHECKPOINT_LIMIT: Math.round(20 * slowness),
    HEARTBEAT: pace.heartbeat,
    PATIENCE: pace.patience,
    MARGIN: 1,
    SLURM_LIMIT: Math.round(3 * slowness),
    REQUEUE_WAIT: 20,
    TICK: 0.2,
    MEASURE: 1,
    ...(engine === 'own' ? { QUIET: 1, STARTUP: 2 } : {}),
    ...(mtbf === null ? {} : { MTBF: 30 }),
    ...(alive === null ? {} : { ALIVE: 60 }),
  };
  const variables = Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [`CRFLOW_${name}`, String(value)]),
  );
  return { ...pace, variables };
}
