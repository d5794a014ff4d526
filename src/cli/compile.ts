import { dirname, join, resolve } from 'node:path';
import { compile } from '../compile.ts';
import { diagnose } from '../diagnostics/define.ts';
import { someOf } from '../diagnostics/words.ts';
import { isThere, pathFrom, readIncluded, readSource } from '../host/files.ts';
import type { Source } from '../model/span.ts';
import type { Locks } from '../plan/lock.ts';
import { findings } from './findings.ts';
import { type Choices, type Job, relativePath } from './job.ts';
import { lockImages, locksIn, reportLost } from './lock.ts';
import { writeOutputs } from './outputs.ts';
import { createReporter, type Reporter, type ReportOptions } from './report.ts';
import { wrongVersion } from './version.ts';

export interface CompileOptions extends CheckOptions {
  /** Output folder; if absent, the folder of each source. */
  readonly output?: string;
  /** Print this instead, write and verify nothing. */
  readonly emit?: 'plan';
  /** Print the scripts, write nothing. */
  readonly stdout?: boolean;
  /** False: neither bash nor ShellCheck sees the output. */
  readonly verify: 'parts' | 'whole' | false;
  readonly shellcheck?: string;
  /** False: ShellCheck reads everything again. */
  readonly cache: boolean;
}

/** Names of files that only declare what others include. */
const NO_WORKFLOW = 'fine: there is no workflow in it, so nothing is written';

/** The options of `crc check`. */
export interface CheckOptions extends ReportOptions, Choices {
  /** Apply what can be fixed in only one way. */
  readonly fix?: boolean;
}

/** `crc check FILE…`: reports everything that can be found in the files. Resolves to the exit status. */
export async function checkFiles(files: readonly string[], options: CheckOptions): Promise<number> {
  const reporter = createReporter(options);
  const fixed = options.fix ? await (await import('./fix.ts')).fixFiles(files, options, reporter) : undefined;
  const input = fixed?.input;
  const given = input === undefined ? options : { ...options, texts: new Map([['-', input]]) };
  const jobs = await compileAsCompiled(files, given, reporter);
  // A file that others include may be wrong only together with them.
  const alone = reporter.failed() ? [] : files.filter((file) => !jobs.some((job) => isPartOf(job, file)));
  if (alone.length > 0) {
    const { including } = await import('./includes.ts');
    jobs.push(...(await compileAsCompiled(await including(alone, '.'), options, reporter)));
  }
  const { bashReadsRuns } = await import('./verify.ts');
  await bashReadsRuns(jobs, reporter);
  if (input !== undefined) {
    // As a filter: the text, and nothing else.
    reporter.print(input);
    return reporter.end([], { fixed: fixed?.applied, texts: [{ name: '-', text: input }] });
  }
  const names = jobs.map(({ flow }) => flow.plan.workflow);
  if (!reporter.failed()) reporter.say(names.length > 0 ? `fine: ${someOf(names)}` : NO_WORKFLOW);
  return reporter.end([], fixed && { fixed: fixed.applied });
}

/** Compiles flows; those with parameters that have no value, as they were compiled before: with the settings in their manifests. */
async function compileAsCompiled(
  files: readonly string[],
  options: CheckOptions,
  reporter: Reporter,
): Promise<Job[]> {
  if (options.set.size > 0) return compileFiles(files, options, reporter);
  const { needsSettings } = await import('./includes.ts');
  const open: string[] = [];
  for (const file of files) if (await needsSettings(file)) open.push(file);
  const jobs = await compileFiles(
    files.filter((file) => !open.includes(file)),
    options,
    reporter,
  );
  if (open.length === 0) return jobs;
  const { findAsked } = await import('./asked.ts');
  const { groupsOf } = await import('./groups.ts');
  // Manifests that cannot be read are the business of `compile --check`.
  for (const { source, choices, folder } of groupsOf(await findAsked(open, {}, silent), options))
    jobs.push(...(await compileFiles([source], choices, reporter, folder)));
  return jobs;
}

/** Was the flow compiled from that file, or from one that includes it? */
const isPartOf = ({ source, included }: Job, file: string) =>
  [source, ...included].some(({ name }) => name === file || resolve(name) === resolve(file));

