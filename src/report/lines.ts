import { parseUtc } from '../time/utc.ts';

/** A line of a journal, read. The schema is specs/journal.schema.json. */
export interface Line {
  /** In seconds since 1970. */
  readonly time: number;
  readonly attempt: number;
  readonly event: string;
  readonly number: (key: string) => number | undefined;
  readonly text: (key: string) => string;
}

export interface Lines {
  readonly lines: readonly Line[];
  /** The numbers of the lines that cannot be read as a whole, from 1. */
  readonly torn: readonly number[];
}

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
  return { lines, torn };
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
      return typeof one === 'number' && Number.isFinite(one) ? one : undefined;
    },
    text: (key) => {
      const one = Object.hasOwn(fields, key) ? fields[key] : undefined;
      return typeof one === 'string' ? one : '';
    },
  };
}
