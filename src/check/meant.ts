import { suggestName } from '../diagnostics/suggest.ts';
import { INSERTS } from '../language/vocabulary/index.ts';
import type { TypeName } from './constant.ts';
import type { Context } from './context.ts';

/** What an invalid bare word probably meant: for the help, which must not lead to the next error. */

/**
 * The `param` or `let` with a similar name, if its value is of one of these types. It counts as used, because a finding
 * that it is unused would report the same mistake.
 */
export function nearName(word: string, types: readonly TypeName[], { scope }: Context): string | undefined {
  const nearest = suggestName(word, scope.names());
  const found = nearest === undefined ? undefined : scope.find(nearest);
  const fits = found === 'broken' || (found !== undefined && types.includes(found.type));
  return fits ? nearest : undefined;
}

/** The names whose value is of one of these types. They count as used, because one of them may be meant. */
export const fittingNames = (types: readonly TypeName[], { scope }: Context): readonly string[] =>
  scope.names().filter((name) => {
    const found = scope.find(name);
    return found !== undefined && found !== 'broken' && types.includes(found.type);
  });

/**
 * How to insert the value that this word names (a `param`, a `let` or a key) into the text of `key`; undefined if it names none.
 * If the key has no value in this workflow, the help says to set it, or the next message would ask for it.
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

/**
 * `n-1`: a dash may be part of a name, so a minus needs blanks around it. Undefined if the parts are not names and numbers, or the
 * first of them is not a name.
 */
export function minusIn(word: string, { scope }: Context): string | undefined {
  const parts = word.split('-');
  const [first = '', ...others] = parts;
  const isOperand = (part: string) => /^\d+[A-Za-z]*$/.test(part) || scope.find(part) !== undefined;
  if (others.length === 0 || scope.find(first) === undefined || !parts.every(isOperand)) return undefined;
  return parts.join(' - ');
}

/** What to write instead of a bare word if `key` takes text, or values of these types; undefined if it names none of them. */
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
