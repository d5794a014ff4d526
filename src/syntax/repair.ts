import type { IToken } from 'chevrotain';
import type { Report } from '../diagnostics/define.ts';
import { syntax } from '../diagnostics/syntax.ts';
import { mayBeClause } from './clauses.ts';
import { type Context, endOf, makeToken, retype, sameLine, spanOf, startOf } from './context.ts';
import { EXPORTS } from './mistakes.ts';
import { joinQuotes } from './quotes.ts';
import * as T from './tokens.ts';
import { isItemAt, opensValue } from './values.ts';
import { valueAt } from './written.ts';

/**
 * Mistakes that are clear from a token and its neighbours: each is reported and corrected, so that the parser reads
 * on as if it had not been made.
 */
export function repairTokens(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  const joined = joinQuotes(tokens, context);
  let depth = 0;
  joined.forEach((token, i) => {
    depth = depthAfter(token, depth);
    if (isExport(joined, i, out.at(-1), context)) {
      context.report(syntax.noEquals, spanOf(token), {
        word: token.image,
        value: undefined,
        before: joined[i + 1]?.image,
      });
      return;
    }
    const beforeThat = out.at(-2);
    // `interval: 10min, lead: 2min`: outside of a list, what follows a comma is a key.
    const isKey = beforeThat?.tokenType === T.Comma && depth === 0;
    const fixed = repairOne(token, out.at(-1), joined[i + 1], context, isKey ? undefined : beforeThat);
    if (fixed !== undefined) out.push(fixed);
  });
  return mergeUnits(joinColons(dropSeparators(out, context), context), context);
}

/** `export NAME = …`, as in shells: the word before the key has no meaning here. */
function isExport(
  tokens: readonly IToken[],
  i: number,
  before: IToken | undefined,
  context: Context,
): boolean {
  const [word, name, equals] = tokens.slice(i, i + 3) as [IToken, IToken | undefined, IToken | undefined];
  if (word.tokenType !== T.Word || !EXPORTS.includes(word.image)) return false;
  const isKey = name?.tokenType === T.Word && equals?.tokenType === T.Equals;
  return isKey && !opensValue(before) && sameLine(context, word, name);
}

/** How many lists are open after the token. */
function depthAfter({ tokenType: type }: IToken, depth: number): number {
  if (type === T.LeftBracket) return depth + 1;
  if (type === T.RightBracket) return Math.max(0, depth - 1);
  return ENDS_LISTS.includes(type) ? 0 : depth;
}

/** Drops commas outside of lists; one between two values stays, because there the list's bracket is missing. */
function dropSeparators(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  let depth = 0;
  tokens.forEach((token, i) => {
    const type = token.tokenType;
    depth = depthAfter(token, depth);
    const inList = depth > 0;
    const between = isItemAt(out, out.length - 1) && isItemAt(tokens, i + 1);
    const right = type !== T.Comma || (token.image === ',' && inList);
    if (right || inList || between) out.push(token);
    if (right || (between && !inList)) return;
    context.report(syntax.separator, spanOf(token), { text: token.image, inList });
    context.reported.add(startOf(token));
  });
  return out;
}

