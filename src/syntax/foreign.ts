import type { IToken } from 'chevrotain';
import { syntax } from '../diagnostics/syntax.ts';
import { formOf, vocabulary } from '../language/vocabulary/index.ts';
import type { Span } from '../model/span.ts';
import { type Context, endOf, makeToken, startOf } from './context.ts';
import * as T from './tokens.ts';
import { opensValue } from './values.ts';

/**
 * Values as other languages write them: `$n`, `${n}` and `{{n}}` outside of text, and calls such as `max(1, 2)`. Each becomes one
 * token, so that there is one finding about it.
 */
export function foldForeign(tokens: readonly IToken[], context: Context): IToken[] {
  const known = declaredIn(tokens);
  const out: IToken[] = [];
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as IToken;
    const before = out.at(-1);
    const isValue = opensValue(before) || before?.tokenType === T.Colon;
    const key = before?.tokenType === T.Comma ? '' : (out.at(-2)?.image ?? '');
    const folded = isValue
      ? (nameAt(tokens, i, key, known, context) ?? callAt(tokens, i, key, context))
      : undefined;
    out.push(folded ?? token);
    const end = folded === undefined ? endOf(token) : foldedEnd(folded);
    i += 1;
    while (folded !== undefined && i < tokens.length && startOf(tokens[i] as IToken) < end) i += 1;
  }
  return out;
}

/** Where the text of a folded token ends: the image of a name is shorter than what was written. */
const foldedEnd = (token: IToken): number => (token.payload as Span | undefined)?.end ?? endOf(token);

interface Known {
  readonly names: ReadonlySet<string>;
  /** Included files declare names as well. */
  readonly more: boolean;
}

function declaredIn(tokens: readonly IToken[]): Known {
  const after = (words: readonly string[]) =>
    tokens.flatMap(({ image }, i) => (words.includes(image) ? (tokens[i + 1]?.image ?? []) : []));
  return { names: new Set(after(['let', 'param'])), more: after(['include']).length > 0 };
}

const NAME = /(?:\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)\}|\{\{([A-Za-z_]\w*)\}\})(?![^\s,;}\])/])/y;

function nameAt(
  tokens: readonly IToken[],
  i: number,
  key: string,
  { names, more }: Known,
  context: Context,
): IToken | undefined {
  const start = startOf(tokens[i] as IToken);
  NAME.lastIndex = start;
  const match = NAME.exec(context.text);
  if (match === null) return undefined;
  const [written, dollar, braces, inserted] = match;
  const name = dollar ?? braces ?? inserted ?? '';
  const end = start + written.length;
  const isBare = formOf(key) === 'bare';
  const isDeclared = names.has(name);
  const isSlurm = !isBare && Object.hasOwn(vocabulary.schedule.keys, key);
  // A path with a variable of the submission is text.
  if (!isBare && !isDeclared && !isSlurm && inserted === undefined)
    return dollar ? undefined : junk(start, end, context);
  const how =
    isDeclared || (isBare && more)
      ? 'name'
      : isBare
        ? 'value'
        : isSlurm && inserted === undefined
          ? 'slurm'
          : 'text';
  context.report(syntax.nameOfOthers, { start, end }, { written, name, key, how, isSure: isDeclared });
  context.reported.add(start);
  if (how !== 'name') return makeToken(T.BrokenValue, start, end, context.text);
  const word = makeToken(T.Word, start, end, context.text);
  return { ...word, image: name, payload: { start, end } };
}

const junk = (start: number, end: number, { text }: Context) => makeToken(T.Junk, start, end, text);

const CALL = /([A-Za-z_]\w*)\(([^()"\r\n]*(?:"[^"\r\n]*"[^()"\r\n]*)*)\)(?![^\s,;}\]])/y;

function callAt(tokens: readonly IToken[], i: number, key: string, context: Context): IToken | undefined {
  const token = tokens[i] as IToken;
  // Only there, so that a long line is not searched once for each of its tokens.
  if (!/^\w+\(/.test(token.image)) return undefined;
  const start = startOf(token);
  CALL.lastIndex = start;
  const match = CALL.exec(context.text);
  if (match === null) return undefined;
  const [written, name = '', inner = ''] = match;
  const end = start + written.length;
  context.report(syntax.call, { start, end }, { name, key, value: valueOfCall(name, inner, key) });
  context.reported.add(start);
  return makeToken(T.BrokenValue, start, end, context.text);
}

/** What to write instead of the call; undefined if that cannot be known. */
function valueOfCall(name: string, inner: string, key: string): string | undefined {
  const numbers = inner.split(',').map((one) => one.trim());
  if ((name === 'max' || name === 'min') && numbers.every((one) => /^\d{1,15}$/.test(one)))
    return String(Math[name](...numbers.map(Number)));
  const path = /^\s*"([^"\\$]+)"\s*$/.exec(inner)?.[1];
  if (path === undefined || !/^(?:file|read|readfile|load|include|source|open|slurp)$/i.test(name))
    return undefined;
  return key === 'run' ? `"bash ${path.includes('/') ? path : `./${path}`}"` : undefined;
}
