/**
 * What each place of an output can contain, as predicates that say why not. The constructors of shell-text.ts refuse by them, and
 * the checker reports by them, so both accept the same.
 */

/** Why not: a phrase that continues "X is refused: ". Undefined if nothing is wrong. */
export type WhyNot = string | undefined;

/** Does it begin as a URL does? */
export const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

/** A value without line ends and NUL, as everything on one line of a recipe must be. */
export function whyNotOneLine(value: string): WhyNot {
  return /[\0\n\r]/.test(value) ? 'it contains a line end, but a recipe is read line by line' : undefined;
}

/**
 * A path that both a Dockerfile's COPY and an Apptainer definition's %files take literally. Each treats patterns, quotes and
 * variables differently. What is special to one of them is refused for both, so that a flow can change its runtime.
 */
export function whyInvalidRecipePath(path: string): WhyNot {
  const odd = /["'$`\\*?[\]{}()!]/.exec(path)?.[0];
  if (odd === undefined) return whyNotOneLine(path);
  return /[*?[\]{}]/.test(odd)
    ? `\`${odd}\` would make it a pattern, and builders read patterns differently`
    : `\`${odd}\` has a meaning in a recipe`;
}

/** The name of a package, with the suffixes that package managers allow (`=1.2`, `:amd64`); never an option. */
export function whyInvalidPackage(name: string): WhyNot {
  if (name === '') return 'it is empty';
  if (name.startsWith('-')) return 'it would be read as an option';
  if (!/^[A-Za-z0-9]/.test(name)) return 'a name starts with a letter or a digit';
  return /^[A-Za-z0-9._+:~=-]+$/.test(name)
    ? undefined
    : 'a name has letters, digits and `._+:~=-`; write each name as a separate item';
}

/** A module of a container runtime: part of an option, and with some runtimes of an #SBATCH line. */
export function whyInvalidModule(name: string): WhyNot {
  if (name === '') return 'it is empty';
  if (name.startsWith('-')) return 'it would be read as an option';
  return /^[A-Za-z0-9._+:=-]+$/.test(name)
    ? undefined
    : 'a name has letters, digits and `._+:=-`; write each name as a separate item';
}

/** `REGISTRY/NAME:TAG` or `REGISTRY/NAME@sha256:…`, as all builders read it. */
export function isImageReference(text: string): boolean {
  return /^[a-z0-9][a-z0-9._:-]*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:\w[\w.-]*|@sha256:[0-9a-f]{64})$/.test(
    text,
  );
}

/** Characters without a meaning in #SBATCH lines (Slurm knows quotes, backslashes and `#`). */
export const isDirectiveText = (text: string): boolean => /^[A-Za-z0-9_.,@%+:=/&|*()[\]-]+$/.test(text);

/** Single quotes around a value, for one line of a recipe; `{{` is split, because Apptainer would fill it in. */
export function singleQuoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`.replaceAll(/\{(?=\{)/g, "{''");
}

/** Lines of a file as a recipe prints it: one word per line, always quoted, with the next one after it. */
export function printedLines(text: string): string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `      ${singleQuoted(line)} \\`);
}

/** The most bytes of a file in a recipe: a shell gets it as one argument, which Linux limits to 128 KiB. */
const LONGEST_FILE = 100_000;
/** The most bytes of a line in a recipe: BuildKit's limit is 64 KiB. */
const LONGEST_LINE = 60_000;
const bytes = (text: string) => new TextEncoder().encode(text).length;

/** A file that a recipe writes line by line, such as the flow's build script. */
export function whyInvalidPrintedFile(text: string): WhyNot {
  if (/[\0\r]/.test(text)) return 'it contains a carriage return, but a recipe is read line by line';
  const lines = printedLines(text);
  if (bytes(lines.join('\n')) > LONGEST_FILE)
    return `quoted, it takes more than ${LONGEST_FILE / 1000} kB in a recipe`;
  return lines.some((line) => bytes(line) > LONGEST_LINE)
    ? `quoted, one of its lines takes more than ${LONGEST_LINE / 1000} kB in a recipe`
    : undefined;
}
