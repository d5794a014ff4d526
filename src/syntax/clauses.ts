import type { IToken } from 'chevrotain';
import { syntax } from '../diagnostics/syntax.ts';
import { type Context, endOf, makeToken, retype, sameLine, spanOf, startOf } from './context.ts';
import * as T from './tokens.ts';
import { opensValue } from './values.ts';

/** The words that clauses start with, and those between their texts. What each takes is the checker's. */
const VERBS = ['mount', 'copy', 'git', 'archive'];
const WORDS = ['to', 'readonly', 'commit', 'sha256'];

/** Folds each clause, `mount "…" to "…"`, into one token, so that nothing of it is read as something else. */
export function foldClauses(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  for (let i = 0; i < tokens.length; ) {
    const pieces = opensValue(out.at(-1)) ? [] : piecesOf(tokens, i, context);
    const [verb, last] = [pieces[0], pieces.at(-1)];
    if (verb === undefined || last === undefined) out.push(tokens[i] as IToken);
    else
      out.push({
        ...makeToken(T.Clause, startOf(verb), endOf(last), context.text),
        payload: pieces,
      });
    i += Math.max(1, pieces.length);
  }
  return out;
}

/** The pieces of folded clauses, for the parser. */
export function unfoldClauses(tokens: readonly IToken[]): IToken[] {
  return tokens.flatMap((token) =>
    token.tokenType === T.Clause ? (token.payload as readonly IToken[]) : [token],
  );
}

/** The tokens of the clause that starts at `i`, retyped; none where none starts. */
function piecesOf(tokens: readonly IToken[], i: number, context: Context): IToken[] {
  const verb = tokens[i] as IToken;
  if (verb.tokenType !== T.Word || !VERBS.includes(verb.image)) return [];
  const first = textAt(tokens, i + 1, context);
  if (first === undefined) return [];
  const pieces = [retype(verb, T.ClauseVerb), first];
  for (;;) {
    const [word, next] = tokens.slice(i + pieces.length, i + pieces.length + 2);
    const isKey = next?.tokenType === T.Equals || next?.tokenType === T.LeftBrace;
    if (word?.tokenType !== T.Word || !WORDS.includes(word.image) || isKey) return pieces;
    const text = textAt(tokens, i + pieces.length + 1, context);
    pieces.push(retype(word, T.ClauseWord), ...(text === undefined ? [] : [text]));
  }
}

/** The text at `at`; one that lacks its quotes, on the line of the word before it, is reported and stands for one. */
function textAt(tokens: readonly IToken[], at: number, context: Context): IToken | undefined {
  const [before, text, next] = tokens.slice(at - 1, at + 2);
  if (before === undefined || text === undefined) return undefined;
  if (text.tokenType === T.QuotedString || text.tokenType === T.BrokenValue) return text;
  if (![T.Word, T.Junk, T.NumberLike].includes(text.tokenType) || !sameLine(context, before, text))
    return undefined;
  const isKey = next?.tokenType === T.Equals || next?.tokenType === T.LeftBrace;
  if (isKey || WORDS.includes(text.image)) return undefined;
  context.report(syntax.unquotedText, spanOf(text), { text: text.image, example: text.image });
  context.spoken.add(startOf(text));
  return retype(text, T.BrokenValue);
}
