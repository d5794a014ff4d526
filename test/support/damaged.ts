import fc from 'fast-check';

/** Hands `look` a JSON text with a stretch of it cut out or replaced, wherever and by whatever. */
export function damaged(whole: string, look: (text: string) => void): void {
  const at = fc.nat(whole.length);
  const put = fc.constantFrom('', '{', '}', '[', ']', '"', ',', ':', '5', 'null', '\\', 'é');
  fc.assert(
    fc.property(at, at, put, (a, b, text) =>
      look(whole.slice(0, Math.min(a, b)) + text + whole.slice(Math.max(a, b))),
    ),
  );
}
