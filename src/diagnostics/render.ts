import type { Diagnostic, Label } from '../model/diagnostic.ts';
import type { Source } from '../model/span.ts';
import { excerpt } from './excerpt.ts';
import { type Painter, painter } from './paint.ts';
import { type Lines, lineAt, linesOf, positionAt } from './position.ts';
import { wrap } from './width.ts';
import { visible } from './words.ts';

export interface RenderOptions {
  /** ANSI colours; off unless asked for. */
  readonly color?: boolean;
  /** The source's lines, to render many findings one by one. */
  readonly lines?: Lines;
}

const COLUMNS = 100;

/** One finding as a frame for people, without a final newline. */
export function render(one: Diagnostic, source: Source, options: RenderOptions = {}): string {
  return renderWith(one, source, options.lines ?? linesOf(source.text), painter(options.color ?? false));
}

function renderWith(one: Diagnostic, source: Source, lines: Lines, paint: Painter): string {
  const head = paint[one.severity](`${one.severity}[${one.code}]`);
  const out = [`${head}${paint.bold(`: ${one.title}`)}`];
  // The line numbers of all labels set the width of the margin.
  const labels = one.at === undefined ? [] : [one.at, ...one.related];
  const last = Math.max(0, ...labels.map((label) => lineAt(lines, label.span.start) + 1));
  const margin = labels.length === 0 ? 0 : String(last).length;
  const pad = ' '.repeat(margin);
  if (one.at !== undefined) {
    const { line, column } = positionAt(lines, one.at.span.start);
    out.push(`${pad} ${paint.frame('┌─')} ${visible(source.name)}:${line}:${column}`);
    out.push(`${pad} ${paint.frame('│')}`);
    out.push(...frame(one, one.at, lines, margin, paint));
    if (one.notes.length + one.help.length > 0) out.push(`${pad} ${paint.frame('│')}`);
  } else if (one.file !== undefined) out.push(`${pad} ${paint.frame('┌─')} ${visible(one.file)}`);
  for (const note of one.notes) out.push(...paragraph('note', note, pad, paint));
  for (const help of one.help) out.push(...paragraph('help', help, pad, paint));
  return out.map((line) => line.trimEnd()).join('\n');
}

/** The excerpt: every labelled line once, in order, with its labels below it, and dots where lines are left out. */
function frame(one: Diagnostic, primary: Label, lines: Lines, margin: number, paint: Painter): string[] {
  const byLine = new Map<number, Label[]>();
  for (const label of [primary, ...one.related]) {
    const line = lineAt(lines, label.span.start);
    byLine.set(line, [...(byLine.get(line) ?? []), label]);
  }
  const bar = paint.frame('│');
  const out: string[] = [];
  let previous: number | undefined;
  for (const [line, labels] of [...byLine].sort(([a], [b]) => a - b)) {
    if (previous !== undefined && line > previous + 1) out.push(`${' '.repeat(margin)} ${paint.frame('·')}`);
    previous = line;
    const { text, marks } = excerpt(lines, line, labels, COLUMNS - margin - 3);
    out.push(`${paint.frame(String(line + 1).padStart(margin))} ${bar} ${text}`);
    for (const mark of marks) {
      const isPrimary = mark.label === primary;
      const underline = (isPrimary ? '^' : '-').repeat(mark.width);
      const words = mark.label.text === '' ? '' : ` ${mark.label.text}`;
      const painted = isPrimary ? paint[one.severity](underline + words) : paint.frame(underline + words);
      out.push(`${' '.repeat(margin)} ${bar} ${' '.repeat(mark.indent)}${painted}`);
    }
  }
  return out;
}

function paragraph(kind: 'note' | 'help', text: string, pad: string, paint: Painter): string[] {
  const indent = `${pad}   ${' '.repeat(kind.length + 2)}`;
  return wrap(text, COLUMNS - indent.length).map((line, i) =>
    i === 0 ? `${pad} ${paint.frame('=')} ${paint.bold(`${kind}:`)} ${line}` : indent + line,
  );
}
