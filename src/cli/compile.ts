import { dirname, join, relative, resolve, sep } from 'node:path';
import { localInputs } from '../../targets/image/sources.ts';
import { runtimeVersion } from '../../targets/slurm/runtime.ts';
import { compile, type Flow } from '../compile.ts';
import { diagnose } from '../diagnostics/define.ts';
import { manifest } from '../emit/manifest.ts';
import { isThere, plainWords, readIncluded, readSource, sha256, writeArtifacts } from '../host/files.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Settings } from '../model/program.ts';
import type { Source } from '../model/span.ts';
import type { Locks } from '../plan/lock.ts';
import type { ChosenSite } from '../site/choose.ts';
import { findings } from './findings.ts';
import { locksIn, reportLost } from './lock.ts';
import { foreignOutputs, type Outputs } from './owner.ts';
import { createReporter, type Reporter, type ReportOptions } from './report.ts';

export interface CompileOptions extends CheckOptions {
  /** Output folder; absent: that of each source. */
  readonly output?: string;
  /** Print this instead, write and verify nothing. */
  readonly emit?: 'plan';
  /** Print the scripts, write nothing. */
  readonly stdout?: boolean;
  /** False: neither bash nor ShellCheck sees the output. */
  readonly verify: boolean;
  readonly shellcheck?: string;
  /** False: ShellCheck reads everything anew. */
  readonly cache: boolean;
}

/** What the command line decides of a flow. */
export interface Choices {
  readonly set: Settings;
  /** A site that goes before what the flows say. */
  readonly site?: string;
  /** True: pin images to what they are now; false: pin none; absent: those stay pinned that are. */
  readonly lock?: boolean;
}

/** What `crc check` takes. */
export interface CheckOptions extends ReportOptions, Choices {}

/** A flow, the source that was named for it, what that includes, and the folder its files belong in. */
export interface Job {
  readonly source: Source;
  readonly included: readonly Source[];
  readonly flow: Flow;
  readonly folder: string;
  readonly site: ChosenSite;
  readonly locks: Locks;
}

/** `crc check FILE…`: all that can be found in the files. Resolves to the exit status. */
export async function checkFiles(files: readonly string[], options: CheckOptions): Promise<number> {
  const reporter = createReporter(options);
  const jobs = await compileFiles(files, options, reporter);
  if (!reporter.failed()) reporter.say(`fine: ${jobs.map(({ flow }) => flow.plan.workflow).join(', ')}`);
  return reporter.end();
}

/** `crc compile FILE…`: compiles, verifies, and writes the files of all flows, or none. Resolves to the exit status. */
export async function compileAndWrite(files: readonly string[], options: CompileOptions): Promise<number> {
  const reporter = createReporter(options);
  let jobs = await compileFiles(files, options, reporter, options.output);
  if (options.lock === true && !reporter.failed()) {
    const { lockImages } = await import('./lock.ts');
    const locks = await lockImages(
      jobs.map(({ flow }) => flow),
      reporter,
      process.env,
    );
    // What is to be said of the files has been said.
    if (!reporter.failed()) jobs = await compileFiles(files, options, silent, options.output, () => locks);
  }
  if (reporter.failed()) return reporter.end();
  for (const job of jobs) reportImage(job, options, reporter);

  if (options.emit === 'plan') {
    const plans = jobs.map(({ flow }) => flow.plan);
    for (const plan of plans) reporter.print(`${JSON.stringify(plan, null, 2)}\n`);
    return reporter.end([], { plans });
  }

  let verdict = 'not verified';
  if (options.verify) {
    const { verify } = await import('./verify.ts');
    // A CI log is not read as long as it is green: there, a missing ShellCheck must not pass.
    const strict = options.strict || Boolean(process.env['CI']);
    const { diagnostics, by } = await verify(
      jobs.map(({ flow }) => flow),
      { shellcheck: options.shellcheck, strict, all: options.strict, cache: options.cache },
    );
    for (const one of diagnostics) {
      reporter.report([one], jobs.find(({ flow }) => flow.source.name === one.file)?.flow.source);
    }
    verdict = by ? `verified by ${by}` : verdict;
    if (reporter.failed()) return reporter.end();
  }
  if (options.stdout) {
    const texts = jobs.map(({ flow }) => flow.script);
    for (const { text } of texts) reporter.print(text);
    return reporter.end([], { texts });
  }
  for (const job of jobs) {
    const params = { source: nameOf(job.flow.source), workflow: job.flow.plan.workflow };
    for (const one of await foreignOutputs(outputsOf(job, options)))
      reporter.report([diagnose(findings.foreign, { ...one, ...params })]);
  }
  if (reporter.failed()) return reporter.end();
  const outputs: string[] = [];
  for (const folder of new Set(jobs.map((job) => job.folder))) {
    const own = jobs.filter((job) => job.folder === folder);
    const artifacts = own.flatMap((job) => artifactsOf(job, options));
    try {
      await writeArtifacts(folder, artifacts);
    } catch (error) {
      reporter.report([diagnose(findings.unwritable, { folder, why: plainWords(error) })]);
      continue;
    }
    for (const { flow } of own) {
      reporter.say(`${join(folder, flow.script.name)}: ${verdict}`);
      const builder = flow.imageFiles.find(({ name }) => name.endsWith('.sh'));
      if (builder) reporter.say(`${join(folder, builder.name)}: builds its image`);
    }
    outputs.push(...artifacts.map(({ name }) => join(folder, name)));
  }
  return reporter.end(outputs);
}

