import { createTokenInstance, type IToken, type TokenType } from 'chevrotain';
import type { Report } from '../diagnostics/define.ts';
import { type Lines, lineAt } from '../diagnostics/position.ts';
import type { Span } from '../model/span.ts';

/** What every pass over the tokens of one source shares. */
export interface Context {
  /** The source with its control characters and unclosed block strings blanked; same offsets as the source. */
  readonly text: string;
  readonly lines: Lines;
  readonly report: Report;
  /** Starts of block strings that were never closed: their tokens stand for values that cannot be known. */
  readonly holes: ReadonlySet<number>;
  /** Starts of tokens that were complained about: nothing more is said of them. */
  readonly spoken: Set<number>;
  /** For each token that the parser saw, the one before it. */
  readonly before: Map<IToken, IToken>;
  /** A comment that nothing closes has taken the rest of the text: what seems to be missing at the end is in it. */
  readonly cut: boolean;
}

/** Deeper nesting is not parsed: the parser recurses. */
export const DEEPEST = 32;

export function startOf(token: IToken): number {
  return token.startOffset;
}

/** Exclusive, unlike Chevrotain's own `endOffset`, which is not tracked. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

export function spanOf(token: IToken): Span {
  return { start: startOf(token), end: endOf(token) };
}

/** A token of that type over a range of the text; an empty range for one that was only thought of. */
export function makeToken(type: TokenType, start: number, end: number, text: string): IToken {
  const none = Number.NaN;
  return createTokenInstance(type, text.slice(start, end), start, none, none, none, none, none);
}

/** The same text as another type. */
export function retype(token: IToken, type: TokenType): IToken {
  return { ...makeToken(type, 0, 0, ''), image: token.image, startOffset: token.startOffset };
}

export function lineOf(context: Context, token: IToken): number {
  return lineAt(context.lines, startOf(token));
}

/** Does `next` start on the line that `token` ends on? */
export function sameLine(context: Context, token: IToken, next: IToken): boolean {
  return lineAt(context.lines, Math.max(startOf(token), endOf(token) - 1)) === lineOf(context, next);
}

/** Columns of white space that the token's line starts with; a tab counts to the next multiple of 8. */
export function indentOf(context: Context, token: IToken): number {
  let column = 0;
  for (let at = context.lines.starts[lineOf(context, token)] ?? 0; ; at++) {
    const character = context.text[at];
    if (character === ' ') column += 1;
    else if (character === '\t') column += 8 - (column % 8);
    else return column;
  }
}

/** Is there nothing but white space before it on its line? */
export function isFirstOnLine(context: Context, token: IToken): boolean {
  const start = context.lines.starts[lineOf(context, token)] ?? 0;
  return context.text.slice(start, startOf(token)).trim() === '';
}

/** Was something complained about directly after this token, blanks aside? Then that is what is wrong with it. */
export function isBeforeSpoken(context: Context, token: IToken): boolean {
  const { text, spoken } = context;
  let at = endOf(token);
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
  return spoken.has(at < text.length ? at : endOfText(context));
}

/** The offset after the last character that is not white space. */
export function endOfText(context: Context): number {
  return context.text.trimEnd().length;
}
