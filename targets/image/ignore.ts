/**
 * What builders are to leave out of the folder of the flow: everything but what the sources name. Where they name the
 * folder itself, only what crc writes and runs leave there.
 */
export function ignoreFile(inputs: readonly string[], own: readonly string[]): string {
  const names = inputs.includes('.')
    ? own.map((name) => `**/${pattern(name)}`)
    : ['*', ...inputs.map((input) => `!${pattern(input)}`)];
  return `${names.join('\n')}\n`;
}

/**
 * Builders differ in what they take for a pattern (`+` and `(` among it), and in how to say that it is none. `?` is any
 * character in all of them: a file too many is seen, and still not copied.
 */
const pattern = (path: string) => path.replaceAll(/[^\p{L}\p{N}_./@%,:=~-]/gu, '?');
