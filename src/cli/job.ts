import { relative, resolve, sep } from 'node:path';
import project from '../../package.json' with { type: 'json' };
import type { Flow } from '../compile.ts';
import { manifest } from '../emit/manifest.ts';
import { sha256 } from '../host/files.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Settings } from '../model/program.ts';
import type { Source } from '../model/span.ts';
import type { Targets } from '../model/targets.ts';
import type { Locks } from '../plan/lock.ts';
import type { ChosenSite } from '../site/choose.ts';
import { meaningOf } from '../syntax/meaning.ts';
import type { Outputs } from './owner.ts';

/** What the command line decides about a flow. */
export interface Choices {
  readonly targets: Targets;
  readonly set: Settings;
  /** Is told of each file before it is read. */
  readonly onRead?: (path: string) => void;
  /** A site that takes precedence over the flows'. */
  readonly site?: string;
  /** True: pin images to their current digests; false: pin none; absent: those stay pinned that are. */
  readonly lock?: boolean;
  /** Texts that take the place of what is in the files. */
  readonly texts?: ReadonlyMap<string, string>;
}

/** A flow, the source that the user named, what that includes, and the folder for its files. */
export interface Job {
  readonly source: Source;
  readonly included: readonly Source[];
  readonly flow: Flow;
  readonly folder: string;
  readonly site: ChosenSite;
  readonly locks: Locks;
  /** What it was compiled with. */
  readonly choices: Choices;
}

/** All files of a flow, the manifest last. Computed once, because the manifest has the checksums of the others. */
export function artifactsOf(job: Job): readonly Artifact[] {
  const before = made.get(job);
  if (before !== undefined) return before;
  const artifacts = [job.flow.script, ...job.flow.imageFiles, manifestOf(job)];
  made.set(job, artifacts);
  return artifacts;
}

const made = new WeakMap<Job, readonly Artifact[]>();

/** The files of a flow and their origin, to find out whose files they would replace. */
export const outputsOf = (job: Job): Outputs => ({
  workflow: job.flow.plan.workflow,
  folder: job.folder,
  source: job.source,
  own: job.flow.source,
  artifacts: artifactsOf(job),
});

/** The locks for images that the flow uses and has not pinned itself. */
const used = (flow: Flow, locks: Locks): Locks =>
  new Map(
    flow.lockable.flatMap(({ name, why }) => {
      const digest = why === null ? locks.get(name) : undefined;
      return digest === undefined ? [] : [[name, digest]];
    }),
  );

/** A source's name, for people. */
export const nameOf = ({ name }: Source) => (name === '-' ? 'standard input' : name);

/** The path from one folder to another, `.` if they are the same. */
export const relativePath = (from: string, to: string) =>
  relative(resolve(from), resolve(to)).split(sep).join('/') || '.';

function manifestOf({ source, included, flow, folder, site, locks, choices }: Job) {
  const { targets, set: settings, site: asked } = choices;
  const entry = (one: Source) => ({
    path: one.name === '-' ? '-' : relativePath(folder, one.name),
    meaning: meaningOf(one),
  });
  return manifest({
    name: flow.plan.workflow,
    crc: project.version,
    runtime: targets.runtimeVersion,
    source: entry(source),
    includes: included.map(entry),
    settings,
    site:
      site.named === undefined
        ? undefined
        : {
            name: site.source === undefined ? site.named : entry(site.source).path,
            given: asked !== undefined,
            meaning: site.source && meaningOf(site.source),
          },
    images: used(flow, locks),
    artifacts: [flow.script, ...flow.imageFiles],
    sha256,
  });
}
