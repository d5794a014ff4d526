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
 * Builders differ in what they treat as a pattern (for example `+` and `(`) and in how to escape it. `?` is any
 * character in all of them: a file too many is sent, but not copied.
 */
const pattern = (path: string) => path.replaceAll(/[^\p{L}\p{N}_./@%,:=~-]/gu, '?');
