import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { allPids, statOf } from '../../host/proc.ts';

/** A process of a run, and the attempt that it belongs to; its command line, or the name of one that DMTCP has restored. */
export interface RunProcess {
  readonly pid: number;
  readonly attempt: number;
  readonly command: string;
}

/**
 * The processes of a run on this machine: those that have a file in the temporary folder of an attempt open (DMTCP), have its mark in their
 * environment (other engines), or are its inner half.
 * @param mark the run's mark, which no other run has
 */
export function processesOf(mark: string, run: string): readonly RunProcess[] {
  if (mark === '') return [];
  const inPath = new RegExp(`/${mark}\\.(\\d+)(/|\\.starting)`);
  const inEnvironment = new RegExp(`(?:^|\0)CRFLOW_MARK=${mark}\\.(\\d+)\0`);
  return allPids().flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const inner = words.indexOf('inner_half');
      const attempt =
        inner > 0 && words[inner + 1] === run
          ? words[inner + 2]
          : (inEnvironment.exec(readFileSync(`/proc/${pid}/environ`, 'latin1'))?.[1] ??
            attemptOpen(pid, inPath));
      const state = statOf(pid)?.state ?? 'Z';
      if (attempt === undefined || state === 'Z') return [];
      const command = words.join(' ').trim() || readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      return [{ pid, attempt: Number(attempt), command: command.slice(0, 80) }];
    } catch {
      return []; // it ended meanwhile, or is another user's
    }
  });
}

function attemptOpen(pid: number, inPath: RegExp): string | undefined {
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const found = inPath.exec(readlinkSync(`/proc/${pid}/fd/${fd}`));
      if (found) return found[1];
    } catch {
      // closed meanwhile
    }
  }
  return undefined;
}
