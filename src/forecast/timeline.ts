import type { EngineName } from '../language/words.ts';
import type { Seconds } from '../model/flow.ts';
import type { Attempt } from '../model/forecast.ts';
import { drawBar, type Mark } from '../page/bar.ts';

/** What the marks of a bar mean, for the line below it. */
export const legendOf = (engine: EngineName) =>
  engine === 'none' ? LEGEND.filter((one) => !one.includes('checkpoint')).map(withoutRestore) : LEGEND;

const withoutRestore = (mark: string) => mark.replace(', restore', '');

const LEGEND = [
  '> start, restore',
  '- work',
  '| checkpoint',
  '= checkpoints, too many to draw',
  '# last checkpoint',
  '* end of the program',
  '. unused',
];

/** Periods of at least this many columns are drawn one by one. */
const DRAWN = 3;

/**
 * One attempt as a bar that is `scale` seconds wide. Short phases are drawn one column wide, over their neighbours, so
 * that a checkpoint of seconds is visible in an attempt of days.
 */
export function bar(
  { startUp, restore, cycles, end, last, walltime, ending }: Attempt,
  scale: Seconds,
  width: number,
): string {
  const lines: Mark[] = [];
  const marks: Mark[] = [];
  let clock = startUp + restore;
  for (const { count, work, checkpoint, restore: back } of cycles) {
    const length = work + checkpoint + back;
    if (count > 1 && (length / scale) * width < DRAWN) {
      lines.push([clock, clock + count * length, '=']);
    } else {
      lines.push([clock, clock + count * length, '-']);
      for (let i = 0; i < count; i += 1) {
        const begins = clock + i * length + work;
        if (back > 0) marks.push([begins + checkpoint, begins + checkpoint + back, '>']);
        marks.push([begins, begins + checkpoint, '|']);
      }
    }
    clock += count * length;
  }
  if (end > 0) lines.push([clock, clock + end, '-']);
  clock += end;
  if (walltime > 0) marks.push([0, startUp + restore, '>']);
  if (last > 0) marks.push([clock, clock + last, '#']);
  if (ending === 'done') marks.push([clock, clock, '*']);
  return drawBar([...lines, ...marks], scale, width);
}
