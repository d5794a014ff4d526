import type { Span } from '../model/span.ts';

/** What git leaves of two versions that it could not merge: the three lines around and between them. */
export interface Conflict {
  readonly start: Span;
  readonly middle: Span;
  readonly end: Span;
}

const MARKED = /^<{7}(?: .*)?\r?\n([\s\S]*?)^={7}\r?\n([\s\S]*?)^>{7}(?: .*)?$/gm;

/** The conflicts in a text, in order. */
export function conflictsIn(text: string): readonly Conflict[] {
  if (!text.includes('<<<<<<<')) return [];
  return [...text.matchAll(MARKED)].map((found) => {
    const [whole, first = ''] = found;
    const start = found.index;
    const middle = whole.indexOf('\n') + 1 + first.length + start;
    const end = start + whole.lastIndexOf('\n>>>>>>>') + 1;
    return { start: markAt(start), middle: markAt(middle), end: markAt(end) };
  });
}

const markAt = (start: number): Span => ({ start, end: start + 7 });

/** The two versions of a text with conflicts. What a third part says (`|||||||`, the common ancestor) belongs to neither. */
export function versionsOf(text: string): readonly [string, string] {
  const one = text.replaceAll(MARKED, (_, first: string) => first.replace(/^\|{7}[\s\S]*/m, ''));
  const other = text.replaceAll(MARKED, (_, __, second: string) => second);
  return [one, other];
}
