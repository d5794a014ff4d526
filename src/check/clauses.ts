import { values } from '../diagnostics/values.ts';
import { listing } from '../diagnostics/words.ts';
import { isUrl, whyInvalidRecipePath } from '../emit/forms.ts';
import { type ClauseName, type ClauseSpec, clauses, splitMount } from '../language/clauses.ts';
import type { vocabulary } from '../language/vocabulary/index.ts';
import type { Clause, StringValue } from '../model/ast.ts';
import type { ImageSource } from '../model/container.ts';
import type { HostPath } from '../model/flow.ts';
import { nothingLeft } from '../model/nothing-left.ts';
import type { Span } from '../model/span.ts';
import { place, recipePlace, separatorIn } from './container-values.ts';
import { type Context, type Located, textOf } from './context.ts';
import { fillIn } from './insert.ts';
import { hostPath } from './path.ts';

/** A `mount` after reading: its valid parts. */
export interface ReadMount {
  readonly from: HostPath | undefined;
  /** Normalised. */
  readonly to: Located<string> | undefined;
  /** Where it says `readonly`. */
  readonly readonly: Span | undefined;
}

/** A clause that puts something into an image, after reading: its valid parts. */
export interface ReadSource {
  readonly source: ImageSource | undefined;
  /** Normalised. */
  readonly to: Located<string> | undefined;
}

export function readMount(clause: Clause, context: Context): ReadMount {
  const { text, parts, flags, whole } = readClause('mount', clause, context);
  const { to, ...more } = parts;
  nothingLeft(more);
  const { readonly, ...rest } = flags;
  nothingLeft(rest);
  return {
    from: whole ? text && mountable(text, context) : undefined,
    to: to && located(to, place(to, context)),
    readonly,
  };
}

/** A valid value, with the place that it was read from. */
const located = <T>({ span }: StringValue, value: T | undefined): Located<T> | undefined =>
  value === undefined ? undefined : { value, span };

/** A path that a runtime gets as part of an option. */
function mountable(value: StringValue, context: Context): HostPath | undefined {
  const path = hostPath(value, 'mount', context);
  const odd = path && separatorIn(path);
  if (odd === undefined) return path;
  context.report(values.mountFrom, value.span, { text: textOf(value), odd });
  return undefined;
}

type SourceClause = (typeof vocabulary)['image']['clauses'][number];

/** One source of an image. Its contents are read only when the image is built. */
export const readSource = (clause: Clause, context: Context): ReadSource =>
  sources[clause.key.text as SourceClause](clause, context);

/** How each of them is read. */
const sources: { readonly [N in SourceClause]: (clause: Clause, context: Context) => ReadSource } = {
  copy: (clause, context) => {
    const { text, parts, whole } = readClause('copy', clause, context);
    const { to: where, ...rest } = parts;
    nothingLeft(rest);
    return source(where, context, (to) => {
      if (!whole || text === undefined || !isBelow(text, context)) return undefined;
      return { kind: 'copy', from: textOf(text), to };
    });
  },
  git: (clause, context) => {
    const { text, parts, whole } = readClause('git', clause, context);
    const { commit, to: where, ...rest } = parts;
    nothingLeft(rest);
    return source(where, context, (to) => {
      if (!whole || text === undefined || commit === undefined) return undefined;
      const right = hex(commit, 'commit', context);
      if (!isRemote(text, 'git', context) || !right) return undefined;
      return { kind: 'git', from: textOf(text), commit: textOf(commit), to };
    });
  },
  archive: (clause, context) => {
    const { text, parts, whole } = readClause('archive', clause, context);
    const { sha256, to: where, ...rest } = parts;
    nothingLeft(rest);
    return source(where, context, (to) => {
      if (!whole || text === undefined || sha256 === undefined) return undefined;
      const from = textOf(text);
      if (isUrl(from) ? !isRemote(text, 'archive', context) : !isBelow(text, context)) return undefined;
      if (/\.(?:zip|7z|rar)$/i.test(from)) {
        const why = 'crc unpacks only tar archives';
        context.report(values.sourcePath, text.span, { text: from, why, fix: undefined });
        return undefined;
      }
      if (!hex(sha256, 'checksum', context)) return undefined;
      return { kind: 'archive', from, sha256: textOf(sha256), to };
    });
  },
};

/** A source and its target, if valid. If the target is a folder (`/opt/`), the source keeps its name there. */
function source(
  where: StringValue | undefined,
  context: Context,
  read: (to: string) => ImageSource | undefined,
): ReadSource {
  const to = where && located(where, recipePlace(where, context));
  if (where === undefined || to === undefined) return { source: undefined, to };
  const isFolder = textOf(where).endsWith('/') && to.value !== '/';
  return { source: read(isFolder ? `${to.value}/` : to.value), to };
}

