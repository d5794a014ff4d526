import type { IToken } from 'chevrotain';
import { type Context, endOf, makeToken, sameLine, startOf } from './context.ts';
import * as T from './tokens.ts';
import { opensValue } from './values.ts';

/** Statements that a whole line, or more where brackets are open, belongs to. */
const PLANNED_WITH_NAME = ['param', 'let'];
const PLANNED_WITH_TEXT = ['include', 'site'];

/** Folds each construct of a later version into one token, so that nothing of it is read as something else. */
export function foldPlanned(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as IToken;
    const count = opensValue(out.at(-1)) ? 0 : plannedLength(tokens, i, context);
    if (count === 0) {
      out.push(token);
      i += 1;
      continue;
    }
    const folded = makeToken(
      T.PlannedConstruct,
      startOf(token),
      endOf(tokens[i + count - 1] as IToken),
      context.text,
    );
    const declares = PLANNED_WITH_NAME.includes(token.image) ? tokens[i + 1]?.image : undefined;
    const payload: T.PlannedPayload = { word: token, declares };
    out.push({ ...folded, payload });
    i += count;
  }
  return out;
}

/** How many tokens, from this one on, belong to a planned construct: 0 where none starts. */
function plannedLength(tokens: readonly IToken[], i: number, context: Context): number {
  const [word, next, third, fourth] = tokens.slice(i, i + 4);
  if (word?.tokenType !== T.Word || next === undefined) return 0;
  const text = next.tokenType === T.QuotedString;
  if (word.image === 'mount' && text)
    return third?.image === 'to' && fourth?.tokenType === T.QuotedString ? 4 : 2;
  const named = PLANNED_WITH_NAME.includes(word.image) && next.tokenType === T.Word;
  if (!named && !(PLANNED_WITH_TEXT.includes(word.image) && text)) return 0;
  let depth = 0;
  let at = i + 1;
  for (; at < tokens.length; at++) {
    const [before, token] = [tokens[at - 1] as IToken, tokens[at] as IToken];
    if (depth === 0 && at > i + 1 && !sameLine(context, before, token) && !goesOn(before)) break;
    depth += depthOf(token);
    if (depth < 0) break;
  }
  return at - i;
}

/** Brackets that it opens less those that it closes; parentheses are not of this language yet, and come as text. */
function depthOf(token: IToken): number {
  if (token.tokenType === T.LeftBrace || token.tokenType === T.LeftBracket) return 1;
  if (token.tokenType === T.RightBrace || token.tokenType === T.RightBracket) return -1;
  if (token.tokenType !== T.Junk) return 0;
  return [...token.image].reduce((sum, one) => sum + (one === '(' ? 1 : one === ')' ? -1 : 0), 0);
}

/** Does what ends a line call for another? */
function goesOn(token: IToken): boolean {
  return opensValue(token) || (token.tokenType === T.Junk && /[-+*/(]$/.test(token.image));
}
