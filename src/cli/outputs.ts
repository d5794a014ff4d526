import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { diagnose } from '../diagnostics/define.ts';
import { isLink, makeFolder, plainWords, realPath } from '../host/files.ts';
import { lockFolder, writeArtifacts } from '../host/write.ts';
import { findings } from './findings.ts';
import { artifactsOf, type Job, nameOf, outputsOf } from './job.ts';
import { foreignOutputs } from './owner.ts';
import type { Reporter } from './report.ts';

/**
 * Writes the files of the flows, of each all or none: not those that would overwrite what is not theirs, or whose folder cannot be written to. Keeps the folders locked from the first check of their contents until all is written.
 * Calls `written` for each finished folder.
 */
export async function writeOutputs(
  jobs: readonly Job[],
  reporter: Reporter,
  written: (folder: string, own: readonly Job[], names: readonly string[]) => void,
): Promise<void> {
  const unlock: (() => void)[] = [];
  try {
    const locked = await lockAll(jobs, reporter);
    unlock.push(...locked.values());
    const sound = withoutForeign(
      jobs.filter(({ folder }) => locked.has(realPath(folder))),
      reporter,
    );
    for (const folder of new Set(sound.map((job) => job.folder))) {
      const own = sound.filter((job) => job.folder === folder);
      const artifacts = own.flatMap((job) => artifactsOf(job));
      try {
        await writeArtifacts(folder, artifacts);
      } catch (error) {
        reporter.report([diagnose(findings.unwritable, { folder, why: plainWords(error) })]);
        continue;
      }
      written(
        folder,
        own,
        artifacts.map(({ name }) => name),
      );
    }
  } finally {
    for (const one of unlock) one();
  }
}

/** Locks the folder of each flow, in an order that is the same for every crc; reports what it cannot lock. Resolves to what unlocks each. */
async function lockAll(jobs: readonly Job[], reporter: Reporter): Promise<Map<string, () => void>> {
  const folders = new Map<string, string>();
  for (const { folder } of jobs) {
    try {
      await makeFolder(folder);
      if (!folders.has(realPath(folder))) folders.set(realPath(folder), folder);
    } catch (error) {
      reporter.report([diagnose(findings.unwritable, { folder, why: plainWords(error) })]);
    }
  }
  const locked = new Map<string, () => void>();
  for (const [real, folder] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    try {
      const release = await lockFolder(real, hostname());
      if (release === undefined) reporter.report([diagnose(findings.busy, { folder })]);
      else locked.set(real, release);
    } catch (error) {
      reporter.report([diagnose(findings.unwritable, { folder, why: plainWords(error) })]);
    }
  }
  return locked;
}

/** The flows whose outputs overwrite only their own. Reports the others: those with files of others, or the flows' sources, in the place of an output. */
function withoutForeign(jobs: readonly Job[], reporter: Reporter): readonly Job[] {
  const folders = new Map<string, string>(jobs.map(({ folder }) => [folder, '']));
  for (const folder of folders.keys()) folders.set(folder, realPath(folder));
  const names = new Set(
    jobs.flatMap(({ source, included, flow, site }) =>
      [source, ...included, flow.source, ...(site.source ? [site.source] : [])].map(({ name }) => name),
    ),
  );
  names.delete('-');
  const sources = new Map([...names].map((name) => [realPath(name), name] as const));
  return jobs.filter((job) => {
    const params = { source: nameOf(job.flow.source), workflow: job.flow.plan.workflow };
    const at = { file: job.flow.source.name };
    const made = artifactsOf(job).map(({ name }) => resolve(folders.get(job.folder) ?? '', name));
    const real = (path: string) => (isLink(path) ? realPath(path) : path);
    const own = made.flatMap((path) => sources.get(path) ?? sources.get(real(path)) ?? []);
    for (const output of own) reporter.report([diagnose(findings.ownSource, { output, ...params }, at)]);
    if (own.length > 0) return false;
    const foreign = foreignOutputs(outputsOf(job));
    for (const one of foreign) reporter.report([diagnose(findings.foreign, { ...one, ...params }, at)]);
    return foreign.length === 0;
  });
}
