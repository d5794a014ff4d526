import { code, comment, type ShellText } from './shell-text.ts';

/** Code with its comments in one column. */
export function aligned(lines: readonly (readonly [ShellText, string])[]): ShellText[] {
  const width = Math.max(...lines.map(([line]) => line.text.length));
  return lines.map(([line, says]) => code`${line}${spaces(width - line.text.length)} # ${comment(says)}`);
}

/** Layout: the only text that is safe to build from a count. */
const spaces = (count: number): ShellText => comment(' '.repeat(count));
