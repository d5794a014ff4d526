import { suggestName } from '../diagnostics/suggest.ts';
import { INSERTS } from '../language/vocabulary/index.ts';
import type { TypeName } from './constant.ts';
import type { Context } from './context.ts';

/** What a bare word was probably meant as, where it is no value: for the help, which must not lead into the next error. */

/**
 * The `param` or `let` of nearly that name, if its value is of one of these types. It counts as used: that nothing uses
 * it would be said of the same slip.
 */
export function nearName(word: string, types: readonly TypeName[], { scope }: Context): string | undefined {
  const nearest = suggestName(word, scope.names());
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
  const known = INSERTS.get(word);
  if (known === undefined || inserts === undefined) return undefined;
  const { given, value, isAuto } = inserts(word);
  if (isAuto)
    return `write a duration for \`${word}\`, because \`auto\` has no value yet, and \`${key} = "{{${word}}}"\``;
  if (given || value !== undefined) return write;
  return `${write}, and add \`${known.block} { ${word} = ${known.example} }\``;
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
