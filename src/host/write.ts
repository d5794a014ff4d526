import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Artifact } from '../model/artifact.ts';
import { encoded } from './encode.ts';
import { statOf } from './proc.ts';
import { readRegular } from './regular.ts';

/**
 * Outputs on disk: all files of a call or none, and one crc at a time. First, each file is written under a hidden name; then
 * a list of them all is written; then they are renamed. If a crc is killed before the list, its files count for nothing; if
 * it is killed after it, the next one finishes its work.
 *
 * Nothing is flushed to the disk (fsync): that took longer than compiling. It would help only if the machine
 * loses power. What is lost then can be compiled again, and `crc compile --check` finds what is damaged.
 */

/** One of crc's hidden files: `.NAME.` and 12 hex digits. */
const TEMPORARY = /^\..+\.[0-9a-f]{12}$/;
/** The list: pairs of a hidden name and its final name. */
const LIST = '.crc.commit';
const mark = () => randomBytes(6).toString('hex');

/**
 * Writes all artifacts into a locked folder (lockFolder), or none of them. Makes job scripts (`*.sbatch`) executable. Rejects
 * with the system's error.
 */
export async function writeArtifacts(folder: string, artifacts: readonly Artifact[]): Promise<void> {
  const own = mark();
  const pending = artifacts.map(({ name, text, pieces = [text] }) => ({
    pieces,
    mode: name.endsWith('.sbatch') ? 0o777 : 0o666,
    final: join(folder, name),
    temporary: `.${name}.${own}`,
  }));
  const list = join(folder, `${LIST}.${own}`);
  try {
    for (const one of pending) writeTemporary(folder, one);
    const names = pending.map(({ temporary }, i) => [temporary, artifacts[i]?.name]);
    writeNew(list, [JSON.stringify(names)], 0o666);
    renameSync(list, join(folder, LIST));
  } catch (error) {
    for (const path of [list, ...pending.map(({ temporary }) => join(folder, temporary))]) remove(path);
    throw error;
  }
  finish(folder);
}

/** Does what a crc's list says, also that of a killed crc; any other hidden files are worthless. */
function finish(folder: string): void {
  const list = join(folder, LIST);
  for (const [temporary, name] of listed(list)) {
    try {
      renameSync(join(folder, temporary), join(folder, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  remove(list);
}

/** The pairs of a list: names in the folder in the form that crc gives them, whoever wrote the list. */
function listed(list: string): [string, string][] {
  try {
    const read = readRegular(list, 1024 * 1024);
    const pairs: unknown = 'data' in read ? JSON.parse(new TextDecoder().decode(read.data)) : [];
    return Array.isArray(pairs)
      ? pairs.filter(
          (one): one is [string, string] =>
            Array.isArray(one) &&
            typeof one[1] === 'string' &&
            /^[A-Za-z][\w-]*\.[A-Za-z.]+$/.test(one[1]) &&
            TEMPORARY.test(String(one[0])) &&
            String(one[0]).startsWith(`.${one[1]}.`),
        )
      : [];
  } catch {
    return [];
  }
}

function writeTemporary(
  folder: string,
  one: { pieces: readonly string[]; mode: number; temporary: string; final: string },
): void {
  // A rename over a folder fails, but perhaps after others have been renamed.
  if (statSync(one.final, { throwIfNoEntry: false })?.isDirectory())
    throw Object.assign(new Error('a folder is in the way'), { code: 'EISDIR' });
  writeNew(join(folder, one.temporary), one.pieces, one.mode);
}

function writeNew(path: string, pieces: readonly string[], mode: number): void {
  const file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, mode);
  try {
    for (const bytes of encoded(pieces)) writeFileSync(file, bytes);
  } finally {
    closeSync(file);
  }
}

/** Who holds a folder: the process, and when it started, because process ids are reused. */
const LOCK = '.crc.lock';
/** Milliseconds to wait for another crc, which needs a fraction of them; after that time, a crc on another host is considered gone. */
const PATIENCE = 10_000;
const ABANDONED_AFTER = 60_000;

/**
 * Locks a folder against other crc processes, so that what is read and what is written there belong together. Finishes or
 * removes what a killed crc has left. Resolves to the function that unlocks; undefined if another crc does not finish. Rejects with
 * the system's error.
 * @param patience milliseconds
 */
export async function lockFolder(
  folder: string,
  host: string,
  patience = PATIENCE,
): Promise<(() => void) | undefined> {
  const path = join(folder, LOCK);
  const me = JSON.stringify({ host, pid: process.pid, started: startOf(process.pid), mark: mark() });
  const until = Date.now() + patience;
  for (;;) {
    // Created with its content: without it, a lock would belong to nobody if its writer were killed in between.
    const whole = `${path}.${mark()}`;
    try {
      writeFileSync(whole, me, { flag: 'wx' });
      linkSync(whole, path);
      break;
    } catch (error) {
      // ENOENT: the holder of the folder has removed it in the meantime.
      if (!['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      if (Date.now() > until) return undefined;
    } finally {
      remove(whole);
    }
    if (isGone(path, host)) takeAway(path);
    else if (Date.now() > until) return undefined;
    else await new Promise((settled) => setTimeout(settled, 50));
  }
  const release = () => remove(path);
  try {
    finish(folder);
    for (const name of readdirSync(folder)) if (isFromCrc(name)) remove(join(folder, name));
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

/** A hidden file that crc creates while it writes. */
const isFromCrc = (name: string) =>
  TEMPORARY.test(name) &&
  /^\.(?:[A-Za-z][\w-]*\.(?:sbatch|crc\.json|Dockerfile|Dockerfile\.dockerignore|def|image\.sh)|crc\.commit|crc\.lock)\.[0-9a-f]{12}$/.test(
    name,
  );

/** Is the process gone that could release it? */
function isGone(path: string, host: string): boolean {
  try {
    const { mtimeMs } = statSync(path);
    const read = readRegular(path, 4096);
    if (!('data' in read)) return false;
    const holder = JSON.parse(new TextDecoder().decode(read.data)) as Partial<Record<string, unknown>>;
    if (holder['host'] !== host) return Date.now() - mtimeMs > ABANDONED_AFTER;
    return startOf(Number(holder['pid'])) !== holder['started'];
  } catch (error) {
    // One that is being written is empty for a moment.
    if (!(error instanceof SyntaxError)) return false;
    const { mtimeMs = Date.now() } = statSync(path, { throwIfNoEntry: false }) ?? {};
    return Date.now() - mtimeMs > ABANDONED_AFTER;
  }
}

/** Two processes may find it abandoned at once: only one can rename it, and what is renamed is not a new owner's. */
function takeAway(path: string): void {
  const seen = textOf(path);
  const aside = `${path}.${mark()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const taken = textOf(aside);
  if (taken !== seen && taken !== undefined) {
    try {
      writeFileSync(path, taken, { flag: 'wx' });
    } catch {
      // Somebody else has locked the folder in the meantime.
    }
  }
  remove(aside);
}

/** The text of a file; undefined if it cannot be read. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Removes a file, unless it is gone. (Node loads much for `rmSync`.) */
function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** When a process started, in ticks since the host's start; null if there is no process with that id. */
const startOf = (pid: number): string | null =>
  Number.isSafeInteger(pid) && pid > 0 ? (statOf(pid)?.start ?? null) : null;
