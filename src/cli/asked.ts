import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { diagnose } from '../diagnostics/define.ts';
import { type Manifest, manifestSuffix, readManifest } from '../emit/manifest.ts';
import { filesIn, isFolder, readOutput, realPath } from '../host/files.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { conflictsIn, versionsOf } from '../syntax/conflict.ts';
import { findings } from './findings.ts';
import { includedBy } from './includes.ts';
import type { Reporter } from './report.ts';

/** A manifest on disk. */
export interface Found {
  readonly manifest: Manifest;
  readonly path: string;
  readonly folder: string;
  readonly workflow: string;
  /** Its source, relative to the current folder; `-` for standard input. */
  readonly source: string;
}

/** What the command line of `--check` or `--stale` is about. */
export interface Asked {
  /** The manifests, except those whose source no longer exists. */
  readonly found: readonly Found[];
  /** Those. */
  readonly gone: readonly Found[];
  /** The flows that no manifest names, and the folder to which they would be compiled. */
  readonly fresh: readonly { readonly file: string; readonly folder: string }[];
}

/** Where it reports what it cannot read. */
type Failing = Pick<Reporter, 'report' | 'failed'>;

const flowSuffix = '.crflow';
const OUTPUT = /\.(?:sbatch|crc\.json|Dockerfile|Dockerfile\.dockerignore|image\.sh|def)$/;

/**
 * Finds the flows that the user named: as flows, as folders with flows or outputs, or as outputs compiled from them; without
 * any, this folder. Manifests are where they were named, beside their flows, or else anywhere below this folder.
 */
export async function findAsked(
  named: readonly string[],
  { output }: { readonly output?: string },
  reporter: Failing,
): Promise<Asked> {
  const args = named.length > 0 ? named : ['.'];
  const folders = args.filter((one) => one !== '-' && isFolder(one));
  const outputs = args.filter((one) => !folders.includes(one) && OUTPUT.test(one));
  const flows = args.filter((one) => !folders.includes(one) && !outputs.includes(one));

  const below: string[] = [];
  for (const folder of folders) below.push(...(await filesBelow(folder, flowSuffix, reporter)));
  const wanted = new Set([...flows, ...below].map(pathOf));

  const near = [
    ...(output === undefined ? [] : await manifestsIn(output, false, reporter)),
    ...(await all(output === undefined ? folders : [], (one) => manifestsIn(one, true, reporter))),
    ...(await all(
      output === undefined ? [...new Set(flows.map((one) => (one === '-' ? '.' : dirname(one))))] : [],
      (one) => manifestsIn(one, false, reporter),
    )),
    ...outputs.flatMap((one) => manifestOf(one, reporter) ?? []),
  ];
  const sources = new Set(near.map(({ source }) => pathOf(source)));
  const isFar = output === undefined && [...wanted].some((one) => !sources.has(one));
  const far = isFar ? await manifestsIn('.', true, reporter) : [];

  const isAsked = ({ source, path, folder }: Found) =>
    wanted.has(pathOf(source)) ||
    folders.some((one) => isInside(path, one)) ||
    outputs.some((one) => isOutputOf(one, path)) ||
    (output !== undefined && folders.length > 0 && pathOf(folder) === pathOf(output));
  const byPath = new Map([...near, ...far].filter(isAsked).map((one) => [resolve(one.path), one] as const));
  // Those from standard input can be compared only if that is given.
  const asked = [...byPath.values()].filter(({ source }) => source !== '-' || wanted.has('-'));
  const isThere = ({ source }: Found) => wanted.has(pathOf(source)) || readOutput(source) !== undefined;
  const found = asked.filter(isThere);
  const gone = asked.filter((one) => !isThere(one));
  const fresh = await freshOf(flows, below, found, output);
  if (asked.length + fresh.length === 0 && !reporter.failed() && folders.length > 0) {
    const where = folders.includes('.') ? 'this folder' : folders.join(', ');
    reporter.report([diagnose(findings.noManifests, { where, tooMany: false })]);
  }
  return { found, gone, fresh };
}

/** The same for all paths to a file. */
export const pathOf = (name: string) => (name === '-' ? '-' : resolve(name));

/** The finding about outputs that no flow makes any longer. */
export function stale({ manifest, folder, path }: Found, why: string): Diagnostic {
  const outputs = [...manifest.outputs.map(({ name }) => join(folder, name)), path];
  return diagnose(findings.stale, { outputs, why }, { file: path });
}

