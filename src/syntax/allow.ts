import { greatest } from '../model/greatest.ts';
import type { Span } from '../model/span.ts';
import { tokenize } from './tokenize.ts';

/** A comment that allows a warning: `// crc: allow CRF311 because …`. */
export interface Allowed {
  /** Undefined for a comment to crc that says something else. */
  readonly code: string | undefined;
  /** Of the code, or else of the comment. */
  readonly span: Span;
  readonly hasReason: boolean;
  /** Where warnings are allowed: the line of the comment, or, if nothing else is on that, the next one; with all of a string that begins there. */
  readonly range: Span;
}

const COMMENT = /\/\*[\s\S]*?(?:\*\/|$)|(\/\/[^\r\n]*)/g;
const TO_CRC = /^\/\/\s*crc:\s*/;
const ALLOW = /^allow\s+((?:[\w-]+\s*,\s*)*[\w-]+)(?:\s+because\s+(\S.*))?\s*$/;

/** All such comments of a flow, in order; one with two codes counts as two. */
export function allowedIn(text: string): readonly Allowed[] {
  if (!/\/\/\s*crc:/.test(text)) return [];
  const tokens = tokenize(text).map(({ startOffset: start, image }) => ({
    start,
    end: start + image.length,
  }));
  const found: Allowed[] = [];
  let from = 0;
  for (const next of [...tokens, { start: text.length, end: text.length }]) {
    for (const { index, 1: comment } of text.slice(from, next.start).matchAll(COMMENT))
      if (comment !== undefined && TO_CRC.test(comment))
        for (const one of read(comment, from + index, rangeOf(from + index, text, tokens))) found.push(one);
    from = next.end;
  }
  return found;
}

function read(comment: string, start: number, range: Span): Allowed[] {
  const head = TO_CRC.exec(comment)?.[0].length ?? 0;
  const [, codes, reason] = ALLOW.exec(comment.slice(head)) ?? [];
  const hasReason = reason !== undefined;
  if (codes === undefined)
    return [{ code: undefined, span: { start, end: start + comment.trimEnd().length }, hasReason, range }];
  const first = start + comment.indexOf(codes, head);
  return [...codes.matchAll(/[\w-]+/g)].map(({ index, 0: code }) => ({
    ...{ code, hasReason, range },
    span: { start: first + index, end: first + index + code.length },
  }));
}

function rangeOf(comment: number, text: string, tokens: readonly Span[]): Span {
  const lineStart = text.lastIndexOf('\n', comment - 1) + 1;
  const before = tokens.filter(({ start, end }) => end > lineStart && start < comment);
  const next = tokens.find(({ start }) => start > comment);
  const [first] = before;
  if (first !== undefined) return { start: Math.min(first.start, lineStart), end: comment };
  if (next === undefined) return { start: comment, end: comment };
  const lineEnd = endOfLine(text, next.start);
  const own = tokens.filter(({ start }) => start >= next.start && start < lineEnd);
  return {
    start: next.start,
    end: greatest(
      own.map(({ end }) => end),
      lineEnd,
    ),
  };
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end;
}
