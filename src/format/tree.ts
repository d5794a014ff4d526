import type { TokenType } from 'chevrotain';
import * as T from '../syntax/tokens.ts';
import { isLineComment, type Lexeme } from './lexemes.ts';

/**
 * What the formatter sees of a flow: entries, what is in brackets, and comments where they are. The types of the parser's tokens
 * are enough for it: an entry begins with one of few types, and a brace always encloses entries.
 */
export interface Group {
  readonly kind: 'group';
  readonly open: '{' | '[' | '';
  /** Comments after the opening bracket, on its line. */
  readonly head: readonly Lexeme[];
  readonly members: readonly Member[];
  /** Was it written on several lines? */
  readonly broken: boolean;
}

/** An entry, an item of a list, or a comment that has its lines to itself, and no parts. */
export interface Member {
  /** Is there at least one empty line before it? */
  readonly apart: boolean;
  /** Comments before it, on its line; or the comment that it is. */
  readonly before: readonly Lexeme[];
  readonly parts: readonly Part[];
  /** Comments after it, on its line. */
  readonly after: readonly Lexeme[];
}

export type Part = Lexeme | Group;

export const isGroup = (part: Part): part is Group => 'kind' in part;

const STARTS: readonly (TokenType | undefined)[] = [
  T.CrflowKeyword,
  T.WorkflowKeyword,
  T.ParamKeyword,
  T.LetKeyword,
  T.IncludeKeyword,
  T.SiteKeyword,
  T.ClauseVerb,
  T.Key,
];

/** The whole file is a group without brackets. */
export function treeOf(lexemes: readonly Lexeme[]): Group {
  return readGroup(lexemes, 0, '').group;
}

interface Draft {
  apart: boolean;
  before: Lexeme[];
  parts: Part[];
  after: Lexeme[];
}

/** Reads from `from`, which is after the opening bracket, to after the closing one. */
function readGroup(lexemes: readonly Lexeme[], from: number, open: Group['open'], moved: Lexeme[] = []) {
  const members: Draft[] = [];
  const head: Lexeme[] = [];
  const own = (one: Lexeme): Draft => ({ apart: one.lineEnds > 1, before: [one], parts: [], after: [] });
  // Only one comment to the end of the line fits there.
  for (const one of moved) {
    if (head.some(isLineComment)) members.push(own(one));
    else head.push(one);
  }
  const closes = (one: Lexeme | undefined) =>
    one === undefined || one.type === (open === '[' ? T.RightBracket : T.RightBrace);
  const fitsHead = (one: Lexeme) =>
    open !== '' && one.lineEnds === 0 && members.length === 0 && !head.some(isLineComment);
  /** The entry or item that is being read, or to which comments on its line belong. */
  let current: Draft | undefined;
  let before: Lexeme[] = [];
  let broken = moved.some(isLineComment);
  let at = from;
  for (; !closes(lexemes[at]); at++) {
    const one = lexemes[at] as Lexeme;
    broken ||= one.lineEnds > 0 || one.text.includes('\n') || isLineComment(one);
    if (one.type === undefined) {
      const next = nextToken(lexemes, at);
      const ends = closes(next) || (open === '[' ? next?.type === T.Comma : STARTS.includes(next?.type));
      const isLast = endsLine(lexemes, at, closes);
      if (current !== undefined && !ends) current.parts.push(one);
      else if (one.lineEnds === 0 && current !== undefined) current.after.push(one);
      else if (isLast && fitsHead(one)) head.push(one);
      else if (isLast) {
        members.push(own(one));
        current = undefined;
      } else before.push(one);
      continue;
    }
    if (open === '[' && one.type === T.Comma) {
      current = undefined;
      // A comment after the comma, on its line, belongs to the item before it.
      while (isTrailing(lexemes, at + 1)) {
        at += 1;
        members.at(-1)?.after.push(lexemes[at] as Lexeme);
        broken = true;
      }
      continue;
    }
    if (current === undefined || (open !== '[' && STARTS.includes(one.type))) {
      const first = before[0] ?? one;
      current = { apart: first.lineEnds > 1, before, parts: [], after: [] };
      members.push(current);
      before = [];
    }
    const bracket = one.type === T.LeftBrace ? '{' : one.type === T.LeftBracket ? '[' : undefined;
    if (bracket === undefined) current.parts.push(one);
    else {
      const comments = bracket === '{' ? popComments(current.parts) : [];
      const inner = readGroup(lexemes, at + 1, bracket, comments);
      current.parts.push(inner.group);
      broken ||= inner.group.broken;
      at = inner.at;
    }
  }
  for (const one of before) members.push(own(one));
  broken ||= (lexemes[at]?.lineEnds ?? 0) > 0;
  const group: Group = { kind: 'group', open, head, members, broken };
  return { group, at };
}

function nextToken(lexemes: readonly Lexeme[], from: number): Lexeme | undefined {
  let at = from + 1;
  while (lexemes[at] !== undefined && lexemes[at]?.type === undefined) at += 1;
  return lexemes[at];
}

/** Does no token follow this comment on its line? */
function endsLine(
  lexemes: readonly Lexeme[],
  from: number,
  closes: (one: Lexeme | undefined) => boolean,
): boolean {
  for (let at = from; ; at++) {
    const [one, next] = [lexemes[at] as Lexeme, lexemes[at + 1]];
    if (isLineComment(one) || next === undefined || next.lineEnds > 0 || closes(next)) return true;
    if (next.type !== undefined) return false;
  }
}

/** Is it a comment that ends its line, on the line of what precedes it? */
function isTrailing(lexemes: readonly Lexeme[], at: number): boolean {
  const [one, next] = [lexemes[at], lexemes[at + 1]];
  if (one?.type !== undefined || one === undefined || one.lineEnds > 0) return false;
  return isLineComment(one) || next === undefined || next.lineEnds > 0;
}

/** Takes the comments from the end of the parts: they go behind the brace that follows. */
function popComments(parts: Part[]): Lexeme[] {
  const from = parts.findLastIndex((part) => isGroup(part) || part.type !== undefined) + 1;
  return parts.splice(from) as Lexeme[];
}
