import type { Edit, Fix } from '../model/diagnostic.ts';
import type { Source, Span } from '../model/span.ts';

/** The place of a finding, for the fixes of its kind. */
export interface Here {
  readonly at: Span;
  /** The whole source. */
  readonly text: string;
  /** What is written at the place. */
  readonly written: string;
}

export const hereIn = ({ text }: Source, at: Span): Here => ({
  at,
  text,
  written: text.slice(at.start, at.end),
});

/** A fix with one meaning. */
export const sure = (title: string, ...edits: readonly Edit[]): Fix => ({ title, certain: true, edits });

/** A fix that somebody has to choose. */
export const perhaps = (title: string, ...edits: readonly Edit[]): Fix => ({ title, certain: false, edits });

/** Replaces what is written at the place. */
export const replace = ({ at }: Here, text: string): Edit => ({ span: at, text });

export const insert = (offset: number, text: string): Edit => ({
  span: { start: offset, end: offset },
  text,
});

/** Removes what is written at the place, with the blanks before it if there is something on its line before them. */
export function remove({ at, text }: Pick<Here, 'at' | 'text'>): Edit {
  return { span: { start: blanksBefore(text, at.start), end: at.end }, text: '' };
}

/** Removes an entry, with its line if nothing else is on it. */
export function removeEntry(text: string, at: Span): Edit {
  let start = at.start;
  while (start > 0 && /[ \t]/.test(text[start - 1] ?? '')) start -= 1;
  const isFirst = start === 0 || text[start - 1] === '\n';
  const rest = /[ \t]*(?:\r?\n|$)/y;
  rest.lastIndex = at.end;
  const end = rest.test(text) ? rest.lastIndex : undefined;
  if (isFirst && end !== undefined) return { span: { start, end }, text: '' };
  return remove({ at, text });
}

/** The name that was probably meant, in the place of the one that is written; certain if it can only have been this. */
export function rename(here: Here, name: string | undefined, certain: boolean): readonly Fix[] {
  if (name === undefined || here.written === '') return [];
  return [{ title: `write \`${name}\``, certain, edits: [replace(here, name)] }];
}

/** A value in another form, if the place still holds what was read: a name may stand for a value that is elsewhere. */
export function rewrite(here: Here, read: string, written: string, certain = true): readonly Fix[] {
  if (here.written !== read || read === written) return [];
  return [{ title: `write \`${written}\``, certain, edits: [replace(here, written)] }];
}

/** The offset where the blanks before `offset` begin; `offset` itself at the start of a line. */
export function blanksBefore(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && /[ \t]/.test(text[start - 1] ?? '')) start -= 1;
  return start === 0 || text[start - 1] === '\n' ? offset : start;
}

/** Can this text stand in double quotes as it is? */
export const isPlainText = (text: string): boolean => !/["\\\p{Cc}]|\{\{/u.test(text);
