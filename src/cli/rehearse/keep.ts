import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { plainWords } from '../../host/files.ts';

/** What is kept of a rehearsal, for `crc report`; nothing unless somebody asks for it. */

/** Makes the folder, which must be empty: what is kept there is of one rehearsal. Why that cannot be, as a phrase; undefined if it can. */
export function whyNotKept(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true });
    return readdirSync(folder).length === 0 ? undefined : 'it is not empty';
  } catch (error) {
    return existsSync(folder) && !lstatSync(folder).isDirectory() ? 'it is not a folder' : plainWords(error);
  }
}

export interface Kept {
  /** FOLDER/WORKFLOW, as `crc report` takes it. */
  readonly folder: string;
  /** Which run of the workflow, from 1. */
  readonly number: number;
}

/** Copies the folder of a run as run-N, and beside it the logs of its jobs, its output and its script. */
export function keepRun(
  { folder, number }: Kept,
  run: string,
  { logs, output, script }: { logs: readonly string[]; output: string | undefined; script: string },
): void {
  const name = join(folder, `run-${number}`);
  const isKept = (path: string) => {
    const kind = lstatSync(path, { throwIfNoEntry: false });
    return kind !== undefined && (kind.isFile() || kind.isDirectory() || kind.isSymbolicLink());
  };
  const copy = (from: string, to: string) => {
    if (existsSync(from)) cpSync(from, to, { recursive: true, preserveTimestamps: true, filter: isKept });
  };
  mkdirSync(folder, { recursive: true });
  copy(run, name);
  for (const [at, log] of logs.entries()) copy(log, `${name}.job-${at + 1}.log`);
  if (output !== undefined) copy(output, `${name}.out`);
  copy(script, join(folder, basename(script)));
}
