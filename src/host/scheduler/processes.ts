import { readMark } from '../../rehearse/scheduler/commands.ts';
import { MARK } from '../../rehearse/scheduler/environment.ts';
import { allPids, type ProcessStat, readProc, send, statOf } from '../proc.ts';

/** The attempt, and in a step the step, to which a process belongs. */
export interface Mark {
  readonly job: number;
  readonly attempt: number;
  readonly step?: number;
}

export interface Found extends Mark {
  readonly pid: number;
}

/**
 * The processes of jobs. There is no cgroup to ask, so a process is found by a mark in its environment, which children inherit; one that
 * has no readable environment, or that of the attempt that saved it (a restored program), by what it was at the last look, by its parent, or by
 * its session. It must be looked at now and then, or a process that has lost its mark, its parent and its session between two looks is lost.
 */
export class ProcessTable {
  readonly #folder: string;
  #known = new Map<number, { readonly start: string; readonly mark: Mark }>();
  #sessions = new Map<number, Mark>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All processes of all jobs that live now. */
  look(): Found[] {
    const stats = new Map<number, ProcessStat>();
    for (const pid of allPids()) {
      const stat = statOf(pid);
      if (stat !== undefined && !/[ZX]/.test(stat.state) && pid !== process.pid) stats.set(pid, stat);
    }
    const marks = new Map<number, Mark | undefined>();
    const markOf = (pid: number): Mark | undefined => {
      const stat = stats.get(pid);
      if (stat === undefined) return undefined;
      if (marks.has(pid)) return marks.get(pid);
      marks.set(pid, undefined); // no endless round, whatever /proc says
      const known = this.#known.get(pid);
      const mark = belongsTo(
        this.#environment(pid),
        (known?.start === stat.start ? known.mark : undefined) ??
          markOf(stat.parent) ??
          this.#sessions.get(stat.session),
      );
      marks.set(pid, mark);
      return mark;
    };
    const found: Found[] = [];
    this.#known = new Map();
    const sessions = new Map<number, Mark>();
    for (const [pid, { start, session }] of stats) {
      const mark = markOf(pid);
      if (mark === undefined) continue;
      this.#known.set(pid, { start, mark });
      sessions.set(session, this.#sessions.get(session) ?? mark);
      found.push({ pid, ...mark });
    }
    this.#sessions = sessions;
    return found;
  }

  #environment(pid: number): Mark | undefined {
    const text = readProc(pid, 'environ');
    const at = text.startsWith(`${MARK}=`) ? 0 : text.indexOf(`\0${MARK}=`) + 1;
    if (at === 0 && !text.startsWith(`${MARK}=`)) return undefined;
    const end = text.indexOf('\0', at);
    return readMark(text.slice(at + MARK.length + 1, end < 0 ? undefined : end), this.#folder);
  }
}

/** `own`: by its environment; `near`: by what is around it, which alone knows the attempt that has restored a program. Only `own` knows the step. */
function belongsTo(own: Mark | undefined, near: Mark | undefined): Mark | undefined {
  if (own === undefined || near === undefined) return own ?? near;
  return own.job === near.job && own.attempt === near.attempt ? own : near;
}

/** Sends a signal to processes. One that is gone already does not matter. */
export function signalAll(pids: readonly number[], signal: string): void {
  for (const pid of pids) send(pid, signal);
}

/** The command line of a process; its name in brackets if it has none. */
export function commandOf(pid: number): string {
  const line = readProc(pid, 'cmdline').replaceAll('\0', ' ').trim();
  return line === '' ? `[${readProc(pid, 'comm').trim()}]` : line;
}

/** The words of a process, its environment and its folder; undefined if it is gone. */
export function askerOf(pid: number) {
  const words = readProc(pid, 'cmdline').split('\0').slice(0, -1);
  if (words.length === 0) return undefined;
  return { words, env: entriesOf(readProc(pid, 'environ').split('\0')) };
}

/** `NAME=VALUE` entries, by name. */
export function entriesOf(entries: readonly string[]): Map<string, string> {
  return new Map(
    entries.flatMap((entry): [string, string][] => {
      const at = entry.indexOf('=');
      return at > 0 ? [[entry.slice(0, at), entry.slice(at + 1)]] : [];
    }),
  );
}
