import type { Label } from '../model/diagnostic.ts';
import type { Span } from '../model/span.ts';
import { type Lines, lineSpan } from './position.ts';
import { type Cell, cellsOf } from './width.ts';

/** A source line as printed, and where its labels go under it, in columns. */
export interface Excerpt {
  readonly text: string;
  readonly marks: readonly { readonly label: Label; readonly indent: number; readonly width: number }[];
}

/**
 * One line of the source (0-based) with the labels that start on it. A span that continues on the next line is
 * marked up to the end. A line longer than `columns` is cut to a window around its first label.
 */
export function excerpt(lines: Lines, line: number, labels: readonly Label[], columns: number): Excerpt {
  const span = near(lineSpan(lines, line), labels, columns);
  const cells = cellsOf(lines.text.slice(span.start, span.end));
  const total = cells.reduce((sum, cell) => sum + cell.width, 0);
  const marks = labels.map((label) => {
    const indent = columnAt(cells, label.span.start - span.start, total);
    const end = columnAt(cells, label.span.end - span.start, total);
    return { label, indent, width: Math.max(1, end - indent) };
  });
  if (total <= columns) return { text: show(cells), marks };
  return clip(cells, total, columns, marks);
}

/** How much of a long line is looked at around its first label, in windows: what is shown of it fits into one. */
const WINDOWS = 8;

/** The part of a line that an excerpt can show: a line of 400,000 characters may have a hundred findings. */
function near(line: Span, labels: readonly Label[], columns: number): Span {
  const first = Math.min(...labels.map(({ span }) => span.start));
  return {
    start: Math.max(line.start, first - WINDOWS * columns),
    end: Math.min(line.end, first + WINDOWS * columns),
  };
}

function clip(cells: readonly Cell[], total: number, columns: number, marks: Excerpt['marks']): Excerpt {
  const first = marks[0] ?? { indent: 0, width: 1 };
  // A third of the window is before the mark, so that one sees what led to it; one column on each side is for the dots.
  const from = Math.max(0, Math.min(first.indent - Math.floor(columns / 3), total - columns + 1));
  const room = columns - 2;
  let column = 0;
  const inside = cells.filter((cell) => {
    const keep = column >= from && column + cell.width <= from + room;
    column += cell.width;
    return keep;
  });
  const before = from > 0 ? '…' : '';
  const after = from + room < total ? '…' : '';
  const shift = (at: number) => Math.min(Math.max(at - from, 0), room) + before.length;
  const moved = marks.map((mark) => {
    const indent = shift(mark.indent);
    return { label: mark.label, indent, width: Math.max(1, shift(mark.indent + mark.width) - indent) };
  });
  return { text: before + show(inside) + after, marks: moved };
}

function columnAt(cells: readonly Cell[], offset: number, total: number): number {
  let column = 0;
  for (const cell of cells) {
    if (cell.offset >= offset) return column;
    column += cell.width;
  }
  return total;
}

const show = (cells: readonly Cell[]) => cells.map((cell) => cell.shown).join('');
