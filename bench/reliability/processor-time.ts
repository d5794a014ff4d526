import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesIn } from '../../test/support/run-folder.ts';
import type { Cell } from './cell.ts';

/** What looks after the program; not the program, not its coordinator, which both scripts have. */
const supervision = /slurm_script|inner_half|job\S*\.sbatch' ?listen|job\S*\.sbatch listen|^srun /;
const computation = /job\S*\.sbatch application/;

/**
 * Seconds of processor time that the supervision of a running cell has used so far. Each lasting process counts with
 * its own time and with that of its children that have ended (/proc/PID/stat, fields 14 to 17). In the midst of an attempt
 * neither program nor coordinator has ended, so neither is among them. The step daemon of the listening step counts, too.
 */
export async function supervisionSeconds(cell: Cell): Promise<number> {
  const lasting = processesIn(cell.folder)
    .filter((line) => supervision.test(line.replace(/^\d+ /, '')) && !computation.test(line))
    .map((line) => Number.parseInt(line, 10));
  const daemons = (await cell.cluster.processes())
    .filter(({ command }) => command.includes(`slurmstepd: [${cell.id}.`) && !command.includes('.batch]'))
    .map(({ pid }) => pid);
  return [...lasting, ...daemons].map(usedBy).reduce((sum, one) => sum + one, 0);
}

const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Seconds of processor time that a process has used, with its children that ended. */
export function usedBy(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // PID (NAME) STATE …: the name may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticks;
  } catch {
    return 0; // ended meanwhile: its parent has it now
  }
}

export interface Cost {
  /** Seconds of processor time from the start of the job until the program runs. */
  readonly start: number;
  /** And in an hour of running. */
  readonly anHour: number;
  /** Of a window of so many seconds. */
  readonly window: number;
}

/** Measures a running cell over a window. */
export async function cost(cell: Cell, window: number): Promise<Cost> {
  await cell.until(2);
  await sleep(2000);
  const [start, began] = [await supervisionSeconds(cell), Date.now()];
  await sleep(window * 1000);
  const [end, ended] = [await supervisionSeconds(cell), Date.now()];
  return { start, anHour: ((end - start) * 3600_000) / (ended - began), window };
}
