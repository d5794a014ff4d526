import { code, lines, printedFile, type ShellText } from '../../src/emit/shell-text.ts';

/** Writes text to a file of the image, byte for byte. */
export function printed(text: string, file: ShellText): ShellText {
  return lines([code`printf '%s\\n' \\`, printedFile(text), code`      >${file}`]);
}
