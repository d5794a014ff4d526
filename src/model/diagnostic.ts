import type { Source, Span } from './span.ts';

/** A place in a source, underlined, with the few words that belong under the line. */
export interface Label {
  readonly span: Span;
  readonly text: string;
  /** The source that the span is in, if it is not the finding's own. */
  readonly source?: Source;
}

/** One change of the finding's source: what `span` covers becomes `text`; an empty span inserts. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/**
 * A complete way out of a finding: with all its edits made, the finding is gone. The offsets are those of the text that was
 * read; edits of one fix never overlap.
 */
export interface Fix {
  /** What it does, as an editor offers it: "write `threads = 8`". */
  readonly title: string;
  /** There is one meaning, so `crc check --fix` applies it unasked. At most one fix of a finding is certain. */
  readonly certain: boolean;
  readonly edits: readonly Edit[];
}

/**
 * One finding, ready to be rendered: as a frame for people, as JSON for tools (specs/diagnostics.schema.json).
 * `title` says what is wrong in one line; `notes` say why it matters; `help` says how to fix it.
 */
export interface Diagnostic {
  /** Stable: `CRF` and three digits. Never reused. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly title: string;
  /** Name of the source that the spans are offsets into; absent for findings about no file. */
  readonly file?: string;
  /** The place that is wrong; absent for findings about a whole file. */
  readonly at?: Label;
  /** Other places that explain it, such as "first given here". */
  readonly related: readonly Label[];
  readonly notes: readonly string[];
  readonly help: readonly string[];
  /** What a program can change in the source, the most likely first; alternatives to each other. */
  readonly fixes: readonly Fix[];
}
