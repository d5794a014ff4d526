import type { Report } from '../diagnostics/define.ts';
import { syntax } from '../diagnostics/syntax.ts';
import type { StringSegment, StringValue } from '../model/ast.ts';
import type { Span } from '../model/span.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  n: '\n',
  t: '\t',
  $: '$',
  '{': '{',
};

/** `"…"`, including quotes, found at `start`. An unknown escape is reported and taken literally. */
export function quotedString(image: string, start: number, report: Report): StringValue {
  const segments: StringSegment[] = [];
  const last = image.length - 1;
  let from = 1;
  const flush = (to: number) => {
    if (to > from) segments.push(plain(image.slice(from, to), start + from));
  };
  for (let at = image.indexOf('\\', 1); at !== -1 && at < last; at = image.indexOf('\\', from)) {
    flush(at);
    const character = String.fromCodePoint(image.codePointAt(at + 1) ?? 0);
    const span = { start: start + at, end: start + at + 1 + character.length };
    const text = ESCAPES[character];
    if (text === undefined) report(syntax.unknownEscape, span, { escape: `\\${character}` });
    segments.push({ text: text ?? `\\${character}`, escaped: true, span });
    from = at + 1 + character.length;
  }
  flush(last);
  return { kind: 'string', form: 'quoted', segments, span: { start, end: start + image.length } };
}

/**
 * `"""…"""`, including quotes, found at `start`. No escapes. Drops a line end right after the opening quotes, and a
 * blank last line with the line end before it. Removes white space that all non-blank lines start with.
 * CR LF becomes LF. One segment per line. Reports tabs on one line and spaces on another if they keep
 * indentation from being removed.
 */
export function blockString(image: string, start: number, report: Report): StringValue {
  const lines = splitLines(image.slice(3, -3), start + 3);
  const first = lines[0];
  // Text directly after the opening quotes has no indentation.
  const headless = first !== undefined && first.text === '' && lines.length > 1;
  const kept = headless ? lines.slice(1) : lines;
  const bottom = kept.at(-1);
  if (kept.length + (headless ? 1 : 0) > 1 && bottom?.text.trim() === '') kept.pop();
  const indent = commonIndent((headless ? kept : kept.slice(1)).map((line) => line.text));
  const odd = oddIndent(headless ? kept : kept.slice(1), indent);
  if (odd !== undefined) report(syntax.mixedIndent, odd, { columns: indent.length });
  const segments: StringSegment[] = [];
  kept.forEach((line, i) => {
    const own = i === 0 && !headless ? 0 : sharedPrefix(line.text, indent);
    const isLast = i === kept.length - 1;
    // A CR separates the text from its LF, so they cannot be one segment of one length.
    if (line.cr && !isLast) {
      if (line.text.length > own) segments.push(plain(line.text.slice(own), line.start + own));
      segments.push(plain('\n', line.start + line.text.length + 1));
    } else {
      const text = line.text.slice(own) + (isLast ? '' : '\n');
      if (text !== '') segments.push(plain(text, line.start + own));
    }
  });
  return { kind: 'string', form: 'block', segments, span: { start, end: start + image.length } };
}

interface Line {
  readonly text: string;
  readonly start: number;
  readonly cr: boolean;
}

function splitLines(content: string, start: number): Line[] {
  let offset = start;
  return content.split('\n').map((raw, i, all) => {
    const cr = raw.endsWith('\r') && i < all.length - 1;
    const line = { text: cr ? raw.slice(0, -1) : raw, start: offset, cr };
    offset += raw.length + 1;
    return line;
  });
}

/** The longest white space that every non-blank line starts with. */
function commonIndent(lines: readonly string[]): string {
  let common: string | undefined;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const own = /^[ \t]*/.exec(line)?.[0] ?? '';
    common = common === undefined ? own : own.slice(0, sharedPrefix(own, common));
  }
  return common ?? '';
}

/** The indentation of the first line that has a tab where the lines before have a space, or the other way round. */
function oddIndent(lines: readonly Line[], common: string): Span | undefined {
  const at = common.length;
  const indented = lines.filter(({ text }) => text.trim() !== '');
  const kinds = indented.map(({ text }) => text[at]);
  const odd = kinds.findIndex((kind) => kind !== kinds[0]);
  // If a line's indentation ends here, no more would be removed anyway.
  if (odd === -1 || !kinds.every((kind) => kind === ' ' || kind === '\t')) return undefined;
  const { text, start } = indented[odd] as Line;
  return { start, end: start + (/^[ \t]*/.exec(text)?.[0].length ?? 0) };
}

/** The length of their common prefix. */
function sharedPrefix(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n += 1;
  return n;
}

function plain(text: string, start: number): StringSegment {
  return { text, escaped: false, span: { start, end: start + text.length } };
}