const ENDS_LISTS = [T.LeftBrace, T.RightBrace, T.Equals];
function repairOne(
  token: IToken,
  before: IToken | undefined,
  after: IToken | undefined,
  context: Context,
  beforeThat: IToken | undefined,
): IToken | undefined {
  const at = spanOf(token);
  const report: Report = (...finding) => {
    context.report(...finding);
    context.reported.add(at.start);
  };
  switch (token.tokenType) {
    case T.UnterminatedComment:
      report(syntax.unterminatedComment, { start: at.start, end: at.start + 2 }, undefined);
      return undefined;
    case T.HashComment:
      report(syntax.hashComment, at, { sbatch: /^#SBATCH\b/.test(token.image) });
      return undefined;
    case T.OddSpace:
      report(syntax.oddSpace, at, { character: [...token.image][0] ?? '' });
      return undefined;
    case T.UnterminatedString:
      report(syntax.unterminatedString, at, { typographic: /[“”„]/.test(token.image) });
      return retype(token, T.BrokenValue);
    case T.TypographicString: {
      const content = token.image.length > 1 ? token.image.slice(1, -1) : undefined;
      report(syntax.typographicQuotes, at, { content });
      return retype(token, T.BrokenValue);
    }
    case T.SingleQuoted:
      report(syntax.singleQuotes, at, { content: token.image.slice(1, -1) });
      return retype(token, T.BrokenValue);
    case T.QuotedString:
      return context.unclosedAt.has(at.start) ? retype(token, T.BrokenValue) : token;
    case T.Semicolon:
      // Reported together with the commas, for which it stands.
      return retype(token, T.Comma);
    case T.Junk: {
      // `--licenses = "cfs"`
      const dashes =
        after?.tokenType === T.Equals ? /^--?(?=[A-Za-z][\w-]*$)/.exec(token.image)?.[0].length : 0;
      if (!dashes || opensValue(before)) return token;
      report(syntax.dashedKey, at, { option: token.image.slice(dashes) });
      return makeToken(T.Word, at.start + dashes, at.end, context.text);
    }
    case T.Colon:
      return repairColon(token, before, after, context, beforeThat);
    default:
      return token;
  }
}

/**
 * `key: value`, `key : value` and `key := value` are read as `key = value`; within a value, the colon is part of
 * text without quotes.
 */
function repairColon(
  token: IToken,
  before: IToken | undefined,
  after: IToken | undefined,
  context: Context,
  beforeThat: IToken | undefined,
): IToken | undefined {
  if (before?.tokenType !== T.Word || !sameLine(context, before, token) || opensValue(beforeThat))
    return retype(token, T.Junk);
  // In a clause it does not precede a value: foldClauses handles it.
  if (mayBeClause(before, after)) return retype(token, T.Equals);
  const block = after?.tokenType === T.LeftBrace;
  context.report(syntax.colon, spanOf(token), {
    key: before.image,
    block,
    value: valueAt(context.text, endOf(token), before.image),
  });
  context.reported.add(startOf(token));
  return block || after?.tokenType === T.Equals ? undefined : retype(token, T.Equals);
}

/** `image:tag` without quotes, three adjacent tokens, becomes one piece of text. */
function joinColons(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  for (const token of tokens) {
    const before = out.at(-1);
    const glued = before !== undefined && endOf(before) === startOf(token);
    const textual = [T.Word, T.NumberLike, T.Junk].includes(token.tokenType);
    const starts = before?.tokenType === T.Word && token.image === ':' && token.tokenType === T.Junk;
    const goesOn = before?.tokenType === T.Junk && before.image.includes(':') && textual;
    if (before && glued && (starts || goesOn)) {
      out[out.length - 1] = makeToken(T.Junk, startOf(before), endOf(token), context.text);
    } else out.push(token);
  }
  return out;
}

const UNIT_WORD =
  /^(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|b|bytes?|[kmgt]i?b?|cores?|cpus?|threads?|times?)$/i;

/** `10 min`, `1h 30min`, `8 cores` become one value, so that the checker can say what is wrong with it. */
function mergeUnits(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  tokens.forEach((token, i) => {
    const before = out.at(-1);
    const next = tokens[i + 1];
    const isKey = next?.tokenType === T.Equals || next?.tokenType === T.LeftBrace;
    const inList = out.at(-2)?.tokenType !== T.Equals;
    const unit = token.tokenType === T.Word && UNIT_WORD.test(token.image) && !isKey;
    const merge =
      before?.tokenType === T.NumberLike &&
      opensValue(out.at(-2)) &&
      (unit || (token.tokenType === T.NumberLike && !inList));
    if (merge && sameLine(context, before, token) && onlyBlanks(context, before, token)) {
      out[out.length - 1] = makeToken(T.NumberLike, startOf(before), endOf(token), context.text);
    } else out.push(token);
  });
  return out;
}

function onlyBlanks(context: Context, before: IToken, token: IToken): boolean {
  return context.text.slice(endOf(before), startOf(token)).trim() === '';
}
