/** The largest index that Slurm can be configured to accept. */
const LARGEST_INDEX = 4_000_000;

/** What is wrong with the indices of an array, and where in their text. */
export interface ArrayMistake {
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

/** The indices of an array. */
export interface ArrayRange {
  /** How many tasks it has. */
  readonly tasks: number;
  readonly largest: number;
}

/** `0-9%4`: indices and ranges with commas, a range with a step, and how many may run at once. */
export function parseArray(text: string): ArrayRange | ArrayMistake {
  const [, list = '', most] = /^([^%]*)(?:%(.*))?$/s.exec(text) ?? [];
  let from = 0;
  let tasks = 0;
  let largest = 0;
  for (const part of list.split(',')) {
    const range = parseRange(part);
    if (typeof range === 'string') return { from, to: from + part.length, why: range };
    from += part.length + 1;
    tasks += range.tasks;
    largest = Math.max(largest, range.largest);
  }
  if (most !== undefined && !/^0*[1-9]\d{0,6}$/.test(most))
    return {
      from: list.length,
      to: text.length,
      why: 'after the `%` comes how many tasks run at once, at least 1',
    };
  return { tasks, largest };
}

/** A range, or why the text is not one. */
function parseRange(part: string): ArrayRange | string {
  const [, first, last = first, step = '1'] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part) ?? [];
  if (first === undefined)
    return part === ''
      ? 'an index is missing here'
      : 'an item is an index such as `7`, a range such as `0-9`, or a range with a step such as `0-9:2`';
  const [low, high, width] = [Number(first), Number(last), Number(step)];
  if (high < low) return 'this range ends before it starts';
  if (width === 0) return 'a step must be at least 1';
  if (high > LARGEST_INDEX) return `Slurm accepts no index above ${LARGEST_INDEX}`;
  const steps = Math.floor((high - low) / width);
  return { tasks: steps + 1, largest: low + steps * width };
}
