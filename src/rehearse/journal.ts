import type { JournalEntry, JournalLine } from './evidence.ts';
import validate from './journal.schema';

/** Reads a line of a journal, and holds it against the schema. `seen`: when, in epoch milliseconds. */
export function readLine(text: string, seen: number): JournalLine {
  try {
    const entry: unknown = JSON.parse(text);
    return validate(entry) ? { seen, text, entry: entry as JournalEntry } : { seen, text };
  } catch {
    return { seen, text };
  }
}
