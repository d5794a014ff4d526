import type { IToken } from 'chevrotain';
import type { Report } from '../diagnostics/define.ts';
import { type Lines, lineAt, lineSpan, linesOf } from '../diagnostics/position.ts';
import { syntax } from '../diagnostics/syntax.ts';
import { withoutClosers } from './scan.ts';
import { tokenize } from './tokenize.ts';
import { BlockString, UnterminatedBlock } from './tokens.ts';

export interface Lexed {
  /** The text that was lexed: blanks replace what was reported here, and every offset is that of the source. */
  readonly text: string;
  readonly lines: Lines;
  readonly tokens: readonly IToken[];
  readonly unclosedAt: ReadonlySet<number>;
}

/** How many unclosed block strings are examined; the next one takes the rest of the file. */
const MOST_UNCLOSED = 20;

/** Text to tokens. Control characters and unclosed block strings are reported here and blanked out. */
export function lex(source: string, report: Report): Lexed {
  const lines = linesOf(source);
  let text = blankControls(source, report);
  const unclosedAt = new Set<number>();
  for (;;) {
    const tokens = tokenize(text);
    const open = tokens.find((token) => token.tokenType === UnterminatedBlock);
    if (open === undefined) return { text, lines, tokens, unclosedAt };
    const short = twoQuotes(text, open.startOffset);
    if (short !== undefined && isAlone(text, open.startOffset)) {
      report(syntax.twoQuotes, { start: short, end: short + 2 }, undefined);
      unclosedAt.add(short);
      text = `${text.slice(0, short)}"${' '.repeat(open.startOffset + 1 - short)}"${text.slice(open.startOffset + 3)}`;
      continue;
    }
    const culprit =
      tokens.find((token) => token.tokenType === BlockString && closesByOpening(token, text)) ?? open;
    const start = culprit.startOffset;
    const end = unclosedAt.size < MOST_UNCLOSED ? endByLayout(text, lines, start) : text.length;
    report(syntax.unterminatedBlock, { start, end: start + 3 }, undefined);
    unclosedAt.add(start);
    // A quoted string of the same length replaces it, so that the parser reads past it.
    text = `${text.slice(0, start)}"${' '.repeat(end - start - 2)}"${text.slice(end)}`;
  }
}

/**
 * If one closing `"""` is missing, all that follow swap roles. A block string that "ends" just after `key = `
 * has really run into the opening of the next one.
 */
function closesByOpening(token: IToken, text: string): boolean {
  const end = token.startOffset + token.image.length - 3;
  const line = text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
  return line.length < end - token.startOffset && /(?:^|[\s{])[A-Za-z_]\w*\s+=\s*$/.test(line);
}

/** Offset of a `""` that ends the line of its key, the last one before `end`: meant to start a block string. */
function twoQuotes(text: string, end: number): number | undefined {
  const found = [...text.slice(0, end).matchAll(/=[ \t]*(?="")""[ \t]*\r?\n/g)].at(-1);
  return found === undefined ? undefined : text.indexOf('""', found.index);
}

/** Is the `"""` at that offset the first thing on its line? */
function isAlone(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
}

/** Where an unclosed block string probably ends: before the first line that is indented no more than its own. */
function endByLayout(text: string, lines: Lines, start: number): number {
  const indent = (line: string) => line.length - line.trimStart().length;
  const own = lineAt(lines, start);
  const { start: first, end: firstEnd } = lineSpan(lines, own);
  const limit = indent(text.slice(first, firstEnd));
  for (let line = own + 1; line < lines.starts.length; line++) {
    const span = lineSpan(lines, line);
    const content = text.slice(span.start, span.end);
    if (content.trim() === '' || indent(content) > limit) continue;
    // A closing mark with too few quotes belongs to the string.
    const quotes = /^\s*"{1,2}(?=\s*$)/.exec(content)?.[0].length ?? -1;
    if (line > own + 1) return span.start + quotes;
    // Nothing is indented below it: it was meant to be one line.
    return Math.max(start + 3, start + withoutClosers(text.slice(start, firstEnd)).length);
  }
  return text.length;
}

/** Reports the first control character or lone surrogate, and replaces all of them and a BOM by spaces. */
function blankControls(source: string, report: Report): string {
  // V8 takes a while to prepare the other pattern.
  if (/^[\t\n -~]*$/.test(source)) return source;
  const found = [...source.matchAll(/[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]|\r(?!\n)|\p{Cs}/gu)];
  const first = found[0];
  if (first !== undefined) {
    const at = { start: first.index, end: first.index + 1 };
    report(syntax.controlCharacter, at, { character: first[0], more: found.length - 1 });
  }
  const clean =
    first === undefined
      ? source
      : blank(
          source,
          found.map((one) => one.index),
        );
  return clean.startsWith('\uFEFF') ? ` ${clean.slice(1)}` : clean;
}

function blank(text: string, offsets: readonly number[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const offset of offsets) {
    parts.push(text.slice(from, offset), ' ');
    from = offset + 1;
  }
  return parts.join('') + text.slice(from);
}
