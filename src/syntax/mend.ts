import type { IToken } from 'chevrotain';
import { syntax } from '../diagnostics/syntax.ts';
import { formOf } from '../language/vocabulary/index.ts';
import { type Context, endOf, makeToken, retype, sameLine, spanOf, startOf } from './context.ts';
import * as T from './tokens.ts';
import { isItemAt } from './values.ts';

/** Broken values of several tokens: lists without their bracket, and a second `=` on the line. */
export function mendValues(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as IToken;
    const used = out.at(-1)?.tokenType === T.Equals ? mendOne(tokens, i, out, context) : 0;
    if (used === 0) out.push(token);
    i += Math.max(1, used);
  }
  return out;
}

/** Repairs a value that starts at `i`; returns how many tokens it has used, 0 if nothing is wrong. */
function mendOne(tokens: readonly IToken[], i: number, out: IToken[], context: Context): number {
  return (
    openList(tokens, i, out, context) ||
    secondEquals(tokens, i, out, context) ||
    bareText(tokens, i, out, context)
  );
}

/** `load = "a", "b"]`: the opening bracket is missing, perhaps the closing one as well. */
function openList(tokens: readonly IToken[], i: number, out: IToken[], context: Context): number {
  const isItem = (at: number) => isItemAt(tokens, at);
  let at = i;
  while (isItem(at) && tokens[at + 1]?.tokenType === T.Comma && isItem(at + 2)) at += 2;
  if (at === i) return 0;
  const [first, last] = [tokens[i] as IToken, tokens[at] as IToken];
  const items = tokens.slice(i, at + 1).filter((_, n) => n % 2 === 0);
  const isList = tokens[at + 1]?.tokenType === T.RightBracket;
  const found = { start: startOf(first), end: endOf(last) };
  context.report(syntax.noBracket, found, severalOf(out.at(-2)?.image ?? '', items, isList));
  out.push(retype(first, T.BrokenValue));
  return at - i + (tokens[at + 1]?.tokenType === T.RightBracket ? 2 : 1);
}

/** How a key takes several values: as a list, as one text with commas, or not at all. */
function severalOf(key: string, items: readonly IToken[], isList: boolean) {
  const plain = items.every(({ tokenType }) => PLAIN.includes(tokenType));
  const texts = items.map(({ image }) => image.replace(/^"|"$/g, ''));
  const form = formOf(key);
  if (form === 'bare') return { key, kind: 'one' as const, texts: plain ? texts.slice(0, 1) : [] };
  if (isList || form === 'list') return { key, kind: 'list' as const, texts: plain ? texts : [] };
  return { key, kind: 'text' as const, texts: plain ? texts : [] };
}

const PLAIN = [T.QuotedString, T.Word, T.NumberLike, T.Junk];

/**
 * `qos = preempt = 2h` on one line: either the value of the first `=` or the key of the second is missing, and only
 * the author knows which. Neither is used.
 */
function secondEquals(tokens: readonly IToken[], i: number, out: IToken[], context: Context): number {
  const [word, equals, value] = tokens.slice(i, i + 3) as [IToken, IToken | undefined, IToken | undefined];
  if (word.tokenType !== T.Word || equals?.tokenType !== T.Equals) return 0;
  const before = out.at(-1);
  if (
    out.at(-2)?.tokenType !== T.Word ||
    before === undefined ||
    !sameLine(context, before, word) ||
    !sameLine(context, word, equals)
  )
    return 0;
  context.report(syntax.secondEquals, spanOf(equals), { word: word.image });
  out.push(retype(word, T.BrokenValue));
  const isValue = value !== undefined && isItemAt(tokens, i + 2);
  if (!isValue) return 2;
  // Left where no entry can be, it marks the block as not read to the end.
  out.push(makeToken(T.BrokenValue, startOf(equals), endOf(value), context.text));
  return 3;
}

/** `run = ./solve a.inp`: a text of several words without its quotes. */
function bareText(tokens: readonly IToken[], i: number, out: IToken[], context: Context): number {
  const first = tokens[i] as IToken;
  const key = out.at(-2)?.image ?? '';
  const form = formOf(key);
  const isText = form === 'quoted' || (form === undefined && first.tokenType === T.Junk);
  if (!isText || context.reported.has(startOf(first))) return 0;
  let at = i;
  while (isPartOfText(tokens, at) && sameLine(context, first, tokens[at] as IToken)) at += 1;
  if (at - i < 2) return 0;
  const whole = { start: startOf(first), end: endOf(tokens[at - 1] as IToken) };
  const text = context.text.slice(whole.start, whole.end);
  if (/["\\]|\/\/|\/\*/.test(text)) return 0;
  const isSure = key === 'run';
  context.report(syntax.unquotedText, whole, { texts: [text], example: `"${text}"`, isSure });
  context.reported.add(whole.start);
  out.push(makeToken(T.BrokenValue, whole.start, whole.end, context.text));
  return at - i;
}

function isPartOfText(tokens: readonly IToken[], at: number): boolean {
  const type = tokens[at]?.tokenType;
  return (
    type !== undefined &&
    [T.Word, T.NumberLike, T.Junk, T.Comma].includes(type) &&
    (type === T.Comma || isItemAt(tokens, at))
  );
}
