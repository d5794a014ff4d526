import { tokenize } from './tokenize.ts';

/**
 * What a source says, apart from comments, blanks and line ends: two texts with the same result compile to the same outputs. For
 * checksums: the tokens, with a NUL between them, which no source contains. Anything but a flow is taken as it is.
 */
export function meaningOf({ name, text }: { readonly name: string; readonly text: string }): string {
  const lines = text.replaceAll('\r\n', '\n');
  if (name.endsWith('.json')) return lines;
  return tokenize(lines.replace(/^\uFEFF/, ''))
    .map(({ image }) => image)
    .join('\0');
}
