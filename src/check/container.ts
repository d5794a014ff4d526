import { outputs } from '../diagnostics/outputs.ts';
import { values } from '../diagnostics/values.ts';
import { listing } from '../diagnostics/words.ts';
import { whyNoPrintedFile, whyNoRecipePath } from '../emit/forms.ts';
import type { Clause, StringValue } from '../model/ast.ts';
import { type ClauseName, type ClauseSpec, clauses, splitMount } from '../model/clauses.ts';
import {
  type Container,
  type Distribution,
  DMTCP_PREFIX,
  type Image,
  type ImageSource,
  type Mount,
} from '../model/container.ts';
import type { HostPath, Recipe } from '../model/flow.ts';
import { asWritten } from '../model/path.ts';
import type { Span } from '../model/span.ts';
import type { Read } from './blocks.ts';
import { place, recipePlace, separatorIn } from './container-values.ts';
import { type Context, contentSpan, type Given, textOf } from './context.ts';
import { fillIn } from './insert.ts';
import { hostPath } from './path.ts';

/** A `mount` as it was read: what of it was right. */
export interface ReadMount {
  readonly from: HostPath | undefined;
  /** Tidy. */
  readonly to: Given<string> | undefined;
  /** Where it says `readonly`. */
  readonly readonly: Span | undefined;
}

/** A clause that puts something into an image, as it was read: what of it was right. */
export interface ReadSource {
  readonly source: ImageSource | undefined;
  /** Tidy. */
  readonly to: Given<string> | undefined;
}

/** The container, of what was right in its block; undefined where something that it cannot do without was not. */
export function containerOf({ values, mounts }: ReadContainer): Container | undefined {
  const { runtime, image, dmtcp, modules, options } = values;
  const whole = mounts.flatMap(({ from, to, readonly }): Mount[] =>
    from && to ? [{ from, to: to.value, readonly: readonly !== undefined }] : [],
  );
  if (!runtime || !image || whole.length < mounts.length) return undefined;
  return {
    runtime: runtime.value,
    image: image.value,
    dmtcp: dmtcp?.value ?? DMTCP_PREFIX,
    modules: modules?.value ?? [],
    options: options?.value ?? [],
    mounts: whole,
  };
}

/** A `container` block with its clauses. */
export type ReadContainer = Read<'container'> & { readonly mounts: readonly ReadMount[] };
/** An `image` block with its clauses. */
export type ReadImage = Read<'image'> & { readonly sources: readonly ReadSource[] };

const IS_URL = /^[a-z][a-z0-9+.-]*:\/\//i;

/** The releases of DMTCP that an image is known to work with, the usual one first. */
const USUAL_RELEASE = '4.1.1';

/** Likewise the recipe of an image. What depends on two of its values was looked at by the rules. */
export function recipeOf({ values, sources }: ReadImage): Recipe | undefined {
  const { from, distribution, packages, build_packages, build, results } = values;
  const { dmtcp_release, dmtcp_archive, dmtcp_sha256 } = values;
  const { user, env, labels, platform, build_cache } = values;
  const decided = distribution?.value ?? (from && distributionOf(from.value));
  const whole = sources.flatMap(({ source }) => source ?? []);
  if (!from || !decided || whole.length < sources.length) return undefined;
  return {
    from: from.value,
    distribution: decided,
    packages: packages?.value ?? [],
    buildPackages: build_packages?.value ?? [],
    sources: whole,
    build:
      build === undefined
        ? null
        : {
            text: withEnd(textOf(build.value)),
            textSpan: contentSpan(build.value),
            textParts: build.value,
          },
    results: results?.value ?? [...new Set(whole.map(({ to }) => to.replace(/(?<=.)\/$/, '')))],
    ...(user && { user: user.value }),
    ...(env && { env: env.value }),
    ...(labels && { labels: labels.value }),
    ...(platform && { platform: platform.value }),
    ...(build_cache && { cache: build_cache.value }),
    dmtcp: {
      release: dmtcp_release?.value ?? USUAL_RELEASE,
      archive:
        dmtcp_archive && dmtcp_sha256 ? { path: dmtcp_archive.value, sha256: dmtcp_sha256.value } : null,
    },
  };
}

