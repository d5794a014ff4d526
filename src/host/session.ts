import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** A process as /proc shows it. */
export interface Process {
  readonly pid: number;
  readonly name: string;
}

/** The processes of a session, except those that have ended and that nobody has asked for. Linux only. */
export function processesOf(session: number): readonly Process[] {
  return readdirSync('/proc').flatMap((pid): Process[] => {
    if (!/^\d+$/.test(pid)) return [];
    // proc(5): the name is in parentheses and may contain any character; then state, parent, group, session.
    const [, name = '', state, , , own] =
      /^\d+ \((.*)\) (\S) (\S+) (\S+) (\S+)/s.exec(read(`/proc/${pid}/stat`)) ?? [];
    return Number(own) === session && state !== 'Z' ? [{ pid: Number(pid), name }] : [];
  });
}

/** Has the process a handler for that signal (`TERM`)? Any other process would be killed by it, or ignores it. */
export function handles(pid: number, signal: string): boolean {
  const number = constants.signals[`SIG${signal}` as NodeJS.Signals];
  const [, mask = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return ((BigInt(`0x${mask}`) >> BigInt(number - 1)) & 1n) === 1n;
}

/** Sends a signal; a process that has just ended is no error. */
export function send(pid: number, signal: string): void {
  try {
    process.kill(pid, `SIG${signal}`);
  } catch {
    // It has just ended.
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
