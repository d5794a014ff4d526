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
  const space = (found: string) => found.replaceAll(/[^\n]/g, ' ');
  const word = (found: string) => found.replaceAll(/./gs, '_');
  return (
    text
      // A here-document, from the line after its mark on.
      .replaceAll(
        /(<<-?\s*(['"]?)(\w+)\2[^\n]*\n)([\s\S]*?\n)?[ \t]*\3(?=\n|$)/g,
        (whole, head: string) => head + space(whole.slice(head.length)),
      )
      .replaceAll(/\\\n/g, '  ')
      // What is quoted is part of a word; a comment starts a word, and ends with its line.
      .replaceAll(/\\.|'[^']*'|"(?:\\.|[^"\\])*"|(?<=^|\s)#[^\n]*/gs, (found) =>
        found.startsWith('#') ? space(found) : word(found),
      )
  );
}
