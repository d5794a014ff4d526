import type { Span } from './span.ts';

/**
 * The tree that src/syntax builds. It knows the form of the language (blocks, keys, values) but not its
 * words: the checker knows which keys exist and what they take. Where the text is broken, the tree has `missing` values
 * and absent names, about which the checker says nothing because the parser has already reported them.
 */
export interface FlowFile {
  /** The number in `crflow 1`; absent where the line is missing or broken. */
  readonly version: NumberValue | undefined;
  readonly workflows: readonly WorkflowNode[];
  readonly includes: readonly Include[];
  /** `site "…"`: at most one is valid. */
  readonly sites: readonly Site[];
  /** `param` and `let` at the top, in the order of the text. */
  readonly declarations: readonly Declaration[];
  /** Something was reported: what seems to be missing may be there. */
  readonly broken: boolean;
  /** `mount …` and similar, which belong only in blocks. */
  readonly clauses: readonly Clause[];
  /** The offset after its last word: comments may follow. */
  readonly end: number;
}

export interface Name {
  readonly text: string;
  readonly span: Span;
}

export interface WorkflowNode {
  readonly kind: 'workflow';
  readonly name: Name | undefined;
  readonly entries: readonly Entry[];
  /** Something in it could not be read: what seems to be missing may be there. */
  readonly broken: boolean;
  readonly span: Span;
}

/** `key = value` or `key { … }`. Also a declaration, which is valid only in a workflow and only as `let`. */
export type Entry = Assignment | Block | Clause | Declaration | Include | Site;

export type Declaration = Let | Param;

/** `let NAME = value`. The key is the declared name; its text is empty if none was written. */
export interface Let {
  readonly kind: 'let';
  readonly key: Name;
  readonly value: Value;
  readonly span: Span;
}

/** `param NAME: Type = default`. */
export interface Param {
  readonly kind: 'param';
  readonly key: Name;
  /** Absent if it was not written, which was reported. */
  readonly type: Name | undefined;
  readonly value: Value | undefined;
  readonly span: Span;
}

/** `include "file"`. */
export type Include = Naming<'include'>;
/** `site "name or file"`. */
export type Site = Naming<'site'>;

interface Naming<K extends string> {
  readonly kind: K;
  /** The word `include` or `site`. */
  readonly key: Name;
  readonly path: StringValue | MissingValue;
  readonly span: Span;
}

/** `mount "…" to "…" readonly`: a verb and its text, then words, each with a text or without. */
export interface Clause {
  readonly kind: 'clause';
  /** The verb. */
  readonly key: Name;
  readonly text: StringValue | MissingValue;
  readonly parts: readonly ClausePart[];
  /** A mistake in its form was reported. */
  readonly broken: boolean;
  readonly span: Span;
}

export interface ClausePart {
  readonly word: Name;
  readonly text: StringValue | MissingValue | undefined;
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
  /** Something in it could not be read: what seems to be missing may be there. */
  readonly broken: boolean;
  readonly span: Span;
}

export type Value = StringValue | NumberValue | WordValue | ListValue | Calculation | MissingValue;

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
  /** The span of `text` in the source; of the same length unless `escaped` or `inserted`. */
  readonly span: Span;
  /** It was inserted for a name, and `span` is the span of that name. */
  readonly inserted?: true;
}

/** Anything that starts with a digit, as written: `2min`, `200MiB`, `1-12:30:00`, and mistakes such as `2:30`. */
export interface NumberValue {
  readonly kind: 'number';
  readonly text: string;
  readonly span: Span;
  /** Its value in the base unit, if it was calculated and `text` only shows it. */
  readonly amount?: number;
}

/** A bare word: `automatic`, `USR1`. */
export interface WordValue {
  readonly kind: 'word';
  readonly text: string;
  readonly span: Span;
}

/** `first op operand op operand …`, with operators of equal precedence, evaluated from the left. */
export interface Calculation {
  readonly kind: 'calculation';
  readonly first: Value;
  readonly rest: readonly { readonly operator: '+' | '-' | '*' | '/'; readonly operand: Value }[];
  /** As written. */
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
