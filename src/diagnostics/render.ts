import type { Diagnostic, Label } from '../model/diagnostic.ts';
import type { Source } from '../model/span.ts';
import { type Excerpt, excerpt } from './excerpt.ts';
import { type Painter, painter } from './paint.ts';
import { type Lines, lineAt, linesOf, positionAt } from './position.ts';
import { widthOf, wrap } from './width.ts';
import { visible } from './words.ts';

export interface RenderOptions {
  /** ANSI colours; off unless asked for. */
  readonly color?: boolean;
  /** The source's lines, to render many findings one by one. */
  readonly lines?: Lines;
  /** The width of the terminal. Without it, a title is one line, however long, and the rest has 100 columns. */
  readonly columns?: number;
}

const COLUMNS = 100;

/** What all parts of a frame need. */
interface Page {
  readonly lines: Lines;
  readonly paint: Painter;
  readonly columns: number;
  /** Columns of the line numbers. */
  readonly margin: number;
}

/** One finding as a frame for people, without a final newline. */
export function render(one: Diagnostic, source: Source, options: RenderOptions = {}): string {
  const { lines = linesOf(source.text), columns = COLUMNS } = options;
  const paint = painter(options.color ?? false);
  const out = title(one, paint, options.columns);
  // The line numbers of all labels set the width of the margin.
  const labels = one.at === undefined ? [] : [one.at, ...one.related];
  const lineNumber = ({ source: other, span }: Label) =>
    lineAt(other === undefined ? lines : linesOf(other.text), span.start) + 1;
  const last = Math.max(0, ...labels.map(lineNumber));
  const margin = labels.length === 0 ? 0 : String(last).length;
  const pad = ' '.repeat(margin);
  const page = { lines, paint, columns, margin };
  if (one.at !== undefined) {
    const { line, column } = positionAt(lines, one.at.span.start);
    out.push(`${pad} ${paint.frame('┌─')} ${visible(source.name)}:${line}:${column}`);
    out.push(`${pad} ${paint.frame('│')}`);
    const isOwn = ({ source: other }: Label) => other === undefined;
    out.push(...frame(one.severity, one.at, [one.at, ...one.related.filter(isOwn)], page));
    for (const label of one.related)
      if (label.source) out.push(...elsewhere(one.severity, label, label.source, page));
    if (one.notes.length + one.help.length > 0) out.push(`${pad} ${paint.frame('│')}`);
  } else if (one.file !== undefined && !one.title.includes(visible(one.file)))
    out.push(`${pad} ${paint.frame('┌─')} ${visible(one.file)}`);
  for (const note of one.notes) out.push(...paragraph('note', note, page));
  for (const help of one.help) out.push(...paragraph('help', help, page));
  return out.map((line) => line.trimEnd()).join('\n');
}

function title(
  { severity, code, title }: Diagnostic,
  paint: Painter,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const head = `${severity}[${code}]`;
  // The first word keeps the room of the head.
  const [first = '', ...more] = wrap(`${head}: ${title}`.replaceAll(/ (?= )|(?<= ) /g, '\u00A0'), columns);
  return [
    paint[severity](head) + paint.bold(first.slice(head.length)),
    ...more.map((line) => paint.bold(`  ${line}`)),
  ];
}

/** The excerpt: every labelled line once, in order, with its labels below it, and dots where lines are left out. */
function frame(
  severity: Diagnostic['severity'],
  primary: Label | undefined,
  all: readonly Label[],
  { lines, paint, columns, margin }: Page,
): string[] {
  const room = columns - margin - 3;
  const byLine = new Map<number, Label[]>();
  for (const label of all) {
    const line = lineAt(lines, label.span.start);
    byLine.set(line, [...(byLine.get(line) ?? []), label]);
  }
  const bar = paint.frame('│');
  const out: string[] = [];
  let previous: number | undefined;
  for (const [line, labels] of [...byLine].sort(([a], [b]) => a - b)) {
    if (previous !== undefined && line > previous + 1) out.push(`${' '.repeat(margin)} ${paint.frame('·')}`);
    previous = line;
    const { text, marks } = excerpt(lines, line, labels, room);
    out.push(`${paint.frame(String(line + 1).padStart(margin))} ${bar} ${text}`);
    for (const mark of marks) {
      const isPrimary = mark.label === primary;
      const underline = (isPrimary ? '^' : '-').repeat(mark.width);
      const painted = isPrimary ? paint[severity] : paint.frame;
      for (const { indent, text } of under({ ...mark, underline }, room))
        out.push(`${' '.repeat(margin)} ${bar} ${' '.repeat(indent)}${painted(text)}`);
    }
  }
  return out;
}

/** The marks under a line and their words: beside them, or below them if there is no room. */
function under(
  { label, indent, width, underline }: Excerpt['marks'][number] & { readonly underline: string },
  room: number,
): { indent: number; text: string }[] {
  const words = widthOf(label.text);
  if (words === 0) return [{ indent, text: underline }];
  if (indent + width + 1 + words <= room) return [{ indent, text: `${underline} ${label.text}` }];
  const from = Math.max(0, Math.min(indent, room - words));
  return [
    { indent, text: underline },
    ...wrap(label.text, room - from).map((text) => ({ indent: from, text })),
  ];
}

/** A label in another source, below the frame of the finding. */
function elsewhere(severity: Diagnostic['severity'], label: Label, source: Source, page: Page): string[] {
  const { paint, margin } = page;
  const pad = ' '.repeat(margin);
  const lines = linesOf(source.text);
  const { line, column } = positionAt(lines, label.span.start);
  return [
    `${pad} ${paint.frame('│')}`,
    `${pad} ${paint.frame('┌─')} ${visible(source.name)}:${line}:${column}`,
    `${pad} ${paint.frame('│')}`,
    ...frame(severity, undefined, [label], { ...page, lines }),
  ];
}

function paragraph(kind: 'note' | 'help', text: string, { paint, columns, margin }: Page): string[] {
  const pad = ' '.repeat(margin);
  const indent = `${pad}   ${' '.repeat(kind.length + 2)}`;
  return wrap(text, columns - indent.length).map((line, i) =>
    i === 0 ? `${pad} ${paint.frame('=')} ${paint.bold(`${kind}:`)} ${line}` : indent + line,
  );
}
