import type { Bytes, Seconds } from '../model/flow.ts';
import { greatest } from '../model/greatest.ts';
import type { Sample, Story } from '../model/story.ts';

/** What the program took, from the samples. */
export interface Load {
  readonly peak: Bytes;
  /** The most processes at a time. */
  readonly processes: number;
  /** Processor time per time, on average. */
  readonly cores: number;
  readonly written: Bytes;
  readonly rates: readonly Rate[];
}

/** What happened between two samples of the same computation. */
export interface Rate {
  readonly from: Seconds;
  readonly to: Seconds;
  readonly cores: number;
  /** Bytes per second. */
  readonly writing: number;
}

/** When computations began, in order. */
export const breaksOf = ({ restores, attempts }: Pick<Story, 'restores' | 'attempts'>): readonly Seconds[] =>
  [...restores.map(({ at }) => at), ...attempts.map(({ from }) => from)].sort((a, b) => a - b);

/** Undefined if nothing was measured. */
export function loadOf({ samples, restores, attempts }: Story): Load | undefined {
  if (samples.length === 0) return undefined;
  // Counters begin again with each computation.
  const breaks = breaksOf({ restores, attempts });
  let next = 0;
  const rates: Rate[] = [];
  let before: Sample | undefined;
  for (const sample of samples) {
    const last = before;
    before = sample;
    if (last === undefined || sample.at <= last.at) continue;
    while ((breaks[next] ?? Number.POSITIVE_INFINITY) <= last.at) next += 1;
    if ((breaks[next] ?? Number.POSITIVE_INFINITY) <= sample.at || sample.processor < last.processor)
      continue;
    const seconds = sample.at - last.at;
    rates.push({
      from: last.at,
      to: sample.at,
      cores: (sample.processor - last.processor) / seconds,
      writing: Math.max(0, sample.written - last.written) / seconds,
    });
  }
  const seen = rates.reduce((sum, { from, to }) => sum + to - from, 0);
  const busy = rates.reduce((sum, { from, to, cores }) => sum + cores * (to - from), 0);
  return {
    peak: greatest(
      samples.map(({ resident }) => resident),
      0,
    ),
    processes: greatest(
      samples.map(({ processes }) => processes),
      0,
    ),
    cores: seen > 0 ? busy / seen : 0,
    written: rates.reduce((sum, { from, to, writing }) => sum + writing * (to - from), 0),
    rates,
  };
}
