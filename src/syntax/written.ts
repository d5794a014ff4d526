import { formOf } from '../language/vocabulary/index.ts';

/** A value that is complete on its line: a string, a list of strings, or one word or number. */
const VALUE = /[ \t]*=?[ \t]*("(?:[^"\\\n]|\\.)*"|\[[^[\]\n{}]*\]|[\w.-]+)/y;
/** Then the entry is over: its line or its block ends, a comma or another entry follows. */
const OVER = /[ \t]*(?:$|[,;]|\r?\n|\}|\/\/|[A-Za-z_][\w-]*[ \t]*(?:=|:[ \t]|\{))/y;

/** More than a help can show. */
const LONGEST = 60;

/**
 * The value that is written there, as text, if nothing else is wrong with it as far as its form shows: what takes text has its quotes.
 * For a help that shows the entry as it should be.
 *
 * @param key what it is the value of; without one, any form is right
 */
export function valueAt(text: string, offset: number, key?: string): string | undefined {
  VALUE.lastIndex = offset;
  const value = VALUE.exec(text)?.[1];
  OVER.lastIndex = VALUE.lastIndex;
  if (value === undefined || value.length > LONGEST || !OVER.test(text)) return undefined;
  const form = value.startsWith('"') ? 'quoted' : value.startsWith('[') ? 'list' : 'bare';
  const isRight = key === undefined || form === formOf(key);
  return isRight ? value : undefined;
}
