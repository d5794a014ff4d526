import type { Diagnostic } from '../model/diagnostic.ts';
import type { KnownProgram } from '../model/known-program.ts';
import type { Source } from '../model/span.ts';
import { builtin } from './builtin.ts';
import { readRecord } from './read.ts';

/** Hands in a record's file: `path` as written, `from` the file that names it. */
export type ReadRecordFile = (
  path: string,
  from: string,
) => { readonly source: Source; readonly id: string } | { readonly why: string };

/** A record; `broken`: what is wrong with it was said; `unknown`: crc has none of that name. */
export type FoundProgram = KnownProgram | 'broken' | 'unknown' | { readonly why: string };

/** The records that a compilation uses: crc's own, and files, each read once. */
export interface Records {
  /** By its name, or by the path of its file from the file that names it. */
  readonly find: (named: string, from: string) => FoundProgram;
  /** The files that were read, and what is wrong with each. */
  readonly files: () => readonly { readonly source: Source; readonly diagnostics: readonly Diagnostic[] }[];
}

/** Is it the path of a record, and no name? */
export const isRecordPath = (named: string): boolean => /[/\\]|\.json$/.test(named);

export function openRecords(read: ReadRecordFile): Records {
  const byId = new Map<string, { source: Source; value?: KnownProgram; diagnostics: Diagnostic[] }>();
  return {
    find: (named, from) => {
      if (!isRecordPath(named)) return builtin.get(named) ?? 'unknown';
      const found = read(named, from);
      if ('why' in found) return found;
      const known = byId.get(found.id) ?? { source: found.source, ...readRecord(found.source) };
      byId.set(found.id, known);
      return known.value ?? 'broken';
    },
    files: () => [...byId.values()],
  };
}
