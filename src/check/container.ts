import { values } from '../diagnostics/values.ts';
import type { Clause, StringValue } from '../model/ast.ts';
import type { Container, Distribution, ImageSource, Mount } from '../model/container.ts';
import type { Recipe } from '../model/flow.ts';
import type { Read } from './blocks.ts';
import { place } from './container-values.ts';
import { type Context, contentSpan, textOf } from './context.ts';
import { fillIn } from './insert.ts';
import { hostPath } from './path.ts';
import { type ClauseName, type ClauseSpec, clauses } from './vocabulary.ts';

/** The container, of what was right in its block; undefined where something that it cannot do without was not. */
export function readContainer(block: Read<'container'>, context: Context): Container | undefined {
  const { runtime, image, dmtcp, modules, options } = block.values;
  const mounts = block.clauses.map((clause) => readMount(clause, context));
  if (!runtime || !image || mounts.includes(undefined)) return undefined;
  return {
    runtime: runtime.value,
    image: image.value,
    dmtcp: dmtcp?.value ?? '/usr/local',
    modules: modules?.value ?? [],
    options: options?.value ?? [],
    mounts: mounts.filter((one) => one !== undefined),
  };
}

/** The releases of DMTCP that an image is known to work with, the usual one first. */
const USUAL_RELEASE = '4.1.1';

/** Likewise the recipe of an image. What depends on two of its values was looked at by the rules. */
export function readRecipe(block: Read<'image'>, context: Context): Recipe | undefined {
  const { from, distribution, packages, build_packages, build, results } = block.values;
  const { dmtcp_release, dmtcp_archive, dmtcp_sha256 } = block.values;
  const sources = block.clauses.map((clause) => readSource(clause, context));
  const text = build && fillIn(build.value, context, 'shell');
  const decided = distribution?.value ?? (from && distributionOf(from.value.repository, from.value.tag));
  if (!from || !decided || sources.includes(undefined) || (build && text === undefined)) return undefined;
  const whole = sources.filter((one) => one !== undefined);
  return {
    from: from.value,
    distribution: decided,
    packages: packages?.value ?? [],
    buildPackages: build_packages?.value ?? [],
    sources: whole,
    build:
      text === undefined || build === undefined
        ? null
        : { text: withEnd(textOf(text)), textSpan: contentSpan(build.value), textParts: text },
    results: results?.value ?? [...new Set(whole.map(({ to }) => to.replace(/(?<=.)\/$/, '')))],
    dmtcp: {
      release: dmtcp_release?.value ?? USUAL_RELEASE,
      archive:
        dmtcp_archive && dmtcp_sha256 ? { path: dmtcp_archive.value, sha256: dmtcp_sha256.value } : null,
    },
  };
}

const withEnd = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);

