import type { Span } from './span.ts';

/** A place in the source, underlined, with the few words that belong under the line. */
export interface Label {
  readonly span: Span;
  readonly text: string;
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
}
