import { readdirSync, readFileSync } from 'node:fs';

/** A process as Linux shows it in /proc (proc(5)). */
export interface ProcessStat {
  readonly name: string;
  /** `Z`: it has ended, and nobody has asked for its status. */
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  /** In ticks since the host's start: with it, an id that is used again is told apart. */
  readonly start: string;
}

/** The ids of all processes that this process can see. Linux only. */
export const allPids = (): readonly number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

/** A file of a process, such as `environ`; empty if the process is gone, or is another user's. */
export function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** What the kernel says of a process; undefined if it is gone. */
export function statOf(pid: number): ProcessStat | undefined {
  const text = readProc(pid, 'stat');
  // PID (NAME) STATE PARENT GROUP SESSION …, where the name may hold anything.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const [state = '', parent, , session] = fields;
  const start = fields[19];
  if (start === undefined) return undefined;
  const name = text.slice(text.indexOf('(') + 1, end);
  return { name, state, parent: Number(parent), session: Number(session), start };
}

/** Sends a signal (`TERM`); a process that has just ended is no error. */
export function send(pid: number, signal: string): void {
  try {
    process.kill(pid, `SIG${signal}`);
  } catch {
    // It has just ended.
  }
}
