import { join, resolve } from 'node:path';
import { type Manifest, manifestSuffix, readManifest } from '../emit/manifest.ts';
import { readOutput, realPath, sha256, type Unreadable } from '../host/files.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Source } from '../model/span.ts';
import { meaningOf } from '../syntax/meaning.ts';

/** What is to be written for a workflow, and its origin. */
export interface Outputs {
  readonly workflow: string;
  readonly folder: string;
  /** The file that the user named. */
  readonly source: Source;
  /** The file that contains the workflow: the source, or a file that it includes. */
  readonly own: Source;
  readonly artifacts: readonly Artifact[];
}

/** Existing files that this flow must not overwrite; `from`: the flow that they were made from, absent if crc did not write them. */
export interface Foreign {
  readonly outputs: readonly string[];
  readonly from?: string;
}

/**
 * Existing files that these outputs would overwrite and that belong to somebody else. A file is crc's if the manifest beside it, or its own
 * first lines, say so. It belongs to another flow if the manifest names another file that exists and still has the workflow.
 */
export function foreignOutputs(of: Outputs): readonly Foreign[] {
  const { workflow, folder, artifacts } = of;
  const ownManifest = `${workflow}${manifestSuffix}`;
  const found = readOutput(join(folder, ownManifest));
  const read = found === undefined || 'why' in found ? found : readManifest(found.text);
  // A broken manifest says nothing about the files beside it; compiling again repairs it.
  const manifest = read === undefined || 'why' in read ? undefined : read;
  const from = manifest === undefined ? undefined : otherSource(manifest, of);
  const byHand: string[] = [];
  const ofOther: string[] = [];
  for (const { name, text } of artifacts) {
    const output = join(folder, name);
    const listed = manifest?.outputs.some((one) => one.name === name) === true;
    // Its own, whatever is in it now: it need not be read.
    if (listed && from === undefined) continue;
    const there = name === ownManifest ? found : readOutput(output);
    // Only crc gives a file that name; a FIFO or a device is another matter.
    if (name.endsWith(manifestSuffix) && (there === undefined || 'text' in there)) continue;
    if (there === undefined || ('text' in there && there.text === text)) continue;
    if (listed) {
      ofOther.push(output);
    } else if (!isFromCrc(output)) byHand.push(output);
  }
  return [
    ...(from !== undefined && ofOther.length > 0 ? [{ outputs: ofOther, from }] : []),
    ...(byHand.length > 0 ? [{ outputs: byHand }] : []),
  ];
}

/** A manifest on disk; undefined if there is none, or why it cannot be read. */
export function manifestAt(path: string): Manifest | Unreadable | undefined {
  const there = readOutput(path);
  return there === undefined || 'why' in there ? there : readManifest(there.text);
}

/** Was it made from that file, or from one that includes it? `folder`: the manifest's. */
export function isMadeFrom({ source, includes = [] }: Manifest, folder: string, file: string): boolean {
  if (file === '-') return source.path === '-';
  const paths = [source, ...includes].flatMap(({ path }) => (path === '-' ? [] : [resolve(folder, path)]));
  // Mostly it has the same name, and then nothing needs to be asked about links.
  if (paths.includes(resolve(file))) return true;
  const real = realPath(file);
  return paths.some((path) => realPath(path) === real);
}

/** The name, relative to the current folder, of another file that made a manifest's outputs; undefined if that no longer exists. */
function otherSource(manifest: Manifest, { workflow, folder, source, own }: Outputs): string | undefined {
  if (manifest.source.path === '-') return undefined;
  if (isMadeFrom(manifest, folder, source.name) || isMadeFrom(manifest, folder, own.name)) return undefined;
  // The same file, once by its name and once as standard input.
  if (source.name === '-' && manifest.source.sha256 === sha256(meaningOf(source))) return undefined;
  const name = join(folder, manifest.source.path);
  if (readOutput(name) === undefined) return undefined;
  const files = [name, ...(manifest.includes ?? []).map(({ path }) => join(folder, path))];
  const texts = files.map(readOutput);
  // A workflow that moved to another file takes its outputs along. A file that cannot be read may still have it.
  const head = new RegExp(`\\bworkflow\\s+${workflow}(?![\\w-])`);
  const has = texts.some((one) => one !== undefined && ('why' in one || head.test(one.text)));
  return has ? name : undefined;
}

/** Do its first lines, or those of two versions that git could not merge, say that crc wrote it? Builders' lists of what to leave out can say nothing: their Dockerfile does. */
function isFromCrc(output: string): boolean {
  const there = readOutput(output.replace(/\.dockerignore$/, ''));
  if (there === undefined || 'why' in there) return false;
  const [head = ''] = /^(?:(?:#.*|[<=>|]{7}.*)?\r?\n)*/.exec(there.text) ?? [];
  return /^# .*compiled from .+ by crc\b/m.test(head);
}
