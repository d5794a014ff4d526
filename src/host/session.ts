import { constants } from 'node:os';
import { allPids, readProc, statOf } from './proc.ts';

/** A process of a session. */
export interface Process {
  readonly pid: number;
  readonly name: string;
}

/** The processes of a session, except those that have ended and that nobody has asked for. Linux only. */
export function processesOf(session: number): readonly Process[] {
  return allPids().flatMap((pid): Process[] => {
    const stat = statOf(pid);
    return stat?.session === session && stat.state !== 'Z' ? [{ pid, name: stat.name }] : [];
  });
}

/** Has the process a handler for that signal (`TERM`)? Any other process would be killed by it, or ignores it. */
export function handles(pid: number, signal: string): boolean {
  const number = constants.signals[`SIG${signal}` as NodeJS.Signals];
  const [, mask = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readProc(pid, 'status')) ?? [];
  return ((BigInt(`0x${mask}`) >> BigInt(number - 1)) & 1n) === 1n;
}
