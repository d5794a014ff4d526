import type { IToken } from 'chevrotain';
import { type Context, endOf, makeToken, startOf } from './context.ts';
import * as T from './tokens.ts';
import { opensValue } from './values.ts';

/** Folds each construct of a later version into one token, so that nothing of it is read as something else. */
export function foldPlanned(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as IToken;
    const count = opensValue(out.at(-1)) ? 0 : plannedLength(tokens, i);
    if (count === 0) out.push(token);
    else {
      const end = endOf(tokens[i + count - 1] as IToken);
      const payload: T.PlannedPayload = { word: token };
      out.push({ ...makeToken(T.PlannedConstruct, startOf(token), end, context.text), payload });
    }
    i += Math.max(1, count);
  }
  return out;
}

/** How many tokens, from this one on, belong to a planned construct: 0 where none starts. */
function plannedLength(tokens: readonly IToken[], i: number): number {
  const [word, next, third, fourth] = tokens.slice(i, i + 4);
  if (word?.tokenType !== T.Word || next?.tokenType !== T.QuotedString) return 0;
  if (word.image === 'mount') return third?.image === 'to' && fourth?.tokenType === T.QuotedString ? 4 : 2;
  return 0;
}