/**
 * `crc compile FILE…`: compiles, verifies, and writes the files of each flow in whose source and includes nothing is wrong: all files of a flow, or none.
 * With --lock, --stdout and --emit, all flows or none. Resolves to the exit status.
 */
export async function compileAndWrite(files: readonly string[], options: CompileOptions): Promise<number> {
  const reporter = createReporter(options);
  let jobs = await compileFiles(files, options, reporter, options.output);
  if (options.lock === true && !reporter.failed()) {
    const locks = await lockImages(
      jobs.map(({ flow }) => flow),
      reporter,
      process.env,
    );
    // The findings about the files were reported already.
    if (!reporter.failed()) jobs = await compileFiles(files, options, silent, options.output, () => locks);
  }
  const isWhole = options.lock === true || options.emit !== undefined || options.stdout === true;
  if (isWhole && reporter.failed()) return reporter.end();
  if (jobs.length === 0 && !reporter.failed()) reporter.say(NO_WORKFLOW);
  for (const job of jobs) reportImage(job, reporter);

  if (options.emit === 'plan') {
    const plans = jobs.map(({ flow }) => flow.plan);
    for (const plan of plans) reporter.print(`${JSON.stringify(plan, null, 2)}\n`);
    return reporter.end([], { plans });
  }

  const sound = soundOf(jobs, reporter);
  const verdict = await verified(sound, options, reporter);
  if (isWhole && reporter.failed()) return reporter.end();
  if (options.stdout) {
    const texts = jobs.map(({ flow: { script } }) => ({ name: script.name, text: script.text }));
    for (const { text } of texts) reporter.print(text);
    return reporter.end([], { texts });
  }
  const outputs = await write(soundOf(sound, reporter), verdict, reporter);
  sayNotWritten(files, jobs, outputs, reporter);
  return reporter.end(outputs);
}

/** The flows that nothing reported so far stops, and that do not write to one place. */
export function soundOf(jobs: readonly Job[], { stops }: Pick<Reporter, 'stops'>): readonly Job[] {
  const scripts = jobs.map(({ folder, flow }) => resolve(folder, flow.script.name));
  const count = new Map<string | undefined, number>();
  for (const script of scripts) count.set(script, (count.get(script) ?? 0) + 1);
  return jobs.filter((job, i) => count.get(scripts[i]) === 1 && !stops(filesOf(job)));
}

const filesOf = ({ source, included, flow, site }: Job): readonly string[] =>
  [source, flow.source, ...included, ...(site.source ? [site.source] : [])].map(({ name }) => name);

/** If something was written and something was not, a person has to know what was not: a file, or an output. */
export function sayNotWritten(
  files: readonly string[],
  jobs: readonly Job[],
  outputs: readonly string[],
  { stops, say }: Pick<Reporter, 'stops' | 'say'>,
): void {
  const broken = files.filter((file) => stops([file]) && !jobs.some(({ source }) => source.name === file));
  const scripts = jobs.map(({ folder, flow }) => join(folder, flow.script.name));
  const left = [...new Set([...broken, ...scripts.filter((script) => !outputs.includes(script))])];
  if (outputs.length > 0 && left.length > 0) say(`not written: ${someOf(left)}`);
}

/** Has bash and ShellCheck read the output, unless the user does not want that; resolves to what to say about it. */
export async function verified(
  jobs: readonly Job[],
  options: CompileOptions,
  reporter: Reporter,
): Promise<string> {
  if (!options.verify) return 'not verified';
  const { verify } = await import('./verify.ts');
  // Nobody reads the log of a green CI job: there, a missing ShellCheck must be an error.
  const strict = options.strict || Boolean(process.env['CI']);
  const { diagnostics, by } = await verify(
    jobs.map(({ flow }) => flow),
    {
      shellcheck: options.shellcheck,
      strict,
      all: options.strict,
      cache: options.cache,
      sharedFrom: options.verify === 'whole' ? undefined : options.targets.runtimeStart,
    },
  );
  for (const one of diagnostics)
    reporter.report([one], jobs.find(({ flow }) => flow.source.name === one.file)?.flow.source);
  return by ? `verified by ${by}` : 'not verified';
}

