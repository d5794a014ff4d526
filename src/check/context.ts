import type { Report } from '../diagnostics/define.ts';
import { quote } from '../diagnostics/words.ts';
import type { StringValue, Value } from '../model/ast.ts';
import type { Span } from '../model/span.ts';
import type { KeySpec } from './vocabulary.ts';

/** What every check of one file shares. */
export interface Context {
  readonly report: Report;
  /** Names that a `param` or `let` would declare: their uses are silent, for the declaration was reported. */
  readonly declared: ReadonlySet<string>;
  /** Keys of the workflow at hand that were found in the wrong place: they are not missing in the right one. */
  readonly misplaced: Set<string>;
}

/** A key's value that was found right, and where it stands. */
export interface Given<T> {
  readonly value: T;
  /** The value's place, for carets. */
  readonly span: Span;
}

/** What a value is read for. */
export interface Target {
  readonly key: string;
  readonly spec: KeySpec;
}

/** Was some of it not readable? Then nothing is said of the whole. */
export function isBroken(value: Value): boolean {
  return value.kind === 'missing' || (value.kind === 'list' && value.items.some(isBroken));
}

/** A value as a sentence names it: "a string", "the word `x`". */
export function describeValue(value: Value): string {
  switch (value.kind) {
    case 'string':
      return 'a string';
    case 'number':
      return quote(value.text);
    case 'word':
      return `the word ${quote(value.text)}`;
    case 'list':
      return 'a list';
    case 'missing':
      return 'nothing';
  }
}

export function textOf(value: StringValue): string {
  return value.segments.map((segment) => segment.text).join('');
}

/** Where characters `[from, to)` of the string's text stand in the source. */
export function spanInside(value: StringValue, from: number, to: number): Span {
  let offset = 0;
  let start: number | undefined;
  let end = value.span.end;
  for (const { text, escaped, span } of value.segments) {
    const next = offset + text.length;
    if (start === undefined && from < next) start = escaped ? span.start : span.start + (from - offset);
    if (to <= next) {
      end = escaped ? span.end : span.start + (to - offset);
      break;
    }
    offset = next;
  }
  return { start: start ?? value.span.start, end };
}
