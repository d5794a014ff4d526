import type { IToken } from 'chevrotain';
import { syntax } from '../diagnostics/syntax.ts';
import {
  closeMissing,
  closeSilently,
  dropStray,
  isCloser,
  isList,
  isOpener,
  type Open,
  pushOpen,
  say,
  sayUnclosed,
  type Try,
} from './bracket-state.ts';
import {
  type Context,
  DEEPEST,
  endOf,
  endOfText,
  indentOf,
  isFirstOnLine,
  LOOKAHEAD,
  lineOf,
  makeToken,
  startOf,
} from './context.ts';
import * as T from './tokens.ts';

/**
 * Makes brackets match, so that one mistake is reported once, where it is, and the parser never sees it.
 * If they do not match, the indentation decides which bracket is wrong; if the indentation makes no sense of the text
 * either, only the count decides.
 */
export function balance(tokens: readonly IToken[], context: Context): IToken[] {
  const plain = match(tokens, context, false);
  const layout = plain.cost === 0 ? plain : match(tokens, context, true);
  const best = layout.sane && layout.cost <= plain.cost ? layout : plain;
  for (const finding of best.findings) finding();
  return best.out;
}

function match(tokens: readonly IToken[], context: Context, byLayout: boolean): Try {
  const count = (type: unknown) => tokens.filter((token) => token.tokenType === type).length;
  const deficit = count(T.LeftBrace) - count(T.RightBrace);
  const start = { context, cost: 0, deficit, sane: true, skipping: undefined };
  const now: Try = { ...start, out: [], stack: [], findings: [] };
  tokens.forEach((token, i) => {
    if (skips(now, token)) return;
    const inList = isList(now.stack.at(-1)?.token);
    if (inList && ENDS_LIST.includes(token.tokenType)) closeMissing(now);
    if (token.tokenType === T.WorkflowKeyword) while (now.stack.length > 0) closeMissing(now);
    if (byLayout && droppedByLayout(now, tokens, i)) return;
    if (isOpener(token)) open(now, token, tokens[i + 1]);
    else if (isCloser(token)) close(now, token);
    else now.out.push(token);
  });
  finish(now);
  return now;
}

/** These cannot be in a list, so it must have ended before them. */
const ENDS_LIST = [
  T.Key,
  T.LeftBrace,
  T.RightBrace,
  T.WorkflowKeyword,
  T.ParamKeyword,
  T.LetKeyword,
  T.IncludeKeyword,
  T.SiteKeyword,
  T.Clause,
];

/** Skips a group that is not read; true while inside. */
function skips(now: Try, token: IToken): boolean {
  const { skipping } = now;
  if (skipping === undefined) return false;
  if (isOpener(token)) skipping.depth += 1;
  if (isCloser(token)) skipping.depth -= 1;
  if (skipping.depth === 0) endSkip(now, endOf(token));
  return true;
}

/** Too deep leaves an empty pair; out of place leaves one piece of text, about which the parser complains. */
function endSkip(now: Try, end: number): void {
  const { skipping, context, out } = now;
  if (skipping === undefined) return;
  const { opener, orphan } = skipping;
  now.skipping = undefined;
  if (orphan) {
    out.push(makeToken(T.Junk, startOf(opener), Math.max(end, endOf(opener)), context.text));
    return;
  }
  out.push(opener, makeToken(isList(opener) ? T.RightBracket : T.RightBrace, end, end, context.text));
}

/** Closes what has ended according to the indentation; true if that says that this closing brace is superfluous. */
function droppedByLayout(now: Try, tokens: readonly IToken[], i: number): boolean {
  const { context, stack } = now;
  const token = tokens[i] as IToken;
  const isBrace = token.tokenType === T.RightBrace;
  if (!isFirstOnLine(context, token)) {
    const stray =
      isBrace &&
      (continuesBelow(stack.at(-1), token, tokens[i + 1], context) || isExtraClosing(now, tokens, i));
    if (stray) dropStray(now, token);
    return stray;
  }
  const [indent, line] = [indentOf(context, token), lineOf(context, token)];
  // A line that is indented no more than an open block's first line is outside of that block, except for the block's own `}`.
  const isOver = (one: Open) =>
    one.line < line && (isCloser(token) ? one.indent > indent : one.indent >= indent);
  for (let top = stack.at(-1); top !== undefined && isOver(top); top = stack.at(-1)) closeMissing(now);
  if (stack.length === 0 && token.tokenType === T.Key) now.sane = false;
  const top = stack.at(-1);
  const stray = isBrace && top !== undefined && top.line < line && top.indent < indent;
  if (stray) dropStray(now, token);
  return stray;
}

