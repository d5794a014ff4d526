import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import type { JobRecord } from '../../rehearse/scheduler/records.ts';

/** How a batch shell ended. */
export type Exit = JobRecord['exit'];

/**
 * Starts the batch shell of an attempt, as slurmstepd does: a copy of the script, in a session of its own, with its output in the log.
 * `ended` is called once.
 */
export function startBatch(
  folder: string,
  job: JobRecord,
  script: string,
  env: ReadonlyMap<string, string>,
  ended: (exit: Exit) => void,
): ChildProcess | undefined {
  const spool = join(folder, `spool-${job.node}`, `job${String(job.number).padStart(5, '0')}`);
  const path = join(spool, 'slurm_script');
  try {
    for (const made of [spool, join(folder, `tmp-${job.node}`)])
      mkdirSync(made, { recursive: true, mode: 0o700 });
    rmSync(path, { force: true }); // one that still runs keeps its own
    writeFileSync(path, script, { mode: 0o700 });
    const log = openLog(job.log, job.spec.append);
    const errors = job.errors === job.log ? log : openLog(job.errors, job.spec.append);
    const cwd = existsSync(job.spec.cwd) ? job.spec.cwd : '/tmp';
    const child = spawn(path, [...job.args], {
      cwd,
      env: Object.fromEntries(env),
      stdio: ['ignore', log, errors],
      detached: true,
    });
    closeSync(log);
    if (errors !== log) closeSync(errors);
    child.once('error', () => ended({ status: 2, signal: 0 }));
    child.once('exit', (status, signal) =>
      ended({ status: status ?? 0, signal: signal === null ? 0 : os.signals[signal] }),
    );
    return child;
  } catch {
    // As if slurmstepd could not open the log.
    setImmediate(() => ended({ status: 1, signal: 0 }));
    return undefined;
  }
}

function openLog(path: string, append: boolean): number {
  const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC } = constants;
  return openSync(path, O_WRONLY | O_CREAT | O_APPEND | (append ? 0 : O_TRUNC), 0o644);
}
