import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';

const schema = JSON.parse(readFileSync(new URL('../../specs/journal.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile<Entry>(schema);

/** What the program of a run in this folder has printed, if it is the only one there. */
export function printedIn(folder: string): string {
  const file = readdirSync(folder).find((name) => name.endsWith('.out'));
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
}

/** One line of a journal; see specs/journal.schema.json. */
export type Entry = { event: string; attempt: number } & Record<string, string | number>;

/** The decisions in the journal of a run, each line held against the schema; what is just being written at its end is left out. */
export const journal = (folder: string): Entry[] =>
  entriesOf(folder).filter(({ event }) => event !== 'measured');

/** What was measured, from the same journal. */
export const measured = (folder: string): Entry[] =>
  entriesOf(folder).filter(({ event }) => event === 'measured');

function entriesOf(folder: string): Entry[] {
  const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const entry: unknown = JSON.parse(line);
    if (!validate(entry)) throw new Error(`not a journal line: ${line}: ${JSON.stringify(validate.errors)}`);
    return entry;
  });
}

/** What each inner half of a run came to, in order. */
export const outcomesIn = (entries: readonly Entry[]) =>
  entries.flatMap(({ event, outcome }) => (event === 'inner_ended' ? [outcome] : []));

/** All paths under a folder, relative to it. */
export const filesUnder = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

/** Processes that have a file under one of these folders open, or stand in it: pid and name. */
export function processesIn(...folders: string[]): string[] {
  const inside = (path: string) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const links = [
          `/proc/${pid}/cwd`,
          ...readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`),
        ];
        const holds = links.some((link) => inside(read(link)));
        // One that DMTCP has restored has a name, and no command line.
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return holds ? [`${pid} ${command || readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}`] : [];
      } catch {
        return []; // it ended meanwhile
      }
    });
}

function read(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

/** Whether a path is there. */
export const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined;
