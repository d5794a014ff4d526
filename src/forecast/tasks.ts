import { parseArray } from '../language/array.ts';

/** How many tasks an array has: `0-9,20-40:5%4` has 15; 1 without an array. The text is one that the checker accepts. */
export function tasksOf(array: string | undefined): number {
  const range = array === undefined ? undefined : parseArray(array);
  return range !== undefined && 'tasks' in range ? range.tasks : 1;
}
