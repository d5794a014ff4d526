/** A command in shell text: the word that names it, without folders, and where that stands. */
export interface ShellCommand {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Words after which a command follows, and what can stand before one. */
const BEFORE = /^(?:then|do|else|elif|if|while|until|time|exec|nohup|command|env|!|\{|[A-Za-z_]\w*=\S*)$/;

/**
 * The commands that a shell text names outright, as well as can be told without running it: what is quoted, a comment
 * or a here-document is none, and neither is what is behind a backslash (`\srun`).
 */
export function shellCommands(text: string): readonly ShellCommand[] {
  const bare = blank(text);
  const found: ShellCommand[] = [];
  for (const part of bare.matchAll(/[^;&|()\n]+/g)) {
    for (const word of part[0].matchAll(/\S+/g)) {
      if (BEFORE.test(word[0])) continue;
      const name = word[0].replace(/^.*\//, '');
      const start = part.index + word.index + word[0].length - name.length;
      found.push({ name, start, end: start + name.length });
      break;
    }
  }
  return found;
}

/** The text with what is no command taken out, character for character. */
function blank(text: string): string {
  const word = (found: string) => found.replaceAll(/./gs, '_');
  return (
    withoutHereDocuments(text)
      .replaceAll(/\\\n/g, '  ')
      // What is quoted is part of a word; a comment starts a word, and ends with its line.
      .replaceAll(/\\.|'[^']*'|"(?:\\.|[^"\\])*"|(?<=^|\s)#[^\n]*/gs, (found) =>
        found.startsWith('#') ? space(found) : word(found),
      )
  );
}

const space = (found: string) => found.replaceAll(/[^\n]/g, ' ');

/** Blanks here-documents with their ends, line by line: an expression that looks for them is quadratic. */
function withoutHereDocuments(text: string): string {
  const lines = text.split('\n');
  const ends = new Map(lines.map((line, at) => [line.trimStart(), at] as const)); // where each is the last time
  const awaited: string[] = [];
  return lines
    .map((line, at) => {
      const end = awaited[0];
      if (end !== undefined) {
        if (line.trimStart() === end) awaited.shift();
        return space(line);
      }
      for (const [, , mark = ''] of line.matchAll(/<<-?\s*(['"]?)(\w+)\1/g)) {
        // Where its end does not come it is none: `<<` shifts bits, too.
        if ((ends.get(mark) ?? 0) > at) awaited.push(mark);
      }
      return line;
    })
    .join('\n');
}
