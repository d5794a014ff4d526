import type { ImageName } from '../model/container.ts';
import type { HostPath } from '../model/flow.ts';
import {
  isDirectiveText,
  isImageReference,
  printedLines,
  singleQuoted,
  type WhyNot,
  whyInvalidPackage,
  whyInvalidPrintedFile,
  whyInvalidRecipePath,
  whyNotOneLine,
} from './forms.ts';

/** What a piece of shell text may be used as. A template asks for a kind, and no kind can be turned into another. */
type Kind = 'word' | 'number' | 'code' | 'comment' | 'directive' | 'verbatim';

/**
 * Text that may be part of a shell script. A string becomes shell text only through the constructors below, each of
 * which quotes or refuses; so a user's value cannot enter a script in any other way.
 */
export class ShellText {
  readonly kind: Kind;
  readonly text: string;
  /** Do not call this: only the functions below make shell text. */
  constructor(kind: Kind, text: string, token: symbol) {
    if (token !== maker) throw new Error('only the functions of shell-text.ts make ShellText');
    this.kind = kind;
    this.text = text;
  }
}

const maker = Symbol('the functions of shell-text.ts');
const make = (kind: Kind, text: string) => new ShellText(kind, text, maker);

/**
 * A value that an output cannot contain in this place. The checker reports these first, by the same predicates (forms.ts). If
 * it misses one, `compile` catches this and makes it a finding about the value.
 */
export class Inexpressible extends Error {
  readonly value: string;
  readonly why: string;
  /** `why` continues "X cannot be written: ". */
  constructor(value: string, why: string) {
    super(`${JSON.stringify(value.slice(0, 100))} cannot be written: ${why}`);
    this.value = value;
    this.why = why;
  }
}

/** Refuses for a reason, if there is one. */
function refuse(value: string, why: WhyNot): void {
  if (why !== undefined) throw new Inexpressible(value, why);
}

const plainWord = /^[A-Za-z0-9_@%+:,./-]+$/;

/** One shell word that expands to exactly `value`. Refuses NUL, which no argument can contain. */
export function word(value: string): ShellText {
  if (value.includes('\0')) refuse(value, 'a shell word cannot contain a NUL character');
  return make('word', plainWord.test(value) ? value : quote(value));
}

/** Several words, separated by spaces: the items of an array. */
export function words(values: readonly string[]): ShellText {
  return make('code', values.map((value) => word(value).text).join(' '));
}

