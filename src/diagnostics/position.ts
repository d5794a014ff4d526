import type { Source, Span } from '../model/span.ts';

/** A place as people count: both from 1, columns in code points (a tab is one, an emoji is one). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The lines of one text. Built once per source; then every look-up is a binary search. */
export interface Lines {
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly starts: readonly number[];
}

/** Lines end with LF; a CR before it belongs to the line's end, and a byte order mark to no line. */
export function linesOf(text: string): Lines {
  const starts = [text.startsWith('\uFEFF') ? 1 : 0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return { text, starts };
}

/** 0-based number of the line that holds `offset`. */
export function lineAt(lines: Lines, offset: number): number {
  let low = 0;
  let high = lines.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The range of a line (0-based), without its line end. */
export function lineSpan(lines: Lines, line: number): Span {
  const start = lines.starts[line] ?? lines.text.length;
  const next = lines.starts[line + 1];
  let end = next === undefined ? lines.text.length : next - 1;
  if (end > start && lines.text[end - 1] === '\r') end -= 1;
  return { start, end };
}

/** Line and column of an offset into the text; an offset past the end is the end. */
export function positionAt(lines: Lines, offset: number): Position {
  const inside = Math.min(Math.max(offset, 0), lines.text.length);
  const line = lineAt(lines, inside);
  const start = lines.starts[line] ?? 0;
  return { line: line + 1, column: codePoints(lines.text, start, inside) + 1 };
}

/** Code points between two offsets; counted in place, since a line of 400,000 characters may have a thousand findings. */
function codePoints(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; count++) {
    const isPair = at + 1 < end && (text.codePointAt(at) ?? 0) > 0xffff;
    at += isPair ? 2 : 1;
  }
  return count;
}

/** The column of an offset in UTF-16 units, from 1. */
export function utf16ColumnAt(lines: Lines, offset: number): number {
  const inside = Math.min(Math.max(offset, 0), lines.text.length);
  return inside - (lines.starts[lineAt(lines, inside)] ?? 0) + 1;
}

/** `file:line:column`. */
export function placeOf(source: Source, offset: number, lines: Lines = linesOf(source.text)): string {
  const { line, column } = positionAt(lines, offset);
  return `${source.name}:${line}:${column}`;
}
