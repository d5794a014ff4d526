/** Longer pieces are worth remembering: they are the part that scripts have in common. */
const LONG = 16 * 1024;
const remembered = new Map<string, Uint8Array>();

/** Pieces of a text in UTF-8. A long last piece is encoded once, however many texts end with it. */
export function encoded(pieces: readonly string[]): Uint8Array[] {
  return pieces.map((piece, i) => {
    if (i === 0 || piece.length < LONG) return Buffer.from(piece, 'utf8');
    const bytes = remembered.get(piece) ?? Buffer.from(piece, 'utf8');
    remembered.set(piece, bytes);
    return bytes;
  });
}
