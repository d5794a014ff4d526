import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { plainWords, type Unreadable } from './files.ts';
import { NOT_REGULAR, readRegular } from './regular.ts';

/** A journal of a year has some 80 MiB. */
const LARGEST = 512 * 1024 * 1024;

/** What is known about a run: from its folder, or from one file. */
export type RunFiles =
  | { readonly kind: 'file'; readonly text: string }
  | {
      readonly kind: 'folder';
      readonly journal: string;
      readonly workflow: string;
      readonly run: string;
      /** Small files of the folder, which hold a number: `status`, `total`; and of each attempt, its `seconds`. */
      readonly status: number | undefined;
      readonly total: number | undefined;
      readonly seconds: Readonly<Record<number, number>>;
    };

const JOURNAL = 'journal.jsonl';

/**
 * The runs that a path names: a folder of one, a folder that holds folders of runs, or a file. Never throws.
 * @returns paths, in the order of their names
 */
export function runsAt(path: string): string[] {
  try {
    if (path === '-' || !statSync(path).isDirectory() || mayBeRun(path)) return [path];
    const inside = readdirSync(path)
      .map((name) => join(path, name))
      .filter(mayBeRun)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    return inside.length > 0 ? inside : [path];
  } catch {
    return [path];
  }
}

/** Is it the folder of a run? So is one that this user may not look into: it is not left out, and reading it says why it cannot be read. */
function mayBeRun(folder: string): boolean {
  try {
    return statSync(join(folder, JOURNAL), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** Reads one of these. Never throws. */
export async function readRun(path: string): Promise<RunFiles | Unreadable> {
  try {
    if (path === '-') return { kind: 'file', text: await standardInput() };
    if (!statSync(path).isDirectory()) return textOf(path, (text) => ({ kind: 'file', text }));
    const file = join(path, JOURNAL);
    if (statSync(file, { throwIfNoEntry: false }) === undefined) {
      // It may hold runs, and not show their names.
      readdirSync(path);
      return {
        why: 'it is a folder without a journal.jsonl: the folder of a run is STATE/WORKFLOW/RUN, as `status` shows it',
      };
    }
    const folder = resolve(path);
    return textOf(file, (journal) => ({
      kind: 'folder',
      journal,
      workflow: basename(dirname(folder)),
      run: basename(folder),
      status: numberIn(join(path, 'status')),
      total: numberIn(join(path, 'total')),
      seconds: secondsIn(join(path, 'attempts')),
    }));
  } catch (error) {
    return { why: plainWords(error) };
  }
}

function textOf(path: string, then: (text: string) => RunFiles): RunFiles | Unreadable {
  // A job may be writing to it.
  for (let tries = 0; ; tries += 1) {
    const read = readRegular(path, LARGEST);
    if ('data' in read) return then(new TextDecoder().decode(read.data));
    if (read.why === 'size' && statSync(path).size < LARGEST && tries < 10) continue;
    return { why: read.why === 'size' ? 'it is too large for the journal of a run' : NOT_REGULAR };
  }
}

async function standardInput(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function numberIn(path: string): number | undefined {
  try {
    const read = readRegular(path, 4096);
    const [digits] = 'data' in read ? (/^\d{1,15}/.exec(new TextDecoder().decode(read.data)) ?? []) : [];
    return digits === undefined ? undefined : Number(digits);
  } catch {
    return undefined;
  }
}

function secondsIn(folder: string): Record<number, number> {
  const found: Record<number, number> = {};
  try {
    for (const name of readdirSync(folder)) {
      const seconds = /^\d+$/.test(name) ? numberIn(join(folder, name, 'seconds')) : undefined;
      if (seconds !== undefined) found[Number(name)] = seconds;
    }
  } catch {
    // The folder belongs to somebody else, or is incomplete.
  }
  return found;
}
