import type { Diagnostic, Label } from '../model/diagnostic.ts';
import type { Source } from '../model/span.ts';
import { type Lines, linesOf, positionAt } from './position.ts';

/** A place for tools: all counted from 1, columns in code points, the end exclusive. */
export interface JsonLabel {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

/** One finding of `--format json`; specs/diagnostics.schema.json describes it. */
export interface JsonDiagnostic {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly title: string;
  /** Null for a finding about no file. */
  readonly file: string | null;
  /** Null for a finding about a whole file, or about none. */
  readonly at: JsonLabel | null;
  readonly related: readonly JsonLabel[];
  readonly notes: readonly string[];
  readonly help: readonly string[];
}

/** The finding with offsets turned into lines and columns of `source`. For many of one source, pass its `lines`. */
export function toJson(one: Diagnostic, source: Source, lines: Lines = linesOf(source.text)): JsonDiagnostic {
  return {
    code: one.code,
    severity: one.severity,
    title: one.title,
    file: one.file ?? null,
    at: one.at === undefined ? null : place(one.at, lines),
    related: one.related.map((label) => place(label, lines)),
    notes: one.notes,
    help: one.help,
  };
}

/**
 * JSON as crc prints it. Characters that JSON does not escape but that are invisible or control a terminal are escaped: for a
 * program, the text is the same.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(/[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}]/gu, (one) =>
    [...Array(one.length).keys()]
      .map((i) => `\\u${one.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function place(label: Label, lines: Lines): JsonLabel {
  const start = positionAt(lines, label.span.start);
  const end = positionAt(lines, label.span.end);
  return { ...start, endLine: end.line, endColumn: end.column, text: label.text };
}