/** A checksum or commit: lower-case hexadecimal digits of the right number. */
export function hex(value: StringValue, what: 'commit' | 'checksum', { report }: Context): boolean {
  const found = textOf(value);
  const digits = what === 'commit' ? 40 : 64;
  const right = new RegExp(`^[0-9a-f]{${digits}}$`);
  if (right.test(found)) return true;
  const meant = found
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, '');
  report(values.hexDigits, value.span, { what, digits, found, fix: right.test(meant) ? meant : undefined });
  return false;
}

/** The URLs that git can fetch from, and those for curl. */
const REMOTE = {
  git: { schemes: ['http', 'https', 'ssh', 'git', 'ftp'], example: 'https://example.org/solve.git' },
  archive: { schemes: ['http', 'https', 'ftp'], example: 'https://example.org/solve-1.2.tar.gz' },
} as const;

function isRemote(value: StringValue, verb: keyof typeof REMOTE, { report }: Context): boolean {
  const schemes: readonly string[] = REMOTE[verb].schemes;
  const text = textOf(value);
  const hasScheme = isUrl(text);
  const [, host, path] = /^(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+):(?!\/\/)(.+)$/.exec(text) ?? [];
  const why = !hasScheme
    ? 'it is not a URL'
    : !schemes.includes(text.replace(/:.*$/s, '')) || !/:\/\/[^\s\p{Cc}]+$/u.test(text)
      ? `it is not a URL with ${listing(schemes, 'or')}`
      : undefined;
  const fix = hasScheme
    ? `the build has to be able to fetch it, as in "${REMOTE[verb].example}"`
    : host === undefined
      ? 'use `copy` for files beside the flow'
      : `write "https://${host}/${path}"`;
  if (why !== undefined) report(values.sourcePath, value.span, { text, why, fix });
  return why === undefined;
}

/** A relative path in the flow's folder or below it: a build sees nothing else. */
export function isBelow(value: StringValue, { report }: Context): boolean {
  const text = textOf(value);
  const why = whyNotBelow(text);
  if (why !== undefined) {
    const fix = 'a build sees only the folder of the flow and what is below it: put it there';
    report(values.sourcePath, value.span, { text, why, fix: isUrl(text) ? undefined : fix });
  }
  return why === undefined;
}

export function whyNotBelow(text: string): string | undefined {
  if (text === '') return 'it is empty';
  if (/[\0-\x1f\x7f-\x9f]/.test(text)) return 'it contains a control character';
  if (isUrl(text)) return 'it is a URL: use `archive` or `git` to fetch it';
  if (/^[/~]/.test(text)) return 'it must be relative to the flow';
  if (text.split('/').includes('..')) return '`..` leaves the folder of the flow';
  return whyInvalidRecipePath(text);
}

/** A clause with {{…}} filled in: its valid parts. */
interface ReadClause<N extends ClauseName> {
  readonly text: StringValue | undefined;
  readonly parts: { readonly [P in Clauses[N]['parts'][number]]?: StringValue };
  /** Where each flag is. */
  readonly flags: { readonly [F in Clauses[N]['flags'][number]]?: Span };
  /** All of it is valid, and nothing is missing. */
  readonly whole: boolean;
}

type Clauses = typeof clauses;

function readClause<N extends ClauseName>(
  verb: N,
  { text, parts, broken, span }: Clause,
  context: Context,
): ReadClause<N> {
  if (broken) return { text: undefined, parts: {}, flags: {}, whole: false };
  const spec: ClauseSpec = clauses[verb];
  const first = text.kind === 'string' ? fillIn(text, context) : undefined;
  const read: Record<string, StringValue> = {};
  const flags: Record<string, Span> = {};
  let right = first !== undefined;
  const wrong = (at: Clause['span'], what: string) => {
    right = false;
    context.report(values.clauseParts, at, { verb, wrong: what, fix: undefined, example: spec.example });
  };
  for (const part of parts) {
    const word = part.word.text;
    const isFlag = spec.flags.includes(word);
    const known = isFlag || spec.parts.includes(word);
    if (!known) wrong(part.word.span, `does not take \`${word}\``);
    else if (word in flags || word in read) wrong(part.word.span, `has \`${word}\` twice`);
    else if (isFlag && part.text !== undefined) wrong(part.text.span, `takes no text after \`${word}\``);
    else if (isFlag) flags[word] = part.word.span;
    else if (part.text === undefined) wrong(part.word.span, `needs a text after \`${word}\``);
    else {
      const filled = part.text.kind === 'string' ? fillIn(part.text, context) : undefined;
      if (filled === undefined) right = false;
      else read[word] = filled;
    }
  }
  const missing = spec.parts.find((word) => !parts.some((part) => part.word.text === word));
  if (missing !== undefined) {
    const fix = verb === 'mount' && parts.length === 0 && first ? splitMount(textOf(first)) : undefined;
    context.report(values.clauseParts, span, {
      verb,
      wrong: `needs \`${missing} "…"\``,
      fix,
      example: spec.example,
    });
  }
  const whole = right && missing === undefined;
  return { text: first, parts: read, flags, whole } as ReadClause<N>;
}
