import type { IToken } from 'chevrotain';
import * as T from './tokens.ts';

/** Is the next token a value rather than an entry? */
export function opensValue(token: IToken | undefined): boolean {
  return token !== undefined && [T.Equals, T.LeftBracket, T.Comma].includes(token.tokenType);
}

const ITEMS = [T.QuotedString, T.BlockString, T.NumberLike, T.Word, T.BrokenValue, T.Junk];

/** Is there a value that could be an item of a list, rather than the key of an entry? */
export function isItemAt(tokens: readonly IToken[], at: number): boolean {
  const type = tokens[at]?.tokenType;
  const next = tokens[at + 1]?.tokenType;
  return (
    type !== undefined &&
    ITEMS.includes(type) &&
    !(type === T.Word && (next === T.Equals || next === T.LeftBrace))
  );
}
