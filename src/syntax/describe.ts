import type { IToken } from 'chevrotain';
import { quote } from '../diagnostics/words.ts';
import * as T from './tokens.ts';

/** A token as a sentence names it. */
export function describe(token: IToken): string {
  if (T.isEndOfFile(token)) return 'the end of the file';
  switch (token.tokenType) {
    case T.BlockString:
      return 'a block string';
    case T.QuotedString:
      return token.image === '' ? 'a string' : quote(token.image);
    case T.DeclaredName:
      return `the name ${quote(token.image)}`;
    case T.Key:
      return `the key ${quote(token.image)}`;
    default:
      return token.image === '' ? (token.tokenType.LABEL ?? 'nothing') : quote(token.image);
  }
}
