import type { IToken, TokenType } from 'chevrotain';
import { syntax } from '../diagnostics/syntax.ts';
import { type Context, endOf, indentOf, makeToken, retype, sameLine, spanOf, startOf } from './context.ts';
import { describe } from './describe.ts';
import { isWorkflow, pushHead } from './head.ts';
import * as T from './tokens.ts';
import { opensValue } from './values.ts';

/** Tells keys and keywords from other words by the tokens around them, and repairs the heads of blocks. */
export function classify(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  const count = (type: TokenType) => tokens.filter((token) => token.tokenType === type).length;
  let surplus = count(T.RightBrace) - count(T.LeftBrace);
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const [token, next, afterNext] = tokens.slice(i, i + 3) as [
      IToken,
      IToken | undefined,
      IToken | undefined,
    ];
    if (token.tokenType === T.LeftBrace) depth += 1;
    if (token.tokenType === T.RightBrace) depth -= 1;
    if (token.tokenType !== T.Word || isUsedAsValue(out.at(-1), token, next, context)) out.push(token);
    else if (isWorkflow(token, next, afterNext, depth, context)) i += pushHead(tokens, i, out, context);
    else if (token.image === 'crflow' && (i === 0 || next?.tokenType === T.NumberLike)) {
      out.push(retype(token, T.CrflowKeyword));
    } else if (opensEntry(next)) {
      out.push(followsLoneWord(out, token, next, context) ? token : retype(token, T.Key));
    } else if (surplus > 0 && isBlockWithoutBrace(token, next, afterNext, context)) {
      surplus -= 1;
      context.report(syntax.noBrace, spanOf(token), { what: token.image });
      out.push(retype(token, T.Key), makeToken(T.LeftBrace, endOf(token), endOf(token), context.text));
    } else if (isLabel(next) && afterNext?.tokenType === T.LeftBrace && sameLine(context, token, next)) {
      if (!context.reported.has(startOf(next)))
        context.report(syntax.blockLabel, spanOf(next), { block: token.image, found: describe(next) });
      out.push(retype(token, T.Key));
      i += 1;
    } else out.push(token);
  }
  return out;
}

/** `application "water" {`: text that other languages allow between a block's name and its brace. */
function isLabel(token: IToken | undefined): token is IToken {
  return (
    token !== undefined && [T.QuotedString, T.BrokenValue, T.NumberLike, T.Junk].includes(token.tokenType)
  );
}

/** What makes the word before it a key. */
function opensEntry(token: IToken | undefined): boolean {
  return token?.tokenType === T.Equals || token?.tokenType === T.LeftBrace;
}

/**
 * If it comes before another `=` or `{`, a word on a later line is a key, and the value before it is missing; on the
 * same line as its own `=` it is a value, and the key after it is missing.
 */
function isUsedAsValue(
  before: IToken | undefined,
  token: IToken,
  next: IToken | undefined,
  context: Context,
): boolean {
  if (before === undefined || next === undefined || !opensValue(before)) return opensValue(before);
  return !opensEntry(next) || (sameLine(context, before, token) && !sameLine(context, token, next));
}

/** `run foo = 1`: two words before one `=` are one mistake, reported at the first of them. */
function followsLoneWord(
  out: readonly IToken[],
  token: IToken,
  next: IToken | undefined,
  context: Context,
): boolean {
  const [beforeThat, before] = out.slice(-2) as (IToken | undefined)[];
  if (next?.tokenType !== T.Equals || before?.tokenType !== T.Word || opensValue(beforeThat)) return false;
  return beforeThat?.tokenType !== T.WorkflowKeyword && sameLine(context, before, token);
}

/** A single word before an entry, on its line or indented below it: a block without its `{`. */
function isBlockWithoutBrace(
  token: IToken,
  next: IToken | undefined,
  afterNext: IToken | undefined,
  context: Context,
) {
  if (next?.tokenType !== T.Word || !opensEntry(afterNext)) return false;
  return sameLine(context, token, next) || indentOf(context, next) > indentOf(context, token);
}
