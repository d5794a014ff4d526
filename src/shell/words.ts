import type { Word, WordPart } from 'unbash';

/** A half-open range of a shell text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** The value of a word, if it does not depend on variables; undefined if something in it is expanded. */
export function staticValue(word: Word): string | undefined {
  return (word.parts ?? []).every(isStatic) ? word.value : undefined;
}

const isStatic = (part: WordPart): boolean =>
  part.type === 'DoubleQuoted' || part.type === 'LocaleString'
    ? part.parts.every(isStatic)
    : part.type === 'Literal' || part.type === 'SingleQuoted' || part.type === 'AnsiCQuoted';

/** A word that consists of a variable followed by fixed text, `"$HOME/a"`. */
export function variableAndRest(word: Word): { variable: string; rest: string } | undefined {
  const [first, ...others] = (word.parts ?? []).flatMap((part): readonly WordPart[] =>
    part.type === 'DoubleQuoted' ? part.parts : [part],
  );
  if (first === undefined || !others.every(isStatic)) return undefined;
  const variable =
    first.type === 'SimpleExpansion'
      ? first.text.slice(1)
      : first.type === 'ParameterExpansion' && !first.operation && !first.prefix && !first.index
        ? first.parameter
        : '';
  if (!/^[A-Za-z_]\w*$/.test(variable)) return undefined;
  return { variable, rest: others.map((one) => ('value' in one ? one.value : '')).join('') };
}

/** The text that a word quotes as a whole, and where it begins: what `bash -c '…'` runs. */
export function quotedText(word: Word): { text: string; start: number } | undefined {
  const { parts } = word;
  if (parts === undefined) return word.text === word.value ? { text: word.text, start: word.pos } : undefined;
  const [only, more] = parts;
  if (only === undefined || more !== undefined) return undefined;
  if (only.type === 'SingleQuoted') return { text: only.value, start: only.pos + 1 };
  // Text that the outer shell expands in double quotes looks the same to the inner one, except characters after a backslash.
  if (only.type === 'DoubleQuoted' && !/[\\`]/.test(only.text))
    return { text: only.text.slice(1, -1), start: only.pos + 1 };
  return undefined;
}
