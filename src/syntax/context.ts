import type { IToken, TokenType } from 'chevrotain';
import type { Report } from '../diagnostics/define.ts';
import { type Lines, lineAt, lineSpan } from '../diagnostics/position.ts';
import type { Span } from '../model/span.ts';

/** What every pass over the tokens of one source shares. */
export interface Context {
  /** The source with its control characters and unclosed block strings blanked; same offsets as the source. */
  readonly text: string;
  readonly lines: Lines;
  readonly report: Report;
  /** Starts of block strings that were never closed: their tokens replace values that cannot be known. */
  readonly unclosedAt: ReadonlySet<number>;
  /** Starts of tokens that were reported: nothing more is said about them. */
  readonly reported: Set<number>;
  /** For each token that the parser saw, the one before it. */
  readonly before: Map<IToken, IToken>;
  /** An unclosed comment has swallowed the rest of the text, including what seems to be missing at the end. */
  readonly cut: boolean;
  /** What is known about lines that were examined already: each token of a line asks for it. */
  readonly heads: Map<number, LineHead>;
  /** The offset after the last token. */
  readonly end: number;
}

/** The beginning of a line. */
interface LineHead {
  /** Columns of white space; a tab counts to the next multiple of 8. */
  readonly indent: number;
  /** Offset of the first character that is not white space, or of the line's end. */
  readonly first: number;
}

/** Deeper nesting is not parsed: the parser recurses. */
export const DEEPEST = 32;

/** How many tokens ahead a bracket is searched for: no sensible line has more. */
export const LOOKAHEAD = 100;

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

/** A token of that type. Lines and ends are not tracked; Chevrotain's number of the type is filled in when its parser is needed. */
export const tokenOf = (tokenType: TokenType, image: string, startOffset: number): IToken =>
  ({ image, startOffset, tokenTypeIdx: tokenType.tokenTypeIdx, tokenType }) as IToken;

/** A token of that type over a range of the text; an inserted token has an empty range. */
export function makeToken(type: TokenType, start: number, end: number, text: string): IToken {
  return tokenOf(type, text.slice(start, end), start);
}

/** The same text with another type. */
export function retype(token: IToken, type: TokenType): IToken {
  return tokenOf(type, token.image, token.startOffset);
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
  return headOf(context, lineOf(context, token)).indent;
}

/** Is it preceded only by white space on its line? */
export function isFirstOnLine(context: Context, token: IToken): boolean {
  return startOf(token) <= headOf(context, lineOf(context, token)).first;
}

/** Looked up once per line: otherwise, a line with very many blanks would cost its length for each of its tokens. */
function headOf({ text, lines, heads }: Context, line: number): LineHead {
  const known = heads.get(line);
  if (known !== undefined) return known;
  const { start, end } = lineSpan(lines, line);
  let indent = 0;
  let at = start;
  for (; text[at] === ' ' || text[at] === '\t'; at++) indent += text[at] === ' ' ? 1 : 8 - (indent % 8);
  const head = { indent, first: end - text.slice(at, end).trimStart().length };
  heads.set(line, head);
  return head;
}

/** The text between two tokens. */
const BETWEEN = /(?:[ \t\r\n]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;

/** Was something reported directly after this token, apart from blanks and comments? Then that is its mistake. */
export function isBeforeReported(context: Context, token: IToken): boolean {
  const { text, reported } = context;
  BETWEEN.lastIndex = endOf(token);
  const at = endOf(token) + (BETWEEN.exec(text)?.[0].length ?? 0);
  return reported.has(Math.min(at, endOfText(context)));
}

/** The offset after the last token. */
export function endOfText(context: Context): number {
  return context.end;
}