/** Flows without a manifest. Of those that nobody named, not the ones that others include: they are checked together with these. */
async function freshOf(
  flows: readonly string[],
  below: readonly string[],
  found: readonly Found[],
  output: string | undefined,
): Promise<Asked['fresh']> {
  const known = new Set(found.map(({ source }) => pathOf(source)));
  const included = new Set([
    ...found.flatMap(({ manifest, folder }) =>
      (manifest.includes ?? []).map(({ path }) => realPath(join(folder, path))),
    ),
    ...(await all(below, includedBy)),
  ]);
  const named = new Set(flows.map(pathOf));
  const others = below.filter((one) => !named.has(pathOf(one)) && !included.has(realPath(one)));
  const fresh = [...flows, ...others].filter((one) => !known.has(pathOf(one)));
  const byPath = new Map(fresh.map((file) => [pathOf(file), file] as const));
  return [...byPath.values()].map((file) => ({ file, folder: output ?? folderFor(file, found) }));
}

/** Where a flow without outputs is compiled to: where those beside it are, if that is one folder; else beside it. */
function folderFor(file: string, found: readonly Found[]): string {
  const own = file === '-' ? '.' : dirname(file);
  const folders = new Set(
    found.flatMap(({ source, folder }) => (resolve(dirname(source)) === resolve(own) ? [folder] : [])),
  );
  const [only = own] = folders;
  return folders.size === 1 ? only : own;
}

async function filesBelow(folder: string, suffix: string, reporter: Failing): Promise<string[]> {
  const paths = await filesIn(folder, suffix, true);
  if (paths !== undefined) return paths;
  const where = folder === '.' ? 'this folder' : folder;
  reporter.report([diagnose(findings.noManifests, { where, tooMany: true })]);
  return [];
}

async function manifestsIn(folder: string, deep: boolean, reporter: Failing): Promise<Found[]> {
  const paths = deep
    ? await filesBelow(folder, manifestSuffix, reporter)
    : ((await filesIn(folder, manifestSuffix, false)) ?? []);
  return paths.flatMap((path) => read(path, reporter) ?? []);
}

/** The manifest that names an output, or that is one. */
function manifestOf(output: string, reporter: Failing): Found | undefined {
  const path = output.replace(OUTPUT, manifestSuffix);
  const found = readOutput(path) === undefined ? undefined : read(path, reporter);
  if (found === undefined && !reporter.failed())
    reporter.report([diagnose(findings.noManifest, { output }, { file: output })]);
  return found;
}

const isOutputOf = (output: string, manifest: string) =>
  resolve(output.replace(OUTPUT, manifestSuffix)) === resolve(manifest);

function read(path: string, reporter: Failing): Found | undefined {
  const there = readOutput(path);
  if (there === undefined) return undefined;
  const manifest = 'why' in there ? there : merged(there.text);
  if ('line' in manifest) {
    const params = { output: path, line: manifest.line, command: undefined };
    reporter.report([diagnose(findings.conflict, params, { file: path })]);
    return undefined;
  }
  if ('why' in manifest) {
    reporter.report([diagnose(findings.badManifest, { name: path, why: manifest.why }, { file: path })]);
    return undefined;
  }
  const folder = dirname(path);
  const from = manifest.source.path;
  const source = from === '-' ? '-' : relative('.', resolve(folder, from));
  return { manifest, path, folder, source, workflow: basename(path, manifestSuffix) };
}

/**
 * A manifest. Of one with conflict markers, one of its versions, if both were made from the same source with the same settings; else
 * the line of the first marker. The markers are reported when it is compared.
 */
function merged(text: string): ReturnType<typeof readManifest> | { readonly line: number } {
  const [conflict] = conflictsIn(text);
  if (conflict === undefined) return readManifest(text);
  const [one, other] = versionsOf(text).map((version) => readManifest(version));
  const settings = (of: ReturnType<typeof readManifest> | undefined) =>
    of === undefined || 'why' in of
      ? undefined
      : JSON.stringify([of.source.path, of.set, of.site?.name, of.site?.given]);
  return one !== undefined && settings(one) !== undefined && settings(one) === settings(other)
    ? one
    : { line: lineOf(text, conflict.start.start) };
}

/** The line of an offset, from 1. */
export const lineOf = (text: string, offset: number) => text.slice(0, offset).split('\n').length;

const isInside = (path: string, folder: string) => {
  const from = relative(folder, path);
  return from !== '..' && !from.startsWith(`..${sep}`);
};

async function all<T>(items: readonly string[], of: (item: string) => Promise<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for (const one of items) found.push(...(await of(one)));
  return found;
}
