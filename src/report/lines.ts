import type { Seconds } from '../model/flow.ts';
import { parseUtc } from '../time/utc.ts';

/** A line of a journal, read. The schema is specs/journal.schema.json. */
export interface Line {
  /** In seconds since 1970. */
  readonly time: number;
  readonly attempt: number;
  readonly event: string;
  /** Nothing that a job counts is negative. */
  readonly number: (key: string) => number | undefined;
  readonly text: (key: string) => string;
}

export interface Lines {
  readonly lines: readonly Line[];
  /** The numbers of the lines that cannot be read as a whole, from 1. */
  readonly torn: readonly number[];
  /** Where a clock had been set back: the first line after it, and by how many seconds. */
  readonly setBack: readonly { readonly line: Line; readonly by: Seconds }[];
}

/** Clocks of two nodes may differ by this much, in seconds; a clock that shows a time earlier than that was set back. */
const SKEW = 60;

/** What every line of a journal begins with. */
const BEGINNING = '{"time":"';

/**
 * The lines of a journal. A job that is killed can leave the beginning of a line; the next attempt then appends its first line to it,
 * which is read all the same.
 */
export function readLines(text: string): Lines {
  const lines: Line[] = [];
  const torn: number[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw.trim() === '') continue;
    const whole = readLine(raw);
    const rest = whole ?? readLine(raw.slice(Math.max(1, raw.lastIndexOf(BEGINNING))));
    if (whole === undefined) torn.push(index + 1);
    if (rest !== undefined) lines.push(rest);
  }
  return { torn, ...inOrder(lines) };
}

/**
 * Lines were written in their order, whatever a clock showed: none is earlier than the line before it. After a clock was set back, all
 * times are later by as much, so that durations stay right.
 */
function inOrder(raw: readonly Line[]): Pick<Lines, 'lines' | 'setBack'> {
  const lines: Line[] = [];
  const setBack: { line: Line; by: Seconds }[] = [];
  // An attempt that was superseded, on a node with another clock, can still write between the lines of the next one.
  const clocks = new Map<number, { latest: Seconds; offset: Seconds }>();
  let newest = { latest: Number.NEGATIVE_INFINITY, offset: 0 };
  for (const one of raw) {
    const clock = clocks.get(one.attempt) ?? { ...newest };
    clocks.set(one.attempt, clock);
    newest = clock;
    const by = clock.latest - (one.time + clock.offset);
    if (by > SKEW) clock.offset += by;
    clock.latest = Math.max(clock.latest, one.time + clock.offset);
    const line = clock.latest === one.time ? one : { ...one, time: clock.latest };
    lines.push(line);
    if (by > SKEW) setBack.push({ line, by });
  }
  return { lines, setBack };
}

function readLine(raw: string): Line | undefined {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const { time, attempt, event } = fields;
  const seconds = typeof time === 'string' ? parseUtc(time) : undefined;
  if (seconds === undefined || typeof event !== 'string') return undefined;
  if (typeof attempt !== 'number' || !Number.isSafeInteger(attempt) || attempt < 1) return undefined;
  return {
    time: seconds,
    attempt,
    event,
    number: (key) => {
      const one = Object.hasOwn(fields, key) ? fields[key] : undefined;
      return typeof one === 'number' && Number.isFinite(one) && one >= 0 ? one : undefined;
    },
    text: (key) => {
      const one = Object.hasOwn(fields, key) ? fields[key] : undefined;
      return typeof one === 'string' ? one : '';
    },
  };
}
