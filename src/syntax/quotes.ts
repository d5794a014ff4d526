import type { IToken } from 'chevrotain';
import { syntax } from '../diagnostics/syntax.ts';
import { type Context, endOf, makeToken, sameLine, spanOf, startOf } from './context.ts';
import * as T from './tokens.ts';
import { opensValue } from './values.ts';

/**
 * Text directly beside a quote. Before it: the opening quote is missing. After it: a closing one is, or a quote inside
 * has no backslash. All quotes to the end of the line are then on the wrong side, so that much is one value.
 */
export function joinQuotes(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as IToken;
    const next = tokens[i + 1];
    const touching = next !== undefined && endOf(token) === startOf(next);
    const words = touching && QUOTED.includes(next.tokenType) ? wordsBefore(out, token) : [];
    const after =
      touching &&
      opensValue(out.at(-1)) &&
      token.tokenType === T.QuotedString &&
      [...TEXTUAL, ...QUOTED].includes(next.tokenType);
    const from = words[0] ?? token;
    if (words.length > 0) context.report(syntax.noOpeningQuote, spanOf(from), { text: from.image });
    else if (after) context.report(syntax.quoteInside, spanOf(token), undefined);
    else {
      out.push(token);
      continue;
    }
    out.splice(out.length - Math.max(0, words.length - 1));
    while (i + 1 < tokens.length && joins(from, tokens[i + 1] as IToken, context)) i += 1;
    out.push(makeToken(T.BrokenValue, startOf(from), endOf(tokens[i] as IToken), context.text));
  }
  return out;
}

/** The bare words of a value up to `token`, that one included; none where it is not in the place of a value. */
function wordsBefore(out: readonly IToken[], token: IToken): readonly IToken[] {
  let from = out.length;
  while (from > 0 && TEXTUAL.includes((out[from - 1] as IToken).tokenType)) from -= 1;
  return TEXTUAL.includes(token.tokenType) && opensValue(out[from - 1]) ? [...out.slice(from), token] : [];
}

function joins(from: IToken, token: IToken, context: Context): boolean {
  return (
    token.tokenType !== T.RightBrace && token.tokenType !== T.RightBracket && sameLine(context, from, token)
  );
}

const TEXTUAL = [T.Word, T.NumberLike, T.Junk];
const QUOTED = [T.QuotedString, T.UnterminatedString];
