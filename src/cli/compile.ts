import { dirname, join, relative, resolve, sep } from 'node:path';
import { runtimeVersion } from '../../targets/slurm/runtime.ts';
import { compile, type Flow } from '../compile.ts';
import { diagnose } from '../diagnostics/define.ts';
import { manifest } from '../emit/manifest.ts';
import { plainWords, readSource, sha256, writeArtifacts } from '../host/files.ts';
import type { Source } from '../model/span.ts';
import { findings } from './findings.ts';
import { createReporter, type Reporter, type ReportOptions } from './report.ts';

export interface CompileOptions extends ReportOptions {
  /** Output folder; absent: that of each source. */
  readonly output?: string;
  /** Print the scripts, write nothing. */
  readonly stdout?: boolean;
  /** False: neither bash nor ShellCheck sees the output. */
  readonly verify: boolean;
  readonly shellcheck?: string;
}

/** A flow, where it came from, and the folder its files belong in. */
interface Job {
  readonly source: Source;
  readonly flow: Flow;
  readonly folder: string;
}

/** `crc check FILE…`: all that can be found in the files. Resolves to the exit status. */
export async function checkFiles(files: readonly string[], options: ReportOptions): Promise<number> {
  const reporter = createReporter(options);
  const jobs = await compileFiles(files, reporter);
  if (!reporter.failed()) reporter.say(`fine: ${jobs.map(({ flow }) => flow.plan.workflow).join(', ')}`);
  return reporter.end();
}

/** `crc compile FILE…`: compiles, verifies, and writes the files of all flows, or none. Resolves to the exit status. */
export async function compileAndWrite(files: readonly string[], options: CompileOptions): Promise<number> {
  const reporter = createReporter(options);
  const jobs = await compileFiles(files, reporter, options.output);
  if (reporter.failed()) return reporter.end();

  let verdict = 'not verified';
  if (options.verify) {
    const { verify } = await import('./verify.ts');
    // A CI log is not read as long as it is green: there, a missing ShellCheck must not pass.
    const strict = options.strict || Boolean(process.env['CI']);
    const { diagnostics, by } = await verify(jobs, { shellcheck: options.shellcheck, strict });
    for (const one of diagnostics) {
      reporter.report([one], jobs.find(({ source }) => source.name === one.file)?.source);
    }
    verdict = by ? `verified by ${by}` : verdict;
    if (reporter.failed()) return reporter.end();
  }
  if (options.stdout) {
    for (const { flow } of jobs) process.stdout.write(flow.script.text);
    return reporter.end();
  }
  const outputs: string[] = [];
  for (const folder of new Set(jobs.map((job) => job.folder))) {
    const own = jobs.filter((job) => job.folder === folder);
    const artifacts = own.flatMap((job) => [job.flow.script, manifestOf(job)]);
    try {
      await writeArtifacts(folder, artifacts);
    } catch (error) {
      reporter.report([diagnose(findings.unwritable, { folder, why: plainWords(error) })]);
      continue;
    }
    for (const { flow } of own) reporter.say(`${join(folder, flow.script.name)}: ${verdict}`);
    outputs.push(...artifacts.map(({ name }) => join(folder, name)));
  }
  return reporter.end(outputs);
}

/** Reads and compiles files, in order, reporting what is wrong with each. */
async function compileFiles(files: readonly string[], reporter: Reporter, output?: string): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const file of new Set(files)) {
    const read = await readSource(file);
    if ('why' in read) {
      reporter.report([diagnose(findings.unreadable, { name: file, why: read.why })]);
      continue;
    }
    const source = { name: file, text: read.text };
    const { flows, diagnostics } = compile(source);
    reporter.report(diagnostics, source);
    const folder = output ?? (file === '-' ? '.' : dirname(file));
    for (const flow of flows) {
      const path = resolve(folder, flow.script.name);
      const first = jobs.find((job) => resolve(job.folder, job.flow.script.name) === path);
      if (first) {
        const params = { output: flow.script.name, first: first.source.name, second: file };
        reporter.report([diagnose(findings.sameOutput, params)]);
      }
      jobs.push({ source, flow, folder });
    }
  }
  return jobs;
}

function manifestOf({ source, flow, folder }: Job) {
  const path =
    source.name === '-' ? '-' : relative(resolve(folder), resolve(source.name)).split(sep).join('/');
  return manifest({
    name: flow.plan.workflow,
    runtime: runtimeVersion,
    source: { path, text: source.text },
    artifacts: [flow.script],
    sha256,
  });
}
