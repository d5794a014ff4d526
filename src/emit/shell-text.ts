import type { HostPath } from '../model/flow.ts';

/** What a piece of shell text may stand for. A template asks for a kind; nothing turns one into another. */
type Kind = 'word' | 'number' | 'code' | 'comment' | 'directive' | 'verbatim';

/**
 * Text that may stand in a shell script. A string becomes one only through the constructors below, each of
 * which quotes or refuses; so a value of a user's cannot reach a script by any other way.
 */
export class ShellText {
  readonly kind: Kind;
  readonly text: string;
  /** Not to be called: the functions below are the only makers. */
  constructor(kind: Kind, text: string, token: symbol) {
    if (token !== maker) throw new Error('ShellText is made by the functions of shell-text.ts only');
    this.kind = kind;
    this.text = text;
  }
}

const maker = Symbol('the functions of shell-text.ts');
const make = (kind: Kind, text: string) => new ShellText(kind, text, maker);

/** A string that a shell script cannot carry in this place. The checker finds these first; this is the last line. */
export class UnspeakableInShell extends Error {}

const plainWord = /^[A-Za-z0-9_@%+:,./-]+$/;

/** One shell word that expands to exactly `value`. Refuses NUL, which no argument can hold. */
export function word(value: string): ShellText {
  if (value.includes('\0')) throw new UnspeakableInShell('a shell word cannot hold a NUL character');
  return make('word', plainWord.test(value) ? value : quote(value));
}

/** Several words, with a space between: the items of an array. */
export function words(values: readonly string[]): ShellText {
  return make('code', values.map((value) => word(value).text).join(' '));
}

/** Single quotes; but double ones around what ShellCheck would take for a mistake in single ones. */
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
  if (!Number.isSafeInteger(value) || value < 0)
    throw new UnspeakableInShell(`${value} is not a whole number`);
  return make('number', String(value));
}

/** Text behind a `#`: control characters, line ends among them, become spaces. */
export function comment(value: string): ShellText {
  return make('comment', value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' '));
}

/**
 * An `#SBATCH` option. Slurm reads these lines with a parser of its own (quotes, backslashes and `#` mean
 * something to it), so only characters that mean nothing to it are let through.
 */
export function directive(option: string, value?: string | number): ShellText {
  const text = value === undefined ? option : `${option}=${value}`;
  if (!/^--[a-z-]+(=[A-Za-z0-9_.,@%+:=/&|*()[\]-]+)?$/.test(text))
    throw new UnspeakableInShell(`an #SBATCH line cannot carry ${JSON.stringify(text)}`);
  return make('directive', text);
}

/** The lines of a here-document with a quoted delimiter, and a delimiter that none of them is. */
export function hereDocument(text: string): { readonly body: ShellText; readonly delimiter: ShellText } {
  if (text.includes('\0')) throw new UnspeakableInShell('a here-document cannot hold a NUL character');
  const body = text.endsWith('\n') ? text : `${text}\n`;
  const lines = new Set(body.split('\n'));
  let delimiter = 'RUN';
  for (let n = 1; lines.has(delimiter); n++) delimiter = `RUN_${n}`;
  return { body: make('verbatim', body), delimiter: word(delimiter) };
}

/** Our own shell text, with pieces filled in that are shell text already: code`export ${name}=${value}`. */
export function code(literals: TemplateStringsArray, ...values: ShellText[]): ShellText {
  return make(
    'code',
    literals.reduce((text, literal, i) => `${text}${values[i - 1]?.text ?? ''}${literal}`),
  );
}
