import { join, resolve } from 'node:path';
import { type Manifest, manifestSuffix, readManifest } from '../emit/manifest.ts';
import { readOutput, realPath, sha256, type Unreadable } from '../host/files.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Source } from '../model/span.ts';

/** What is to be written of a workflow, and where it is from. */
export interface Outputs {
  readonly workflow: string;
  readonly folder: string;
  /** The file that was named. */
  readonly source: Source;
  /** The file that the workflow stands in: that one, or one that it includes. */
  readonly own: Source;
  readonly artifacts: readonly Artifact[];
}

/** Outputs that are there, and not this flow's to write over; `from`: the flow that they were made from, absent where crc did not write them. */
export interface Foreign {
  readonly outputs: readonly string[];
  readonly from?: string;
}

/**
 * What stands in the way of these outputs and is somebody else's. A file is crc's where the manifest beside it says so, or its own
 * first lines. It is another flow's where the manifest names another file, which is there and still has the workflow.
 */
export async function foreignOutputs(of: Outputs): Promise<readonly Foreign[]> {
  const { workflow, folder, artifacts } = of;
  const manifest = await manifestAt(join(folder, `${workflow}${manifestSuffix}`));
  // Nobody but crc gives that name to a file: to compile again is how one that is broken is mended.
  if (manifest !== undefined && 'why' in manifest) return [];
  const from = manifest === undefined ? undefined : await otherSource(manifest, of);
  const byHand: string[] = [];
  const ofOther: string[] = [];
  for (const { name, text } of artifacts) {
    if (name.endsWith(manifestSuffix)) continue;
    const output = join(folder, name);
    const there = await readOutput(output);
    if (there === undefined || ('text' in there && there.text === text)) continue;
    if (manifest?.outputs.some((one) => one.name === name)) {
      if (from !== undefined) ofOther.push(output);
    } else if (!(await isOfCrc(output))) byHand.push(output);
  }
  return [
    ...(from !== undefined && ofOther.length > 0 ? [{ outputs: ofOther, from }] : []),
    ...(byHand.length > 0 ? [{ outputs: byHand }] : []),
  ];
}

/** A manifest on disk; undefined where there is none, or why it cannot be understood. */
export async function manifestAt(path: string): Promise<Manifest | Unreadable | undefined> {
  const there = await readOutput(path);
  return there === undefined || 'why' in there ? there : readManifest(there.text);
}

/** Was it made from that file, or from one that includes it? `folder`: the manifest's. */
export function isMadeFrom({ source, includes = [] }: Manifest, folder: string, file: string): boolean {
  if (file === '-') return source.path === '-';
  const real = realPath(file);
  return [source, ...includes].some(({ path }) => path !== '-' && realPath(resolve(folder, path)) === real);
}

/** The name, from here, of another file that a manifest's outputs are of; undefined where there is none any more. */
async function otherSource(
  manifest: Manifest,
  { workflow, folder, source, own }: Outputs,
): Promise<string | undefined> {
  if (manifest.source.path === '-') return undefined;
  if (isMadeFrom(manifest, folder, source.name) || isMadeFrom(manifest, folder, own.name)) return undefined;
  // A file by its name, and once more as standard input.
  if (source.name === '-' && manifest.source.sha256 === sha256(source.text)) return undefined;
  const name = join(folder, manifest.source.path);
  if ((await readOutput(name)) === undefined) return undefined;
  const files = [name, ...(manifest.includes ?? []).map(({ path }) => join(folder, path))];
  const texts = await Promise.all(files.map(readOutput));
  // A workflow that moved from one file into another took its outputs along. What cannot be read may still have it.
  const head = new RegExp(`\\bworkflow\\s+${workflow}(?![\\w-])`);
  const has = texts.some((one) => one !== undefined && ('why' in one || head.test(one.text)));
  return has ? name : undefined;
}

/** Do its first lines say that crc wrote it? Builders' lists of what to leave out can say nothing: their Dockerfile does. */
async function isOfCrc(output: string): Promise<boolean> {
  const there = await readOutput(output.replace(/\.dockerignore$/, ''));
  if (there === undefined || 'why' in there) return false;
  const [head = ''] = /^(?:(?:#.*)?\r?\n)*/.exec(there.text) ?? [];
  return /^# .*compiled from .+ by crc\b/m.test(head);
}