/** What a base image is made of, where its name says so. */
export function distributionOf(repository: string, tag: string): Distribution | undefined {
  const name = repository.replace(/^library\//, '');
  if (/^debian$|\/debian/.test(name)) return 'debian';
  if (/^ubuntu$|\/ubuntu/.test(name)) return 'ubuntu';
  if (/rockylinux|(?:^|\/)rocky/.test(name)) return 'rocky';
  if (/almalinux|(?:^|\/)alma/.test(name)) return 'alma';
  if (/(?:^|\/)opensuse/.test(name)) return 'opensuse';
  if (/(?:^|\/)(?:suse|sles|bci)/.test(name)) return 'sles';
  // Many official images say in their tag what they are built on: python:3.12-bookworm.
  if (/\b(?:bookworm|bullseye|trixie|buster)\b/.test(tag)) return 'debian';
  if (/\b(?:jammy|noble|focal|ubuntu)/.test(tag)) return 'ubuntu';
  return undefined;
}

function readMount(clause: Clause, context: Context): Mount | undefined {
  const parts = readClause(clause, context);
  const from = parts && hostPath(parts.text, 'mount', context);
  const to = parts?.parts['to'] && place(parts.parts['to'], context);
  return from && to ? { from, to, readonly: parts?.flags.includes('readonly') === true } : undefined;
}

/** One source of an image. What it is taken from is only read when the image is built. */
function readSource(clause: Clause, context: Context): ImageSource | undefined {
  const read = readClause(clause, context);
  const where = read?.parts['to'];
  const whole = where && place(where, context);
  if (!read || !whole || !where) return undefined;
  // Behind a folder, its name: what is put there keeps its own.
  const to = textOf(where).endsWith('/') && whole !== '/' ? `${whole}/` : whole;
  const from = textOf(read.text);
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(from);
  const { commit, sha256 } = read.parts;
  if (commit !== undefined) {
    const right = hex(commit, 'a commit', 40, 'git rev-parse HEAD', context);
    return isRemote(read.text, isUrl, context) && right
      ? { kind: 'git', from, commit: textOf(commit), to }
      : undefined;
  }
  if (!isUrl && !isBelow(read.text, context)) return undefined;
  if (sha256 === undefined) return { kind: 'copy', from, to };
  if (isUrl && !isRemote(read.text, isUrl, context)) return undefined;
  const right = hex(sha256, 'a SHA-256 checksum', 64, 'sha256sum', context);
  return right ? { kind: 'archive', from, sha256: textOf(sha256), to } : undefined;
}

/** Of hexadecimal digits, small ones, as many as that. */
export function hex(
  value: StringValue,
  what: string,
  digits: number,
  command: string,
  { report }: Context,
): boolean {
  const found = textOf(value);
  if (new RegExp(`^[0-9a-f]{${digits}}$`).test(found)) return true;
  report(values.hexDigits, value.span, { what, digits, found, command });
  return false;
}

function isRemote(value: StringValue, isUrl: boolean, { report }: Context): boolean {
  const text = textOf(value);
  const why = !isUrl
    ? 'it is no URL'
    : !/^(?:https?|ssh|git|ftp):\/\/[^\s\p{Cc}]+$/u.test(text)
      ? 'it is no URL of http, https, ssh, git or ftp'
      : undefined;
  if (why !== undefined) report(values.sourcePath, value.span, { text, why });
  return why === undefined;
}

/** Relative, and in the folder of the flow or below it: what is elsewhere no build can see. */
export function isBelow(value: StringValue, { report }: Context): boolean {
  const text = textOf(value);
  const why = whyNotBelow(text);
  if (why !== undefined) report(values.sourcePath, value.span, { text, why });
  return why === undefined;
}

export function whyNotBelow(text: string): string | undefined {
  if (text === '') return 'it is empty';
  if (/\p{Cc}/u.test(text)) return 'it holds a control character';
  if (/^[/~]/.test(text)) return 'it is not relative to the flow';
  if (text.split('/').includes('..')) return '`..` leads out of the folder of the flow';
  if (/[$*?[\]\\"'`{}()!]/.test(text))
    return 'quotes, brackets, `$`, `*`, `?`, `!` and backslashes mean something to those who read a recipe';
  return undefined;
}

interface ReadClause {
  readonly text: StringValue;
  readonly parts: Readonly<Record<string, StringValue>>;
  readonly flags: readonly string[];
}

/** A clause with all its parts, each once, {{…}} filled in; undefined after a report. */
function readClause({ key, text, parts, span }: Clause, context: Context): ReadClause | undefined {
  const verb = key.text as ClauseName;
  const spec: ClauseSpec = clauses[verb];
  const first = text.kind === 'string' ? fillIn(text, context) : undefined;
  const read: Record<string, StringValue> = {};
  const flags: string[] = [];
  let right = first !== undefined;
  const wrong = (at: Clause['span'], what: string) => {
    right = false;
    context.report(values.clauseParts, at, { verb, wrong: what, example: spec.example });
  };
  for (const part of parts) {
    const word = part.word.text;
    const isFlag = spec.flags.includes(word);
    const known = isFlag || spec.parts.includes(word);
    if (!known) wrong(part.word.span, `has no \`${word}\``);
    else if (flags.includes(word) || word in read) wrong(part.word.span, `has \`${word}\` twice`);
    else if (isFlag && part.text !== undefined) wrong(part.text.span, `takes no text behind \`${word}\``);
    else if (isFlag) flags.push(word);
    else if (part.text === undefined) wrong(part.word.span, `has nothing behind \`${word}\``);
    else {
      const filled = part.text.kind === 'string' ? fillIn(part.text, context) : undefined;
      if (filled === undefined) right = false;
      else read[word] = filled;
    }
  }
  const missing = spec.parts.find((word) => !parts.some((part) => part.word.text === word));
  if (missing !== undefined) wrong(span, `lacks \`${missing} "…"\``);
  return right && first !== undefined ? { text: first, parts: read, flags } : undefined;
}
