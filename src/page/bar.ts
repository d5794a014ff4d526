import type { Seconds } from '../model/flow.ts';

/** A part of a bar: from, to, and the character that it is drawn with. */
export type Mark = readonly [from: Seconds, to: Seconds, mark: string];

/**
 * Phases as a bar of characters that is `scale` seconds wide. Short ones are drawn one column wide, over those before them in the
 * list, so that a checkpoint of seconds is visible in an attempt of days.
 */
export function drawBar(marks: readonly Mark[], scale: Seconds, width: number, empty = '.'): string {
  const columns: string[] = Array.from({ length: width }, () => empty);
  const at = (time: Seconds) => Math.min(width - 1, Math.floor((time / scale) * width));
  for (const [from, to, mark] of marks)
    for (let i = at(from); i < Math.max(at(from) + 1, Math.round((to / scale) * width)) && i < width; i += 1)
      columns[i] = mark;
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
