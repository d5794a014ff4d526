import type { Bytes, Seconds } from '../model/flow.ts';

/** Bytes a second at which DMTCP was seen to write uncompressed images on a small machine (facts/intervals.md). */
export const WRITE_RATE = 0.25e9;

/** What a lead must have beside the checkpoint itself: to notice, to quiesce, to seal, to requeue. */
export const LEAD_BASE: Seconds = 20;

/** Expected duration of one checkpoint of that much memory, at `rate` bytes a second, in seconds, at least 1. */
export function checkpointCost(memory: Bytes, rate: number = WRITE_RATE): Seconds {
  return Math.max(1, Math.ceil(memory / rate));
}

/** The lead that is enough for a checkpoint of that much memory: 1.5 times its cost, and `LEAD_BASE`. */
export function leadFor(memory: Bytes, rate: number = WRITE_RATE): Seconds {
  return Math.ceil(1.5 * (memory / rate)) + LEAD_BASE;
}