/** Reports a build that a recipe cannot carry. */
export function checkBuild({ values }: Read<'image'>, { report }: Context): void {
  const text = values.build && textOf(values.build.value);
  const why = text === undefined ? undefined : whyNoPrintedFile(text);
  if (values.build !== undefined && why !== undefined)
    report(outputs.notCarried, values.build.span, { value: text ?? '', why });
}

const withEnd = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);

/** Words that are a distribution, or a release of one, in the name or the tag of an image. */
const WORDS: readonly (readonly [RegExp, Distribution])[] = [
  [/^ubi\d*$/, 'ubi'],
  [/^(?:debian\d*|buster|bullseye|bookworm|trixie|forky|sid)$/, 'debian'],
  [/^(?:ubuntu[\d.]*|bionic|focal|jammy|noble)$/, 'ubuntu'],
  [/^(?:rocky|rockylinux)[\d.]*$/, 'rocky'],
  [/^(?:alma|almalinux)[\d.]*$/, 'alma'],
  [/^(?:centos|stream)\d*$/, 'centos'],
  [/^fedora\d*$/, 'fedora'],
  [/^opensuse$/, 'opensuse'],
  [/^(?:suse|sles\d*|bci)$/, 'sles'],
];

/**
 * What popular images are made of whose names say nothing of it: official images of Docker, whose own tags are of Debian
 * unless they say otherwise; images of Rocker, Jupyter and conda (their Dockerfiles, 2025).
 */
