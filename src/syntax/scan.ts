/**
 * Scanners for what a regular expression would read too slowly or with too deep a stack in a long file. Each makes one
 * pass and returns the token's text, or undefined if it does not match at `offset`.
 */

/** `"…"` on one line, any character after a backslash; not `"""`. */
export function scanQuoted(text: string, offset: number): string | undefined {
  if (text[offset] !== '"' || text.startsWith('"""', offset)) return undefined;
  for (let at = offset + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '"') return text.slice(offset, at + 1);
    if (character === '\n' || character === '\r') return undefined;
    if (character === '\\' && !isLineEnd(text[at + 1])) at += 1;
  }
  return undefined;
}

/** `"""…"""`; in a longer run of quotes, the last three close it, so that a text may end with a quote. */
export function scanBlock(text: string, offset: number): string | undefined {
  if (!text.startsWith('"""', offset)) return undefined;
  let close = text.indexOf('"""', offset + 3);
  if (close === -1) return undefined;
  while (text[close + 3] === '"') close += 1;
  return text.slice(offset, close + 3);
}

/** A block comment; it ends at the first closing mark. */
export function scanComment(text: string, offset: number): string | undefined {
  if (!text.startsWith('/*', offset)) return undefined;
  const close = text.indexOf('*/', offset + 2);
  return close === -1 ? undefined : text.slice(offset, close + 2);
}

/** A string that its line does not close: up to the line's end, without the closing brackets that it swallowed. */
export function scanUnterminated(text: string, offset: number): string | undefined {
  if (text[offset] !== '"') return undefined;
  let end = offset + 1;
  while (end < text.length && !isLineEnd(text[end])) end += 1;
  return withoutClosers(text.slice(offset, end));
}

/**
 * The text without closing brackets at its end that it did not open: in `{ run = "./a }` the brace belongs
 * to the flow, not to the string that somebody forgot to close.
 */
export function withoutClosers(text: string): string {
  let surplus = 0;
  for (const character of text) surplus += '}]'.includes(character) ? 1 : '{['.includes(character) ? -1 : 0;
  let end = text.trimEnd().length;
  while (surplus > 0 && end > 1 && '}]'.includes(text[end - 1] ?? '.')) {
    surplus -= 1;
    end = text.slice(0, end - 1).trimEnd().length;
  }
  return text.slice(0, Math.max(1, end));
}

function isLineEnd(character: string | undefined): boolean {
  return character === undefined || character === '\n' || character === '\r';
}
