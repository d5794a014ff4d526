import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { run as runProgram } from '../../host/run.ts';

/** What can be seen in the folder of a run, at any moment of its life. Whatever is not there yet is empty. */

const names = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const text = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** The numbers of the generations that are in place, in order. */
export const generationsIn = (run: string): readonly number[] =>
  names(join(run, 'generations'))
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);

/**
 * Is a generation as its seal says: every file there, with its size and checksum, and no other? One that is removed meanwhile counts as
 * whole. `cksum` reads the files, because they can be large, and the rehearsal must go on.
 */
export async function isWhole(run: string, generation: number): Promise<boolean> {
  const folder = join(run, 'generations', String(generation));
  const sorted = (lines: string) =>
    lines
      .split('\n')
      .filter((line) => line !== '')
      .sort()
      .join('\n');
  const list = 'cd "$1" && find . -type f ! -name seal -exec cksum {} +';
  const { stdout } = await runProgram('bash', ['-c', list, 'bash', folder], { timeout: 60_000 });
  const seal = text(join(folder, 'seal'));
  return (seal !== '' && sorted(seal) === sorted(stdout)) || !existsSync(folder);
}

/** The status that the run has recorded. */
export function statusIn(run: string): number | undefined {
  const [, status] = /^(\d+)\n$/.exec(text(join(run, 'status'))) ?? [];
  return status === undefined ? undefined : Number(status);
}

/** The newest attempt; 0 before the first. */
export const newestAttempt = (run: string): number =>
  Math.max(0, ...names(join(run, 'attempts')).map(Number).filter(Number.isInteger));

/** Seconds that each attempt has charged. */
export const chargedIn = (run: string) =>
  names(join(run, 'attempts'))
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b)
    .map((attempt) => ({
      attempt,
      seconds: Number.parseInt(text(join(run, `attempts/${attempt}/seconds`)), 10) || 0,
    }));

/** The path of the output; undefined until the run has settled it. */
export function outputOf(run: string): string | undefined {
  const [, output, shown] = text(join(run, 'paths')).split('\n');
  return shown || output || undefined;
}

export const linesOf = (file: string | undefined): readonly string[] =>
  file === undefined ? [] : text(file).split('\n').slice(0, -1);

/** By which the processes of a run are found. */
export const markOf = (run: string) => text(join(run, 'mark')).trim();

/** Is a checkpoint being written? */
export const isSaving = (run: string): boolean =>
  names(join(run, 'generations')).some((name) => name.endsWith('.partial')) ||
  names(join(run, 'attempts', String(newestAttempt(run)), 'live')).some((name) => name.endsWith('.temp'));

/** Has the newest attempt come to an outcome that the job has yet to act upon? */
export const hasOutcome = (run: string): boolean =>
  existsSync(join(run, 'attempts', String(newestAttempt(run)), 'outcome'));

/** Has the newest attempt begun to restore the program? */
export const isRestoring = (run: string): boolean => {
  const attempt = join(run, 'attempts', String(newestAttempt(run)));
  return existsSync(join(attempt, 'dmtcp.log')) || existsSync(join(attempt, 'inside'));
};

/** Changes a byte of a generation's largest file, or cuts it short. Returns the generation; 0 if there is none. */
export function damage(run: string, how: 'damage' | 'truncate'): number {
  const generation = generationsIn(run).at(-1) ?? 0;
  const folder = join(run, 'generations', String(generation));
  const [largest] = names(folder)
    .flatMap((name) => (name === 'files' ? names(join(folder, name)).map((one) => join(name, one)) : [name]))
    .filter((name) => name !== 'seal' && name !== 'facts' && statSync(join(folder, name)).isFile())
    .map((name) => ({ path: join(folder, name), size: statSync(join(folder, name)).size }))
    .sort((a, b) => b.size - a.size);
  if (largest === undefined) return 0;
  const { path, size } = largest;
  if (how === 'truncate') truncateSync(path, Math.floor(size / 2));
  else {
    const fd = openSync(path, 'r+');
    const byte = Buffer.alloc(1);
    const at = Math.floor(size / 2);
    readSync(fd, byte, 0, 1, at);
    writeSync(fd, Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, at);
    closeSync(fd);
  }
  return generation;
}
