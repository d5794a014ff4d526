import type { StringSegment, StringValue } from './ast.ts';
import type { Span } from './span.ts';

/** The text of a string, without its quotes. */
export function textOf(value: StringValue): string {
  return value.segments.map((segment) => segment.text).join('');
}

/** The span in the source of characters `[from, to)` of the string's text. */
export function spanInside(value: StringValue, from: number, to: number): Span {
  const { segments } = value;
  const starts = startsOf(segments);
  // The first segment that ends after `from`, and the first that reaches `to`.
  const last = firstWhere(segments.length, (i) => to <= (starts[i + 1] ?? 0));
  const first = firstWhere(last, (i) => from < (starts[i + 1] ?? 0));
  const [opening, closing] = [segments[first], segments[last]];
  const startsThere = opening !== undefined && from < (starts[first + 1] ?? 0);
  return {
    start: startsThere ? spanOfPart(opening, from - (starts[first] ?? 0), from).start : value.span.start,
    end: closing === undefined ? value.span.end : spanOfPart(closing, 0, to - (starts[last] ?? 0)).end,
  };
}

/** Cached: rules ask for the place of each command in a text, and a text with n {{names}} has n segments. */
const known = new WeakMap<readonly StringSegment[], readonly number[]>();

/** Where each segment begins in the text of a string, and finally where the text ends. */
function startsOf(segments: readonly StringSegment[]): readonly number[] {
  const before = known.get(segments);
  if (before !== undefined) return before;
  const starts = [0];
  for (const [i, { text }] of segments.entries()) starts.push((starts[i] ?? 0) + text.length);
  known.set(segments, starts);
  return starts;
}

/** The first index below `count` for which `holds` is true, as it is for all after it; `count` if there is none. */
function firstWhere(count: number, holds: (i: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The span of characters `[from, to)` of the segment; of the whole segment if it is not the source's own text. */
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
