import { eastAsianWidth } from 'get-east-asian-width';

/** How text looks in a terminal: the columns that a character takes, and what is printed for it. */

const TAB = 4;
const NO_WIDTH = /\p{Mn}|\p{Me}|\u{200C}|\u{200D}/u;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** One character of a source line, as printed. */
export interface Cell {
  /** UTF-16 offset in the line. */
  readonly offset: number;
  readonly shown: string;
  readonly width: number;
}

/**
 * The cells of a line: tabs become spaces up to the next multiple of four, characters that would be invisible or
 * would steer the terminal become U+FFFD, combining marks take no column.
 */
export function cellsOf(line: string): Cell[] {
  const cells: Cell[] = [];
  let offset = 0;
  let column = 0;
  for (const character of line) {
    const cell = draw(character, column);
    cells.push({ offset, ...cell });
    offset += character.length;
    column += cell.width;
  }
  return cells;
}

/** Columns that the text takes. */
export function widthOf(text: string): number {
  return cellsOf(text).reduce((sum, cell) => sum + cell.width, 0);
}

function draw(character: string, column: number): { shown: string; width: number } {
  if (character === '\t') {
    const width = TAB - (column % TAB);
    return { shown: ' '.repeat(width), width };
  }
  if (NO_WIDTH.test(character)) return { shown: character, width: 0 };
  if (INVISIBLE.test(character)) return { shown: '\uFFFD', width: 1 };
  return { shown: character, width: eastAsianWidth(character.codePointAt(0) ?? 0) };
}

/** Breaks text at spaces into lines of at most `columns`; a word that is longer stays whole, and so does the indentation of a line. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  // A number and its unit stay together.
  const joined = text.replaceAll(/(\d) (?=(?:s|min|h|d|[KMGT]iB|GB\/s)\b)/g, '$1\u00A0');
  for (const paragraph of joined.split('\n')) {
    const text = paragraph.trimStart();
    const indent = paragraph.slice(0, paragraph.length - text.length);
    let line = '';
    for (const word of text.split(' ')) {
      if (line !== '' && widthOf(indent) + widthOf(line) + 1 + widthOf(word) > columns) {
        lines.push(indent + line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(indent + line);
  }
  return lines.map((line) => line.replaceAll('\u00A0', ' '));
}
