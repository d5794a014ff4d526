import type { StringSegment, StringValue } from './ast.ts';
import type { Span } from './span.ts';

/** The text of a string, without its quotes. */
export function textOf(value: StringValue): string {
  return value.segments.map((segment) => segment.text).join('');
}

/** Where characters `[from, to)` of the string's text stand in the source. */
export function spanInside(value: StringValue, from: number, to: number): Span {
  let offset = 0;
  let start: number | undefined;
  let end = value.span.end;
  for (const segment of value.segments) {
    const next = offset + segment.text.length;
    if (start === undefined && from < next) start = spanOfPart(segment, from - offset, next).start;
    if (to <= next) {
      end = spanOfPart(segment, 0, to - offset).end;
      break;
    }
    offset = next;
  }
  return { start: start ?? value.span.start, end };
}

/** Where characters `[from, to)` of the segment stand: all of it, where it is not the source's own text. */
export function spanOfPart({ escaped, inserted, span }: StringSegment, from: number, to: number): Span {
  return escaped || inserted ? span : { start: span.start + from, end: span.start + to };
}

/** From the first character of a string's text to the end of its last line: the quotes are not in it. */
export function contentSpan(value: StringValue): Span {
  const first = value.segments[0]?.span.start ?? value.span.start;
  const last = value.segments.findLast(({ text }) => text.trim() !== '');
  if (last === undefined) return { start: first, end: first };
  return { start: first, end: last.text.endsWith('\n') ? last.span.end - 1 : last.span.end };
}
