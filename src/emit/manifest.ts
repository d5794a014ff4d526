import type { Artifact } from '../model/artifact.ts';
import type { Settings } from '../model/program.ts';

/** What made which file, for whoever finds the output later (specs/manifest.schema.json). */
export interface Manifest {
  readonly format: 1;
  /** The version of crc that wrote it; scripts do not depend on it. */
  readonly crc?: string;
  /** Version of crc's runtime, which determines whether a script would come out differently. */
  readonly runtime: number;
  /** Path relative to the manifest, `/` between folders; `-` for standard input. The checksum is of what the file says: comments do not count. */
  readonly source: { readonly path: string; readonly sha256: string };
  /** The files that it includes, directly or not; absent if there are none. */
  readonly includes?: readonly { readonly path: string; readonly sha256: string }[];
  /** The parameters given with --set, as written; absent if nothing was set. */
  readonly set?: Readonly<Record<string, string>>;
  /** The site that it was compiled for; absent if none was named. `given`: by --site, not by the source. */
  readonly site?: { readonly name: string; readonly given: boolean; readonly sha256?: string };
  /** The digests that images are pinned to, by name; absent if no image is pinned. */
  readonly images?: Readonly<Record<string, string>>;
  readonly outputs: readonly { readonly name: string; readonly sha256: string }[];
}

/** The manifest of one flow's artifacts. Contains no time and no absolute path, because it is committed beside them. */
export function manifest(of: {
  name: string;
  crc: string;
  runtime: number;
  /** `meaning`: src/syntax/meaning.ts. */
  source: { path: string; meaning: string };
  includes?: readonly { path: string; meaning: string }[];
  settings?: Settings;
  site?: { name: string; given: boolean; meaning: string | undefined } | undefined;
  images?: ReadonlyMap<string, string>;
  artifacts: readonly Artifact[];
  /** The checksum of a text, in pieces or whole, in hexadecimal digits. */
  sha256: (...pieces: readonly string[]) => string;
}): Artifact {
  const hashed = ({ path, meaning }: { path: string; meaning: string }) => ({
    path,
    sha256: of.sha256(meaning),
  });
  const includes = of.includes ?? [];
  const settings = [...(of.settings ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  const content: Manifest = {
    format: 1,
    crc: of.crc,
    runtime: of.runtime,
    source: hashed(of.source),
    ...(includes.length > 0 ? { includes: includes.map(hashed) } : {}),
    ...(settings.length > 0 ? { set: Object.fromEntries(settings) } : {}),
    ...(of.site === undefined ? {} : { site: siteOf(of.site, of.sha256) }),
    ...(of.images && of.images.size > 0 ? { images: Object.fromEntries([...of.images].sort()) } : {}),
    outputs: of.artifacts.map(({ name, text, pieces = [text] }) => ({ name, sha256: of.sha256(...pieces) })),
  };
  return { name: `${of.name}.crc.json`, text: `${JSON.stringify(content, null, 2)}\n` };
}

function siteOf(
  { name, given, meaning }: { name: string; given: boolean; meaning: string | undefined },
  sha256: (text: string) => string,
) {
  return { name, given, ...(meaning === undefined ? {} : { sha256: sha256(meaning) }) };
}

/** The end of a manifest's name, after the workflow's. */
export const manifestSuffix = '.crc.json';

/** The same manifest, as another version of crc would write it. */
export const writtenBy = (text: string, crc: string): string =>
  text.replace(/^ {2}"crc": ".*",$/m, () => `  "crc": ${JSON.stringify(crc)},`);

/** A manifest's text as it was written by `manifest`, or why it is invalid, as a phrase that completes "X is not a valid manifest: …". */
export function readManifest(text: string): Manifest | { readonly why: string } {
  let read: Partial<Record<keyof Manifest, unknown>> | null;
  try {
    read = JSON.parse(text);
  } catch {
    return { why: 'not JSON' };
  }
  if (read?.format !== 1) return { why: 'it has no `"format": 1`' };
  const { crc, runtime, source, includes = [], set = {}, images = {}, outputs } = read;
  const right =
    (crc === undefined || typeof crc === 'string') &&
    Number.isSafeInteger(runtime) &&
    isHashed(source, 'path') &&
    isList(includes, (one) => isHashed(one, 'path')) &&
    isList(outputs, (one) => isHashed(one, 'name') && /^[^/\0]+$/.test(one['name'] ?? '')) &&
    isTexts(set, /^/) &&
    isTexts(images, /^sha256:[0-9a-f]{64}$/);
  return right ? (read as Manifest) : { why: 'not in the form that crc writes' };
}

const isTexts = (value: unknown, pattern: RegExp) =>
  typeof value === 'object' &&
  Object.values(value ?? {}).every((one) => typeof one === 'string' && pattern.test(one));

const isList = (value: unknown, isItem: (item: unknown) => boolean) =>
  Array.isArray(value) && value.every(isItem);

function isHashed(value: unknown, key: string): value is Readonly<Record<string, string>> {
  const one = value as Readonly<Record<string, unknown>> | null | undefined;
  return typeof one?.[key] === 'string' && typeof one['sha256'] === 'string';
}
