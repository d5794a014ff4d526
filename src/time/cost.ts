import type { Bytes, Seconds } from '../model/flow.ts';

/** The rate, in bytes a second, at which DMTCP wrote uncompressed images on a small machine (facts/intervals.md). */
export const WRITE_RATE = 0.25e9;

/** What a lead needs besides the writing: noticing, quiescing, checking for the end, sealing, requeueing. */
export const LEAD_BASE: Seconds = 20;

/** In bytes: the assumed size of a checkpoint if the flow does not say. */
export const USUAL_MEMORY: Bytes = 2 ** 30;

/**
 * What a checkpoint or a restore takes besides reading and writing: asking DMTCP, checking once a second whether it is done,
 * and sealing. Measured: 3 to 4 s for a program of 1 MiB, on a small machine.
 */
export const HANDLING: Seconds = 3;

/** Expected duration of writing or reading that much memory, at `rate` bytes a second, in whole seconds, at least 1. */
export function writingTime(memory: Bytes, rate: number): Seconds {
  return Math.max(1, Math.ceil(memory / rate));
}

/** Expected duration of one checkpoint of that much memory, at `rate` bytes a second, as used by rules and forecasts. */
export function checkpointCost(memory: Bytes, rate: number = WRITE_RATE): Seconds {
  return HANDLING + writingTime(memory, rate);
}

/** Expected duration of one restore: an image is read once for its checksum, and once to restore it. */
export function restoreCost(memory: Bytes, rate: number = WRITE_RATE): Seconds {
  return HANDLING + 2 * writingTime(memory, rate);
}

/** A sufficient lead for a checkpoint of that much memory. */
export function leadFor(memory: Bytes, rate: number = WRITE_RATE): Seconds {
  return leadForWriting(memory / rate);
}

/** The same for a given time of writing: 1.5 times that, plus `LEAD_BASE`, which includes the handling. */
export function leadForWriting(writing: Seconds): Seconds {
  return Math.ceil(1.5 * writing) + LEAD_BASE;
}