const KNOWN: readonly (readonly [RegExp, Distribution])[] = [
  [
    /^library\/(?:buildpack-deps|gcc|golang|haskell|julia|mariadb|node|openjdk|perl|php|postgres|pypy|python|r-base|ruby|rust)$/,
    'debian',
  ],
  [/^library\/eclipse-temurin$/, 'ubuntu'],
  [/^rocker\/(?:r-base|drd|r-devel)$/, 'debian'],
  [/^rocker\//, 'ubuntu'],
  [/^jupyter\//, 'ubuntu'],
  [/^(?:condaforge|mambaorg\/micromamba-ubuntu)(?:$|\/)/, 'ubuntu'],
  [/^(?:continuumio\/|mambaorg\/micromamba$)/, 'debian'],
];

/** What a base image is made of, where its name says so. The tag is nearer to it: python:3.12-bookworm. */
export function distributionOf(image: Image): Distribution | undefined {
  const { repository, tag } =
    image.kind === 'name' ? image : { repository: asWritten(image.path).replace(/^.*\//, ''), tag: '' };
  const among = (text: string) => {
    const words = text.toLowerCase().split(/[^a-z\d.]+|(?<=[a-z])\.|(?<=\d)\.(?=[a-z])/);
    return WORDS.find(([word]) => words.some((one) => word.test(one)))?.[1];
  };
  return among(tag) ?? among(repository) ?? KNOWN.find(([name]) => name.test(repository))?.[1];
}

export function readMount(clause: Clause, context: Context): ReadMount {
  const { text, parts, flags, whole } = readClause(clause, context);
  return {
    from: whole ? text && mountable(text, context) : undefined,
    to: parts['to'] && given(parts['to'], place(parts['to'], context)),
    readonly: flags['readonly'],
  };
}

/** A value that was found right, with the place of what it was read from. */
const given = <T>({ span }: StringValue, value: T | undefined): Given<T> | undefined =>
  value === undefined ? undefined : { value, span };

/** A path that reaches a runtime in an option that it takes to pieces. */
function mountable(value: StringValue, context: Context): HostPath | undefined {
  const path = hostPath(value, 'mount', context);
  const odd = path && separatorIn(path);
  if (odd === undefined) return path;
  context.report(values.mountFrom, value.span, { text: textOf(value), odd });
  return undefined;
}

/** One source of an image. What it is taken from is only read when the image is built. */
export function readSource(clause: Clause, context: Context): ReadSource {
  const read = readClause(clause, context);
  const where = read.parts['to'];
  const to = where && given(where, recipePlace(where, context));
  if (!read.whole || !where || !to) return { source: undefined, to };
  // Behind a folder, its name: what is put there keeps its own.
  const folder = textOf(where).endsWith('/') && to.value !== '/';
  return { source: sourceOf(clause, read, folder ? `${to.value}/` : to.value, context), to };
}

function sourceOf(
  { key }: Clause,
  { text, parts: { commit, sha256 } }: ReadClause,
  to: string,
  context: Context,
): ImageSource | undefined {
  if (text === undefined) return undefined;
  const from = textOf(text);
  if (key.text === 'copy') return isBelow(text, context) ? { kind: 'copy', from, to } : undefined;
  if (key.text === 'git' && commit !== undefined) {
    const right = hex(commit, 'commit', context);
    return isRemote(text, 'git', context) && right
      ? { kind: 'git', from, commit: textOf(commit), to }
      : undefined;
  }
  if (sha256 === undefined) return undefined;
  if (IS_URL.test(from) ? !isRemote(text, 'archive', context) : !isBelow(text, context)) return undefined;
  if (/\.(?:zip|7z|rar)$/i.test(from)) {
    const why = 'only tar archives are unpacked';
    context.report(values.sourcePath, text.span, { text: from, why, fix: undefined });
    return undefined;
  }
  const right = hex(sha256, 'checksum', context);
  return right ? { kind: 'archive', from, sha256: textOf(sha256), to } : undefined;
}

/** Of hexadecimal digits, small ones, as many as such a thing has. */
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

/** What git fetches from, and what curl does. */
const REMOTE = {
  git: { schemes: ['http', 'https', 'ssh', 'git', 'ftp'], example: 'https://example.org/solve.git' },
  archive: { schemes: ['http', 'https', 'ftp'], example: 'https://example.org/solve-1.2.tar.gz' },
} as const;

function isRemote(value: StringValue, verb: keyof typeof REMOTE, { report }: Context): boolean {
  const schemes: readonly string[] = REMOTE[verb].schemes;
  const text = textOf(value);
  const isUrl = IS_URL.test(text);
  const [, host, path] = /^(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+):(?!\/\/)(.+)$/.exec(text) ?? [];
  const why = !isUrl
    ? 'it is no URL'
    : !schemes.includes(text.replace(/:.*$/s, '')) || !/:\/\/[^\s\p{Cc}]+$/u.test(text)
      ? `it is no URL of ${listing(schemes, 'or')}`
      : undefined;
  const fix = isUrl
    ? `a build fetches it, as in "${REMOTE[verb].example}"`
    : host === undefined
      ? 'what is beside the flow comes with `copy`'
      : `write "https://${host}/${path}"`;
  if (why !== undefined) report(values.sourcePath, value.span, { text, why, fix });
  return why === undefined;
}

/** Relative, and in the folder of the flow or below it: what is elsewhere no build can see. */
export function isBelow(value: StringValue, { report }: Context): boolean {
  const text = textOf(value);
  const why = whyNotBelow(text);
  if (why !== undefined) {
    const fix = 'an image is built from the folder of the flow and what is below it: put it there';
    report(values.sourcePath, value.span, { text, why, fix: IS_URL.test(text) ? undefined : fix });
  }
  return why === undefined;
}

export function whyNotBelow(text: string): string | undefined {
  if (text === '') return 'it is empty';
  if (/\p{Cc}/u.test(text)) return 'it holds a control character';
  if (IS_URL.test(text)) return 'it is a URL, which `archive` or `git` fetches';
  if (/^[/~]/.test(text)) return 'it is not relative to the flow';
  if (text.split('/').includes('..')) return '`..` leads out of the folder of the flow';
  return whyNoRecipePath(text);
}

/** A clause with {{…}} filled in: what of it was right. */
interface ReadClause {
  readonly text: StringValue | undefined;
  readonly parts: Readonly<Record<string, StringValue>>;
  /** Where each stands. */
  readonly flags: Readonly<Record<string, Span>>;
  /** All of it was right, and nothing is missing. */
  readonly whole: boolean;
}

function readClause({ key, text, parts, broken, span }: Clause, context: Context): ReadClause {
  if (broken) return { text: undefined, parts: {}, flags: {}, whole: false };
  const verb = key.text as ClauseName;
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
    if (!known) wrong(part.word.span, `has no \`${word}\``);
    else if (word in flags || word in read) wrong(part.word.span, `has \`${word}\` twice`);
    else if (isFlag && part.text !== undefined) wrong(part.text.span, `takes no text behind \`${word}\``);
    else if (isFlag) flags[word] = part.word.span;
    else if (part.text === undefined) wrong(part.word.span, `has nothing behind \`${word}\``);
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
      wrong: `lacks \`${missing} "…"\``,
      fix,
      example: spec.example,
    });
  }
  return { text: first, parts: read, flags, whole: right && missing === undefined };
}
