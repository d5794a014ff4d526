import type { Phase, Story } from '../model/story.ts';
import type { Rate } from './load.ts';

/**
 * A run of months has more phases and measurements than a picture has pixels. What falls on the same few pixels is drawn together:
 * extremes stay, because they are what one looks for.
 */

/** So many pixels are drawn together, if there is more than a picture shows. */
export const TOGETHER = 2;
/** How many phases a picture shows one by one. */
export const MOST_PHASES = 1_000;

/** Phases of the same kind that are drawn together. */
export interface Thinned extends Phase {
  readonly count: number;
  /** Of all of them together. */
  readonly seconds: number;
}

/** At most about `most` of these phases, which are in order. Where others come between work and work, the work reaches below them. */
export function thinPhases(phases: readonly Phase[], x: (at: number) => number, most: number): Thinned[] {
  const alone = (phase: Phase): Thinned => ({ ...phase, count: 1, seconds: phase.to - phase.from });
  const [first, last] = [phases[0], phases.at(-1)];
  if (phases.length <= most || first === undefined || last === undefined) return phases.map(alone);
  // In each group there are some three kinds.
  const size = Math.max(TOGETHER, (x(last.to) - x(first.from)) / (most / 3));
  const found: Thinned[] = [];
  let group = new Map<Phase['kind'], Thinned>();
  let place = Number.NaN;
  const flush = () => {
    const work = group.get('work');
    if (work !== undefined) found.push(work);
    for (const [kind, one] of group) if (kind !== 'work') found.push(one);
    group = new Map();
  };
  for (const phase of phases) {
    const here = Math.floor(x(phase.from) / size);
    if (here !== place) flush();
    place = here;
    const before = group.get(phase.kind);
    const seconds = (before?.seconds ?? 0) + phase.to - phase.from;
    const { kind } = phase;
    if (before === undefined) group.set(kind, alone(phase));
    else {
      const to = kind === 'work' ? phase.to : before.from + seconds;
      group.set(kind, { kind, from: before.from, to, count: before.count + 1, seconds });
    }
  }
  flush();
  return found;
}

type Samples = readonly Story['samples'][number][];

/** The samples of a computation: of those on the same pixels, the first, the least, the greatest and the last. */
export function thinSamples(samples: Samples, x: (at: number) => number): Samples {
  const groups = byPlace(samples, ({ at }) => x(at));
  if (groups.length * 4 >= samples.length) return samples;
  return groups.flatMap((group) => {
    const ordered = group.toSorted((a, b) => a.resident - b.resident);
    const kept = new Set([group[0], ordered[0], ordered.at(-1), group.at(-1)]);
    return group.filter((one) => kept.has(one));
  });
}

/** Rates: of those on the same pixels, the greatest and the least. */
export function thinRates<R extends Pick<Rate, 'from' | 'to'> & { readonly share: number }>(
  rates: readonly R[],
  x: (at: number) => number,
): readonly R[] {
  const groups = byPlace(rates, ({ from }) => x(from));
  if (groups.length * 2 >= rates.length) return rates;
  return groups.flatMap((group) => {
    const ordered = group.toSorted((a, b) => a.share - b.share);
    const [least, most] = [ordered[0], ordered.at(-1)];
    const [first, last] = [group[0], group.at(-1)];
    if (least === undefined || most === undefined || first === undefined || last === undefined) return [];
    const middle = (first.from + last.to) / 2;
    const [one, other] = group.indexOf(most) < group.indexOf(least) ? [most, least] : [least, most];
    return [
      { ...one, from: first.from, to: middle },
      { ...other, from: middle, to: last.to },
    ];
  });
}

/** Checkpoints: of those on the same pixels, the largest. */
export function thinSizes<S extends { readonly at: number; readonly bytes: number }>(
  sizes: readonly S[],
  x: (at: number) => number,
): readonly S[] {
  const groups = byPlace(sizes, ({ at }) => x(at));
  if (groups.length * 2 >= sizes.length) return sizes;
  return groups.flatMap((group) => group.toSorted((a, b) => b.bytes - a.bytes).slice(0, 1));
}

/** Things in order, in groups that are on the same pixels. */
function byPlace<T>(all: readonly T[], x: (one: T) => number): T[][] {
  const groups: T[][] = [];
  let place = Number.NaN;
  for (const one of all) {
    const here = Math.floor(x(one) / TOGETHER);
    const group = groups.at(-1);
    if (here === place && group !== undefined) group.push(one);
    else groups.push([one]);
    place = here;
  }
  return groups;
}

/** Does a picture of this run show less than there is? */
export const isThinned = ({ attempts, samples }: Story, width: number): boolean =>
  samples.length > width || attempts.reduce((sum, { phases }) => sum + phases.length, 0) > MOST_PHASES;

/** How many rows a table shows. */
const MOST_ROWS = 400;

/** Some of the rows of a table: those that matter, and the first and the last of the others. */
export function thinRows<R>(rows: readonly R[], matters: (row: R) => boolean = () => false): readonly R[] {
  if (rows.length <= MOST_ROWS) return rows;
  const half = MOST_ROWS / 4;
  const important = rows.filter(matters);
  const kept = new Set([
    ...important.slice(0, half),
    ...important.slice(-half),
    ...rows.slice(0, half),
    ...rows.slice(-half),
  ]);
  return rows.filter((row) => kept.has(row));
}
