import { writeSync } from 'node:fs';
import { plainWords } from './files.ts';

export type Stream = 'stdout' | 'stderr';

const watched = new Set<Stream>();

/**
 * Prints text. All of crc's output goes through here: whoever reads a pipe may stop reading (`crc … | head -1`), and the
 * command then goes on silently, so that its exit status is the same. Output that is lost in another way (a full disk) is an error.
 */
export function print(name: Stream, text: string): void {
  // Node takes a while to make a stream, so one is made only if the reader is slower and does not block.
  const rest = watched.has(name) ? text : writeNow(name, text);
  if (rest.length === 0) return;
  const stream = process[name];
  if (!watched.has(name)) stream.on('error', lost);
  watched.add(name);
  try {
    stream.write(rest);
  } catch (error) {
    lost(error as NodeJS.ErrnoException);
  }
}

/** Writes what can be written at once, and gives the rest. */
function writeNow(name: Stream, text: string): Uint8Array {
  let rest: Uint8Array = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(name === 'stdout' ? 1 : 2, rest));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return rest;
    lost(error as NodeJS.ErrnoException);
  }
  return new Uint8Array();
}

let isLost = false;

/** Says so once, and makes the status 3, whatever the command sets it to. */
function lost(error: NodeJS.ErrnoException): void {
  if (isLost || error.code === 'EPIPE') return;
  isLost = true;
  process.on('exit', () => {
    process.exitCode = 3;
  });
  try {
    writeSync(2, `crc could not write its output: ${plainWords(error)}\n`);
  } catch {
    // It was standard error that could not be written.
  }
}

/** Does a stream show colours? See https://no-color.org and https://force-color.org. */
export function hasColors(name: Stream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return !['0', 'false'].includes(FORCE_COLOR);
  return TERM !== 'dumb' && process[name].isTTY === true;
}

/** Is it a terminal, and not a pipe or a file? */
export const isTerminal = (name: Stream): boolean => process[name].isTTY === true;

/** Lines longer than this are hard to read; in less than the second, nothing can be laid out. */
const WIDEST = 100;
const NARROWEST = 40;

/** The columns of a stream's lines: what `COLUMNS` says, else the terminal's width, at most 100. */
export function columnsOf(name: Stream): number {
  const { COLUMNS = '' } = process.env;
  const columns = /^[1-9]\d{0,4}$/.test(COLUMNS) ? Number(COLUMNS) : (process[name].columns ?? WIDEST);
  return Math.max(NARROWEST, Math.min(columns || WIDEST, WIDEST));
}
