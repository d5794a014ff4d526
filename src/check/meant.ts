import { suggest } from '../diagnostics/suggest.ts';
import type { TypeName } from './constant.ts';
import type { Context } from './context.ts';
import { INSERTS, type InsertName, type KeySpec, vocabulary } from './vocabulary/index.ts';

/** What a bare word was probably meant as, where it is no value: for the help, which must not lead into the next error. */

const KEYS = Object.keys(INSERTS) as InsertName[];

/**
 * The `param` or `let` of nearly that name, if its value is of one of these types. It counts as used: that nothing uses
 * it would be said of the same slip.
 */
export function nearName(word: string, types: readonly TypeName[], { scope }: Context): string | undefined {
  const nearest = suggest(
    word,
    scope.names().map((name) => ({ name })),
  );
  const found = nearest === undefined ? undefined : scope.find(nearest);
  const fits = found === 'broken' || (found !== undefined && types.includes(found.type));
  return fits ? nearest : undefined;
}

/**
 * How the text of `key` gets the value that this word names, a `param`, a `let` or a key; undefined where it names none.
 * A key that has no value in this workflow is to be given one, or the next message would ask for it.
 */
function helpToInsert(key: string, word: string, { scope, inserts }: Context): string | undefined {
  const write = `write \`${key} = "{{${word}}}"\``;
  if (scope.find(word) !== undefined) return write;
  const known = KEYS.find((one) => one === word);
  if (known === undefined || inserts === undefined) return undefined;
  const { given, value, isAuto } = inserts(known);
  if (isAuto)
    return `write a duration for \`${known}\`, for \`auto\` has no value yet, and \`${key} = "{{${known}}}"\``;
  if (given || value !== undefined) return write;
  const { block } = INSERTS[known];
  const keys: Readonly<Record<string, KeySpec>> = vocabulary[block].keys;
  return `${write}, and add \`${block} { ${known} = ${keys[known]?.example ?? '…'} }\``;
}

/** What to write for a bare word where `key` takes text, or values of these types: undefined where it is no name of any. */
export function helpForWord(
  key: string,
  word: string,
  types: readonly TypeName[],
  context: Context,
): string | undefined {
  const insert = helpToInsert(key, word, context);
  if (insert !== undefined) return insert;
  const near = nearName(word, types, context);
  return near && `did you mean \`${key} = ${near}\`? As text it is \`"${word}"\``;
}
