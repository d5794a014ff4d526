import type { Seconds } from '../model/flow.ts';

/**
 * The compute time between two checkpoints that loses the least, first order (Young 1974), in seconds.
 * @param cost of one checkpoint, in seconds
 * @param mtbf mean time between failures of the job, in seconds
 */
export function youngInterval(cost: Seconds, mtbf: Seconds): Seconds {
  return Math.sqrt(2 * cost * mtbf);
}

/**
 * The same by Daly's higher-order estimate (2006, doi 10.1016/j.future.2004.11.016), in seconds.
 * @param cost of one checkpoint, in seconds
 * @param mtbf mean time between failures of the job, in seconds
 */
export function dalyInterval(cost: Seconds, mtbf: Seconds): Seconds {
  if (cost >= 2 * mtbf) return mtbf;
  const share = cost / (2 * mtbf);
  return youngInterval(cost, mtbf) * (1 + Math.sqrt(share) / 3 + share / 9) - cost;
}

/** The expected cost and frequency of failures. All in seconds. */
export interface Failures {
  /** The cost of one checkpoint. */
  readonly cost: Seconds;
  /** The cost of one restart, without the queue. */
  readonly restart: Seconds;
  readonly mtbf: Seconds;
}

/** The share of the walltime that is lost, if work takes longer by `overhead`: of 2, which is three times as long, two thirds. */
export const shareLost = (overhead: number): number => overhead / (1 + overhead);

/**
 * How much longer work takes with checkpoints and failures than without, as T_w/T, with exponential failures (Daly
 * 2006): M e^(R/M) (e^((tau+delta)/M) - 1) / tau. Infinity if a double cannot hold it.
 * @param interval compute time between two checkpoints
 */
export function slowdown(interval: Seconds, { cost, restart, mtbf }: Failures): number {
  return (mtbf * Math.exp(restart / mtbf) * Math.expm1((interval + cost) / mtbf)) / interval;
}
