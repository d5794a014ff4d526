import type { Bytes, Seconds } from '../model/flow.ts';
import { greatest } from '../model/greatest.ts';
import type { Sample, Story } from '../model/story.ts';

/** What the program took, from the samples. */
export interface Load {
  readonly peak: Bytes;
  /** The most processes at a time. */
  readonly processes: number;
  /** Processor time per time, on average; null if it was measured at the start only. */
  readonly cores: number | null;
  /** At least, because nothing is measured right before the end; with the checkpoints that ended the program. */
  readonly written: Bytes;
  readonly rates: readonly Rate[];
}

/** What happened between two samples of the same computation, or from its beginning to the first. */
export interface Rate {
  readonly from: Seconds;
  readonly to: Seconds;
  readonly cores: number;
  /** Bytes per second. */
  readonly writing: number;
}

/** When computations can have begun, in order: a launch ends a start-up, and so does a restore. */
export const breaksOf = ({ restores, attempts }: Pick<Story, 'restores' | 'attempts'>): readonly Seconds[] =>
  [
    ...restores.map(({ at }) => at),
    ...attempts.flatMap(({ from, phases }) => [
      from,
      ...phases.flatMap(({ kind, to }) => (kind === 'start' || kind === 'restore' ? to : [])),
    ]),
  ].sort((a, b) => a - b);

/** Undefined if nothing was measured. */
export function loadOf({ samples, restores, attempts, checkpoints }: Story): Load | undefined {
  if (samples.length === 0) return undefined;
  const breaks = breaksOf({ restores, attempts });
  let next = 0;
  const rates: Rate[] = [];
  let [seen, busy, written] = [0, 0, 0];
  let before: Counters | undefined;
  for (const sample of samples) {
    // Counters begin with the computation.
    const began = next;
    while ((breaks[next] ?? Number.POSITIVE_INFINITY) <= sample.at) next += 1;
    if (before === undefined || next !== began)
      before = { at: breaks[next - 1] ?? sample.at, processor: 0, written: 0 };
    const last = before;
    before = sample;
    if (sample.processor < last.processor) continue;
    const [time, work] = [sample.at - last.at, sample.processor - last.processor];
    const bytes = Math.max(0, sample.written - last.written);
    written += bytes;
    if (time <= 0) continue;
    seen += time;
    busy += work;
    rates.push({ from: last.at, to: sample.at, cores: work / time, writing: bytes / time });
  }
  return {
    peak: greatest(
      samples.map(({ resident }) => resident),
      0,
    ),
    processes: greatest(
      samples.map(({ processes }) => processes),
      0,
    ),
    cores: seen > 0 ? busy / seen : null,
    written: written + unmeasured(checkpoints, samples, breaks),
    rates,
  };
}

type Counters = Pick<Sample, 'at' | 'processor' | 'written'>;

/** The bytes of checkpoints after which nothing was measured, because they ended the program. */
function unmeasured(
  checkpoints: Story['checkpoints'],
  samples: Story['samples'],
  breaks: readonly Seconds[],
): Bytes {
  let bytes = 0;
  let [sample, next] = [0, 0];
  for (const one of checkpoints) {
    while ((samples[sample]?.at ?? Number.POSITIVE_INFINITY) < one.at) sample += 1;
    while ((breaks[next] ?? Number.POSITIVE_INFINITY) <= one.at) next += 1;
    const later = samples[sample]?.at ?? Number.POSITIVE_INFINITY;
    if (later >= (breaks[next] ?? Number.POSITIVE_INFINITY)) bytes += one.bytes ?? 0;
  }
  return bytes;
}
