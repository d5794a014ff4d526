import type { Seconds } from '../model/flow.ts';

/**
 * The compute time between two checkpoints that loses least, first order (Young 1974), in seconds.
 * @param cost of one checkpoint, in seconds
 * @param mtbf mean time between failures of the job, in seconds
 */
export function youngInterval(cost: Seconds, mtbf: Seconds): Seconds {
  return Math.sqrt(2 * cost * mtbf);
}

/**
 * The same by Daly's higher order estimate (2006, doi 10.1016/j.future.2004.11.016), in seconds.
 * @param cost of one checkpoint, in seconds
 * @param mtbf mean time between failures of the job, in seconds
 */
export function dalyInterval(cost: Seconds, mtbf: Seconds): Seconds {
  if (cost >= 2 * mtbf) return mtbf;
  const share = cost / (2 * mtbf);
  return youngInterval(cost, mtbf) * (1 + Math.sqrt(share) / 3 + share / 9) - cost;
}
