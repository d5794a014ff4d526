import type { Span } from './span.ts';

/**
 * The tree that src/syntax builds. It knows the shape of the language (blocks, keys, values) and none of its
 * words: which keys exist and what they take is the checker's. Where the text was broken, `missing` values
 * and absent names stand in, and the checker keeps silent about them: the parser has already spoken.
 */
export interface FlowFile {
  /** The number in `crflow 1`; absent where the line is missing or broken. */
  readonly version: NumberValue | undefined;
  readonly workflows: readonly WorkflowNode[];
  readonly planned: readonly Planned[];
}

export interface Name {
  readonly text: string;
  readonly span: Span;
}

export interface WorkflowNode {
  readonly kind: 'workflow';
  readonly name: Name | undefined;
  readonly entries: readonly Entry[];
  /** Something in it could not be read: what seems to be absent may not be. */
  readonly broken: boolean;
  readonly span: Span;
}

/** `key = value`, or `key { … }`. */
export type Entry = Assignment | Block | Planned;

/**
 * A construct that the language will have, whose shape is known so that the rest can be read past it:
 * `param …`, `let …`, `include "…"`, `site "…"`, `mount "…" to "…"`.
 */
export interface Planned {
  readonly kind: 'planned';
  /** Its first word. */
  readonly key: Name;
  /** The name that a `param` or `let` would give to a value. */
  readonly declares: string | undefined;
  readonly span: Span;
}

export interface Assignment {
  readonly kind: 'assignment';
  readonly key: Name;
  readonly value: Value;
  readonly span: Span;
}

export interface Block {
  readonly kind: 'block';
  readonly key: Name;
  readonly entries: readonly Entry[];
  /** Something in it could not be read: what seems to be absent may not be. */
  readonly broken: boolean;
  readonly span: Span;
}

export type Value = StringValue | NumberValue | WordValue | ListValue | MissingValue;

/**
 * `"…"` with escapes, or `"""…"""`, taken literally with its common indentation removed.
 * The text is the segments' texts joined; an `escaped` segment is one character that was written with a
 * backslash and has lost any meaning that it would have had bare (`\$`).
 */
export interface StringValue {
  readonly kind: 'string';
  readonly form: 'quoted' | 'block';
  readonly segments: readonly StringSegment[];
  readonly span: Span;
}

export interface StringSegment {
  readonly text: string;
  readonly escaped: boolean;
  /** Where `text` stands in the source; of the same length unless `escaped`. */
  readonly span: Span;
}

/** Anything that starts with a digit, as written: `2min`, `200MiB`, `1-12:30:00`, and mistakes such as `2:30`. */
export interface NumberValue {
  readonly kind: 'number';
  readonly text: string;
  readonly span: Span;
}

/** A bare word: `automatic`, `USR1`. */
export interface WordValue {
  readonly kind: 'word';
  readonly text: string;
  readonly span: Span;
}

export interface ListValue {
  readonly kind: 'list';
  readonly items: readonly Value[];
  readonly span: Span;
}

export interface MissingValue {
  readonly kind: 'missing';
  readonly span: Span;
}