/** Writes the files of the flows, of each all or none; resolves to the paths of those that were written. */
export async function write(jobs: readonly Job[], verdict: string, reporter: Reporter): Promise<string[]> {
  const outputs: string[] = [];
  await writeOutputs(jobs, reporter, (folder, own, names) => {
    for (const { flow } of own) {
      reporter.say(`${join(folder, flow.script.name)}: ${verdict}`);
      const builder = flow.imageFiles.find(({ name }) => name.endsWith('.sh'));
      if (builder) reporter.say(`${join(folder, builder.name)}: builds its image`);
    }
    outputs.push(...names.map((name) => join(folder, name)));
  });
  return outputs;
}

/** Reads and compiles files, in order, reporting what is wrong with each. */
export async function compileFiles(
  files: readonly string[],
  choices: Choices,
  reporter: Pick<Reporter, 'report' | 'checked' | 'broken'>,
  output?: string,
  given?: (workflow: string) => Locks,
): Promise<Job[]> {
  const { targets, set: settings, site: asked, lock, texts, onRead } = choices;
  const jobs: Job[] = [];
  const byScript = new Map<string, Job>();
  for (const file of new Set(files)) {
    if (file !== '-') onRead?.(file);
    const own = texts?.get(file);
    const read = own === undefined ? await readSource(file) : { text: own };
    if ('why' in read) {
      reporter.report([diagnose(findings.unreadable, { name: file, why: read.why }, { file })]);
      continue;
    }
    const refused = wrongVersion(file);
    if (refused !== undefined) {
      // What another version says about the flow may be wrong.
      reporter.report([refused]);
      reporter.broken?.(file);
      continue;
    }
    reporter.checked?.(file);
    const source = { name: file, text: read.text };
    const folder = output ?? (file === '-' ? '.' : dirname(file));
    const locksOf = given ?? (lock === undefined ? locksIn(folder) : () => new Map());
    const { flows, diagnostics, sources, included, site } = compile(source, targets, {
      settings,
      site: asked,
      include: (path, from) => {
        onRead?.(pathFrom(path, from));
        return readIncluded(path, from);
      },
      readInput: (path, from) => {
        const found = readIncluded(path, from);
        if ('source' in found) onRead?.(found.source.name);
        return 'source' in found ? found.source.text : undefined;
      },
      locksOf,
      contextOf: ({ name }) => relativePath(folder, name === '-' ? '.' : dirname(name)),
    });
    if (diagnostics.some(({ severity }) => severity === 'error')) reporter.broken?.(file);
    for (const one of diagnostics)
      reporter.report(
        [one],
        sources.find(({ name }) => name === one.file),
      );
    for (const flow of flows) {
      const locks = locksOf(flow.plan.workflow);
      if (given === undefined) reportLost(flow, locks, reporter);
      const path = resolve(folder, flow.script.name);
      const first = byScript.get(path);
      // A workflow in a file that both include is one workflow.
      if (first?.flow.script.text === flow.script.text && isSame(first.flow.source, flow.source)) continue;
      if (first) {
        const params = { output: flow.script.name, first: first.source.name, second: file };
        reporter.report([diagnose(findings.sameOutput, params, { file })]);
      }
      const job = { source, included, flow, folder, site, locks, choices };
      if (first === undefined) byScript.set(path, job);
      jobs.push(job);
    }
  }
  return jobs;
}

/** Checks what a build of the flow's image needs: its sources, and a base image that stays the same. */
function reportImage({ flow, choices: { targets, lock } }: Job, reporter: Pick<Reporter, 'report'>): void {
  const { image } = flow.plan;
  if (image === undefined) return;
  const folder = flow.source.name === '-' ? '.' : dirname(flow.source.name);
  const at = { file: flow.source.name };
  for (const path of targets.localInputs(image))
    if (!isThere(join(folder, path)))
      reporter.report([diagnose(findings.noSource, { path, place: folder }, at)]);
  const [base] = flow.lockable;
  if (lock !== false && image.from.kind === 'name' && image.from.digest === null && base?.why === null)
    reporter.report([diagnose(findings.unpinnedBase, { name: base.name }, at)]);
}

const silent = { report: () => 0, failed: () => false };

const isSame = (a: Source, b: Source) => resolve(a.name) === resolve(b.name) && a.text === b.text;
