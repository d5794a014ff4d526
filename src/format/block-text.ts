/**
 * A block string, moved to another indentation: its lines are two columns further in than `indent`, which is where its closing
 * quotes are. It has the same value, because indentation that all lines share does not belong to the text. A text that begins
 * directly after the opening quotes, or has nothing but blanks, stays as it is.
 */
export function indentBlock(image: string, indent: number): string {
  const lines = image.slice(3, -3).split('\n');
  const blank = (line: string) => line.trim() === '';
  if (lines.length < 2 || lines[0] !== '' || lines.every(blank)) return image;
  const kept = lines.slice(1);
  if (blank(kept.at(-1) ?? '')) kept.pop();
  const shared = kept
    .filter((line) => !blank(line))
    .map((line) => /^[ \t]*/.exec(line)?.[0] ?? '')
    .reduce(commonStart);
  const moved = kept.map((line) => {
    const rest = line.slice(commonStart(line, shared).length);
    return rest === '' ? '' : `${' '.repeat(indent + 2)}${rest}`;
  });
  return ['"""', ...moved, `${' '.repeat(indent)}"""`].join('\n');
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
