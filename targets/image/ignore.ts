/**
 * What builders must leave out of the flow's folder: everything except the sources. If a source is the
 * folder itself, only what crc writes and what runs leave there.
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
