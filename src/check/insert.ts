import { names } from '../diagnostics/names.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { StringValue } from '../model/ast.ts';
import type { Context } from './context.ts';
import { INSERTS, type InsertName, vocabulary } from './vocabulary.ts';

/** What {{name}} becomes: a number; `given` without a value was wrong, and was reported where it stands. */
export type Inserts = { readonly [N in InsertName]: { readonly given: boolean; readonly value?: number } };

const KNOWN = Object.keys(INSERTS) as InsertName[];

/**
 * The text of a string with each {{name}} filled in. Only an identifier between exactly two braces is ours; a
 * backslash before the braces, or the escape `\{`, takes their meaning; anything else stays. Undefined after a report.
 */
export function fillIn(value: StringValue, inserts: Inserts, context: Context): string | undefined {
  let right = true;
  const filled = value.segments.map(({ text, escaped, span }) => {
    if (escaped) return text;
    return text.replace(
      /\\\{\{|\{\{([A-Za-z_]\w*)\}\}/g,
      (whole: string, name: string | undefined, offset: number) => {
        if (name === undefined) return '{{';
        const at = { start: span.start + offset, end: span.start + offset + whole.length };
        const number = numberFor(name, inserts, at, context);
        if (number === undefined) right = false;
        return String(number ?? '');
      },
    );
  });
  return right ? filled.join('') : undefined;
}

function numberFor(
  name: string,
  inserts: Inserts,
  at: { start: number; end: number },
  { report, declared }: Context,
): number | undefined {
  const known = KNOWN.find((one) => one === name);
  if (known === undefined) {
    const nearest = suggest(
      name,
      KNOWN.map((one) => ({ name: one })),
    );
    if (!declared.has(name)) report(names.unknownInsert, at, { name, nearest, known: KNOWN });
    return undefined;
  }
  const { given, value } = inserts[known];
  if (!given) {
    const owner = INSERTS[known];
    const keys: Readonly<Record<string, { readonly example: string }>> = vocabulary[owner].keys;
    report(names.insertNotGiven, at, {
      name,
      block: owner,
      example: `${known} = ${keys[known]?.example ?? '…'}`,
    });
  }
  return value;
}