/** Reads and compiles files, in order, reporting what is wrong with each. */
export async function compileFiles(
  files: readonly string[],
  { set: settings, site: asked, lock }: Choices,
  reporter: Pick<Reporter, 'report'>,
  output?: string,
  given?: (workflow: string) => Locks,
): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const file of new Set(files)) {
    const read = await readSource(file);
    if ('why' in read) {
      reporter.report([diagnose(findings.unreadable, { name: file, why: read.why })]);
      continue;
    }
    const source = { name: file, text: read.text };
    const folder = output ?? (file === '-' ? '.' : dirname(file));
    const locksOf = given ?? (lock === undefined ? locksIn(folder) : () => new Map());
    const { flows, diagnostics, sources, included, site } = compile(source, {
      settings,
      site: asked,
      include: readIncluded,
      locksOf,
      contextOf: ({ name }) => relativePath(folder, name === '-' ? '.' : dirname(name)),
    });
    for (const one of diagnostics)
      reporter.report(
        [one],
        sources.find(({ name }) => name === one.file),
      );
    for (const flow of flows) {
      if (given === undefined) reportLost(flow, locksOf(flow.plan.workflow), reporter);
      const path = resolve(folder, flow.script.name);
      const first = jobs.find((job) => resolve(job.folder, job.flow.script.name) === path);
      // A workflow of a file that both include is one workflow.
      if (first?.flow.script.text === flow.script.text && isSame(first.flow.source, flow.source)) continue;
      if (first) {
        const params = { output: flow.script.name, first: first.source.name, second: file };
        reporter.report([diagnose(findings.sameOutput, params)]);
      }
      jobs.push({ source, included, flow, folder, site, locks: locksOf(flow.plan.workflow) });
    }
  }
  return jobs;
}

/** What a build of the flow's image will find: its sources, and a base image that stays what it is. */
function reportImage({ flow }: Job, { lock }: Choices, reporter: Pick<Reporter, 'report'>): void {
  const { image } = flow.plan;
  if (image === undefined) return;
  const folder = flow.source.name === '-' ? '.' : dirname(flow.source.name);
  for (const path of localInputs(image))
    if (!isThere(join(folder, path))) reporter.report([diagnose(findings.noSource, { path, place: folder })]);
  const [base] = flow.lockable;
  if (lock !== false && image.from.kind === 'name' && image.from.digest === null && base?.why === null)
    reporter.report([diagnose(findings.unpinnedBase, { name: base.name })]);
}

/** All files of a flow, the manifest last. */
export function artifactsOf(job: Job, choices: Choices): Artifact[] {
  return [job.flow.script, ...job.flow.imageFiles, manifestOf(job, choices)];
}

/** The files of a flow, and where they are from: to see whose the files are that they would take the place of. */
export const outputsOf = (job: Job, choices: Choices): Outputs => ({
  workflow: job.flow.plan.workflow,
  folder: job.folder,
  source: job.source,
  own: job.flow.source,
  artifacts: artifactsOf(job, choices),
});

/** The locks of images that the flow has, and has not pinned itself. */
const used = (flow: Flow, locks: Locks): Locks =>
  new Map(
    flow.lockable.flatMap(({ name, why }) => {
      const digest = why === null ? locks.get(name) : undefined;
      return digest === undefined ? [] : [[name, digest]];
    }),
  );

/** A source, for people. */
export const nameOf = ({ name }: Source) => (name === '-' ? 'standard input' : name);

const silent = { report: () => {} };

const relativePath = (from: string, to: string) =>
  relative(resolve(from), resolve(to)).split(sep).join('/') || '.';

const isSame = (a: Source, b: Source) => resolve(a.name) === resolve(b.name) && a.text === b.text;

function manifestOf(
  { source, included, flow, folder, site, locks }: Job,
  { set: settings, site: asked }: Choices,
) {
  const entry = ({ name, text }: Source) => ({
    path: name === '-' ? '-' : relativePath(folder, name),
    text,
  });
  return manifest({
    name: flow.plan.workflow,
    runtime: runtimeVersion,
    source: entry(source),
    includes: included.map(entry),
    settings,
    site:
      site.named === undefined
        ? undefined
        : {
            name: site.source === undefined ? site.named : entry(site.source).path,
            given: asked !== undefined,
            text: site.source?.text,
          },
    images: used(flow, locks),
    artifacts: [flow.script, ...flow.imageFiles],
    sha256,
  });
}
