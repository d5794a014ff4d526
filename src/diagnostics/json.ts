import type { Diagnostic, Fix, Label } from '../model/diagnostic.ts';
import type { Source, Span } from '../model/span.ts';
import { type Lines, linesOf, positionAt, utf16ColumnAt } from './position.ts';

/** A place for tools: all counted from 1, the end exclusive. Columns count code points, or UTF-16 units as editors do. */
export interface JsonPlace {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly utf16Column: number;
  readonly utf16EndColumn: number;
}

export interface JsonLabel extends JsonPlace {
  readonly text: string;
}

/** A place in the finding's file or in another one. */
export interface JsonRelated extends JsonLabel {
  readonly file: string | null;
}

/** A complete way out; its edits are changes of the finding's file. */
export interface JsonFix {
  readonly title: string;
  /** `crc check --fix` applies it. */
  readonly certain: boolean;
  readonly edits: readonly JsonLabel[];
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
  readonly related: readonly JsonRelated[];
  readonly notes: readonly string[];
  readonly help: readonly string[];
  readonly fixes: readonly JsonFix[];
}

/** The finding with offsets turned into lines and columns of `source`. For many of one source, pass its `lines`. */
export function toJson(one: Diagnostic, source: Source, lines: Lines = linesOf(source.text)): JsonDiagnostic {
  return {
    code: one.code,
    severity: one.severity,
    title: one.title,
    file: one.file ?? null,
    at: one.at === undefined ? null : place(one.at, lines),
    related: one.related.map((label) => ({
      file: label.source?.name ?? one.file ?? null,
      ...place(label, label.source === undefined ? lines : linesOf(label.source.text)),
    })),
    notes: one.notes,
    help: one.help,
    fixes: one.fixes.map((fix) => fixIn(fix, lines)),
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

const place = ({ span, text }: Label, lines: Lines): JsonLabel => ({ ...placeIn(span, lines), text });

const fixIn = ({ title, certain, edits }: Fix, lines: Lines): JsonFix => ({
  title,
  certain,
  edits: edits.map(({ span, text }) => ({ ...placeIn(span, lines), text })),
});

function placeIn(span: Span, lines: Lines): JsonPlace {
  const start = positionAt(lines, span.start);
  const end = positionAt(lines, span.end);
  return {
    ...start,
    endLine: end.line,
    endColumn: end.column,
    utf16Column: utf16ColumnAt(lines, span.start),
    utf16EndColumn: utf16ColumnAt(lines, span.end),
  };
}