/** Single quotes, or double quotes around text in which ShellCheck would report single ones. */
function quote(value: string): string {
  if (/[$`\\]/.test(value)) return `"${value.replaceAll(/[\\"$`]/g, '\\$&')}"`;
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** One shell word for a path: `$NAME` parts are expanded when the job runs, quoted; the rest is literal. */
export function pathWord(path: HostPath): ShellText {
  const parts = path.map((part) => (part.kind === 'variable' ? `"$${part.name}"` : word(part.text).text));
  return make('word', parts.join('') || "''");
}

/** A whole number, at least 0. */
export function number(value: number): ShellText {
  if (!Number.isSafeInteger(value) || value < 0) refuse(String(value), 'it is not a whole number');
  return make('number', String(value));
}

/** Text after a `#`: control characters, including line ends, become spaces. */
export function comment(value: string): ShellText {
  // V8 takes a while to prepare the other pattern, and nearly all comments are this.
  if (/^[ -~]*$/.test(value)) return make('comment', value);
  return make('comment', value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' '));
}

/**
 * An `#SBATCH` option. Slurm has its own parser for these lines, in which quotes, backslashes and `#` have a meaning,
 * so only characters without one are allowed.
 */
export function directive(option: string, value?: string | number): ShellText {
  if (!/^--[a-z-]+$/.test(option)) refuse(option, 'it is not an option');
  if (value === undefined) return make('directive', option);
  if (!isDirectiveText(String(value))) refuse(String(value), 'an #SBATCH line has no quotes for it');
  return make('directive', `${option}=${value}`);
}

/** The lines of a here-document with a quoted delimiter, and a delimiter that is not among them. */
export function hereDocument(text: string): { readonly body: ShellText; readonly delimiter: ShellText } {
  if (text.includes('\0')) refuse(text, 'a here-document cannot contain a NUL character');
  const body = text.endsWith('\n') ? text : `${text}\n`;
  const lines = new Set(body.split('\n'));
  let delimiter = 'RUN';
  for (let n = 1; lines.has(delimiter); n++) delimiter = `RUN_${n}`;
  return { body: make('verbatim', body), delimiter: word(delimiter) };
}

/** crflow's own shell text, filled in with pieces that are shell text already: code`export ${name}=${value}`. */
export function code(literals: TemplateStringsArray, ...values: ShellText[]): ShellText {
  return make(
    'code',
    literals.reduce((text, literal, i) => `${text}${values[i - 1]?.text ?? ''}${literal}`),
  );
}

// The rest is for recipes of images, which consist of lines: a Dockerfile and an Apptainer definition are parsed
// line by line before any shell sees them.

/**
 * One shell word on one line, for the `RUN` of a Dockerfile and for a definition. Single quotes only, because BuildKit
 * looks for here-documents outside of them; `{{` is split, because Apptainer would fill it in. Refuses line ends and NUL.
 */
export function lineWord(value: string): ShellText {
  refuse(value, whyNotOneLine(value));
  return make('word', plainWord.test(value) ? value : singleQuoted(value));
}

/** An OCI name for `FROM`: by its digest if it has one, because not every builder accepts tag and digest together. */
export function imageReference({ registry, repository, tag, digest }: ImageName): ShellText {
  const text = `${registry}/${repository}${digest === null ? `:${tag}` : `@${digest}`}`;
  if (!isImageReference(text)) refuse(text, 'it is not the name of an image');
  return make('word', text);
}

/** The name of a package, with the suffixes that package managers allow (`=1.2`, `:amd64`); never an option. */
export function packageName(value: string): ShellText {
  refuse(value, whyInvalidPackage(value));
  return make('word', value);
}

/**
 * What follows `COPY`: source and target. Builders treat the first as a pattern, expand variables in both and read
 * quotes; what cannot be protected from that is refused. In the list form nothing is taken for an option.
 */
export function copyWords(from: string, to: string): ShellText {
  refuse(from, whyInvalidRecipePath(from));
  refuse(to, whyInvalidRecipePath(to));
  const isPlain = (path: string) => plainWord.test(path) && !path.startsWith('-');
  if (isPlain(from) && isPlain(to)) return make('code', `${from} ${to}`);
  return make('code', `[${JSON.stringify(from)}, ${JSON.stringify(to)}]`);
}

/** The value of a `LABEL`. */
export function labelValue(value: string): ShellText {
  return make('code', `"${comment(value).text.replaceAll(/[\\"$]/g, '\\$&')}"`);
}

/**
 * A `NAME="value"` of `ENV`, in which builders expand variables and read quotes. Only NAME's previous value is expanded: `$NAME` in
 * the value of NAME itself.
 */
export function envAssignment(assignment: string): ShellText {
  const { name, parts } = assigned(assignment);
  const escaped = parts.map((part) => labelValue(part).text.slice(1, -1));
  return make('code', `${name}="${escaped.join(`\${${name}}`)}"`);
}

/** The same as a line of an Apptainer definition's `%environment`. */
export function exportedAssignment(assignment: string): ShellText {
  const { name, parts } = assigned(assignment);
  const quoted = parts.map((part) => (part === '' && parts.length > 1 ? '' : lineWord(part).text));
  return make('code', `export ${name}=${quoted.join(`"$${name}"`)}`);
}

/** The name that is set, and the parts of its value around the name itself. */
function assigned(assignment: string): { name: string; parts: readonly string[] } {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(assignment) ?? [];
  refuse(assignment, /^[A-Za-z_]\w*$/.test(name) ? undefined : 'it sets no variable');
  return { name, parts: value.split(new RegExp(`\\$(?:${name}(?!\\w)|\\{${name}\\})`)) };
}

/**
 * A line of an Apptainer definition's `%files`, which expands names as a shell does: characters with a meaning there are refused. A
 * line that begins with `%` would begin a section, one with `-` an option.
 */
export function filesWords(from: string, to: string): ShellText {
  const item = (path: string) => {
    refuse(path, whyInvalidRecipePath(path));
    const whole = /^[%-]/.test(path) ? `./${path}` : path;
    return plainWord.test(whole) ? whole : `"${whole}"`;
  };
  return make('code', `${item(from)} ${item(to)}`);
}

/** The lines of a file, as words for `printf '%s\\n'`: older builders know no here-documents. */
export function printedFile(text: string): ShellText {
  refuse(text, whyInvalidPrintedFile(text));
  return make('code', printedLines(text).join('\n'));
}

/** Pieces on separate lines. */
export function lines(pieces: readonly ShellText[], separator = '\n'): ShellText {
  return make('code', pieces.map(({ text }) => text).join(separator));
}
