import { code, lines, lineWord, type ShellText } from '../../src/emit/shell-text.ts';

/** Writes lines to a file, each as a word of its own: builders know no here-documents that older ones read, too. */
export function printed(text: string, file: ShellText): ShellText {
  const quoted = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => code`      ${quotedLine(line)} \\`);
  return lines([code`printf '%s\\n' \\`, ...quoted, code`      >${file}`]);
}

/** Quoted also where it need not be: no line starts with what a builder could read. */
function quotedLine(line: string): ShellText {
  const text = lineWord(line);
  return /^[']/.test(text.text) ? text : code`'${text}'`;
}
