import type { Seconds } from '../model/flow.ts';
import type { Attempt } from '../model/forecast.ts';

/** What the marks of a bar mean, for the line below it. */
export const LEGEND = [
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
  const columns: string[] = Array.from({ length: width }, () => '.');
  const at = (time: Seconds) => Math.min(width - 1, Math.floor((time / scale) * width));
  const fill = (from: Seconds, to: Seconds, mark: string) => {
    for (let i = at(from); i < Math.max(at(from) + 1, Math.round((to / scale) * width)) && i < width; i += 1)
      columns[i] = mark;
  };
  const marks: [Seconds, Seconds, string][] = [];
  let clock = startUp + restore;
  for (const { count, work, checkpoint, restore: back } of cycles) {
    const length = work + checkpoint + back;
    if (count > 1 && (length / scale) * width < DRAWN) {
      fill(clock, clock + count * length, '=');
    } else {
      fill(clock, clock + count * length, '-');
      for (let i = 0; i < count; i += 1) {
        const begins = clock + i * length + work;
        if (back > 0) marks.push([begins + checkpoint, begins + checkpoint + back, '>']);
        marks.push([begins, begins + checkpoint, '|']);
      }
    }
    clock += count * length;
  }
  if (end > 0) fill(clock, clock + end, '-');
  clock += end;
  if (walltime > 0) marks.push([0, startUp + restore, '>']);
  if (last > 0) marks.push([clock, clock + last, '#']);
  if (ending === 'done') marks.push([clock, clock, '*']);
  for (const mark of marks) fill(...mark);
  return columns.join('');
}

/** The times under a bar of that width: at each quarter, or at the middle only if they are long. */
export function axis(scale: Seconds, width: number, say: (time: Seconds) => string): string {
  const quarters = [0, 1, 2, 3, 4].map((quarter) => say((scale * quarter) / 4));
  const [, , , third = '', end = ''] = quarters;
  const crowded =
    quarters.some((words) => words.length > width / 4 - 1) || third.length / 2 + end.length > width / 4 - 2;
  const line = Array.from({ length: width }, () => ' ');
  for (const [quarter, words] of quarters.entries()) {
    if (crowded && quarter % 2 === 1) continue;
    const middle = Math.round((width * quarter) / 4 - words.length / 2);
    line.splice(Math.max(0, Math.min(width - words.length, middle)), words.length, ...words);
  }
  return line.join('').trimEnd();
}