/** The rest of the line closes more braces than it opened: the first of them is treated as the mistake. */
function isExtraClosing({ stack, context }: Try, tokens: readonly IToken[], i: number): boolean {
  const line = lineOf(context, tokens[i] as IToken);
  const opened = stack.filter((one) => one.line === line).length;
  let closing = 0;
  for (const token of tokens.slice(i + 1, i + 1 + LOOKAHEAD)) {
    if (lineOf(context, token) !== line) break;
    if (token.tokenType === T.RightBrace) closing += 1;
    if (token.tokenType === T.LeftBrace) closing -= 1;
  }
  return opened > 0 && closing >= opened;
}

/** Inside a block of several lines, where what follows is indented like the block's contents, or closes it. */
function continuesBelow(
  open: Open | undefined,
  token: IToken,
  next: IToken | undefined,
  context: Context,
): boolean {
  if (open === undefined || next === undefined || open.line === lineOf(context, token)) return false;
  if (!isFirstOnLine(context, next))
    return lineOf(context, next) === lineOf(context, token) && !isCloser(next);
  const indent = indentOf(context, next);
  return indent > open.indent || (isCloser(next) && indent === open.indent);
}

function open(now: Try, token: IToken, next: IToken | undefined): void {
  const { out } = now;
  if (token.tokenType === T.LeftBrace && !mayOpen(now, next)) {
    if (now.deficit <= 0) now.skipping = { opener: token, depth: 1, orphan: true };
    else {
      now.deficit -= 1;
      now.cost += 1;
      say(now, syntax.unexpected, token, { found: '`{`', expected: 'an entry' });
    }
  } else if (now.stack.length >= DEEPEST) {
    say(now, syntax.tooDeep, token, { limit: DEEPEST });
    now.skipping = { opener: token, depth: 1, orphan: false };
  } else {
    const [key, equals] = out.slice(-2);
    if (token.tokenType === T.LeftBrace && equals?.tokenType === T.Equals && key !== undefined) {
      say(now, syntax.equalsBeforeBlock, equals, { key: key.image });
      out.pop();
    }
    pushOpen(now, token);
  }
}

/** A `{` may follow a key, a workflow's name, and (with a finding) `key =`; an entry follows it. */
function mayOpen({ out, deficit }: Try, next: IToken | undefined): boolean {
  const [beforeThat, before] = [out.at(-2)?.tokenType, out.at(-1)?.tokenType];
  if (deficit > 0 && next !== undefined && NEVER_FIRST.includes(next.tokenType)) return false;
  if (before === T.Key) return true;
  if (before === T.Word) return beforeThat === T.WorkflowKeyword;
  return before === T.Equals && beforeThat === T.Key;
}

/** No block starts with these. */
const NEVER_FIRST = [T.Equals, T.QuotedString, T.BlockString, T.NumberLike, T.LeftBracket, T.LeftBrace];

function close(now: Try, token: IToken): void {
  const top = now.stack.at(-1);
  if (top === undefined || isList(top.token) !== (token.tokenType === T.RightBracket)) {
    dropStray(now, token);
    return;
  }
  now.stack.pop();
  now.out.push(token);
}

/** All brackets that are still open at the end are one mistake, shown at the innermost. */
function finish(now: Try): void {
  const { context, stack, skipping } = now;
  const tooDeep = skipping !== undefined && !skipping.orphan;
  endSkip(now, endOfText(context));
  const inner = stack.at(-1);
  if (inner !== undefined && !tooDeep && !context.cut) {
    now.cost += stack.length;
    sayUnclosed(now, inner, stack.slice(0, -1));
    // Whatever else is missing at the end of the text is part of the same mistake.
    now.findings.push(() => context.reported.add(endOfText(context)));
  }
  while (stack.length > 0) closeSilently(now);
}
