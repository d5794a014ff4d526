import { dirname, join, resolve } from 'node:path';
import { diagnose } from '../diagnostics/define.ts';
import { someOf } from '../diagnostics/words.ts';
import { type Manifest, manifestSuffix, writtenBy } from '../emit/manifest.ts';
import { readOutput, sha256 } from '../host/files.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { conflictsIn } from '../syntax/conflict.ts';
import { meaningOf } from '../syntax/meaning.ts';
import { type Found, findAsked, lineOf, pathOf, stale } from './asked.ts';
import { type CompileOptions, compileFiles, sayNotWritten, soundOf, verified, write } from './compile.ts';
import { shownDiff, unifiedDiff } from './diff.ts';
import { findings } from './findings.ts';
import { groupsOf } from './groups.ts';
import { artifactsOf, type Job, nameOf, outputsOf } from './job.ts';
import { foreignOutputs, isMadeFrom, manifestAt } from './owner.ts';
import { createReporter, type Reporter } from './report.ts';
import { bashReadsRuns } from './verify.ts';

/** A flow that was compiled to be compared with what is on disk. */
interface Compared {
  readonly job: Job;
  /** The name of its source, for people. */
  readonly source: string;
  /** Its manifest on disk. */
  readonly found: Found | undefined;
}

/** How many diffs a person sees. */
const mostDiffs = 10;

/** Everything that is meant, compiled. */
interface All {
  readonly compared: readonly Compared[];
  /** About outputs that no flow makes any longer. */
  readonly gone: readonly Diagnostic[];
  /** The sources in which something is wrong. */
  readonly broken: readonly string[];
}

/** The options of `--check` and `--stale`. */
export type CompareOptions = Omit<CompileOptions, 'lock'>;

/**
 * `crc compile --check [FILE|FOLDER…]`: compares what would be written with what exists, and writes nothing. A manifest
 * contains the settings and the folder that its flow was compiled with. Resolves to the exit status: 1 for any difference.
 */
export async function checkDrift(named: readonly string[], options: CompareOptions): Promise<number> {
  const reporter = createReporter(options);
  const diffs: { output: string; diff: string }[] = [];
  let shown = 0;
  const { compared, gone } = await compileAsked(named, options, reporter);
  reporter.report(gone);
  const jobs = compared.map(({ job }) => job);
  await (options.verify ? verified(jobs, options, reporter) : bashReadsRuns(jobs, reporter));
  for (const { finding, like, change } of compared.flatMap(differencesOf)) {
    const frames = reporter.report([finding], undefined, like);
    if (change === undefined) continue;
    const diff = unifiedDiff(change.output, change.before, change.after);
    diffs.push({ output: change.output, diff });
    if (frames === 0 || shown === mostDiffs) continue;
    shown += 1;
    reporter.print(`${shownDiff(diff)}\n`);
  }
  if (diffs.length > shown)
    reporter.say(`${diffs.length - shown} more files differ; --format json shows how\n`);
  if (!reporter.failed()) {
    const names = [...new Set(jobs.map(({ flow }) => flow.plan.workflow))];
    reporter.say(names.length > 0 ? `up to date: ${someOf(names)}` : 'fine: there is no workflow in it');
  }
  return reporter.end([], { diffs });
}

/**
 * `crc compile --stale [FILE|FOLDER…]`: compiles again, with the settings in their manifests, the flows whose outputs
 * are not what they compile to. A flow in which something is wrong keeps its outputs, and the others are written. Resolves to the exit status.
 */
export async function compileStale(named: readonly string[], options: CompareOptions): Promise<number> {
  const reporter = createReporter(options);
  const { compared, gone, broken } = await compileAsked(named, options, reporter);
  const different = compared.map((one) => ({ ...one, differences: differencesOf(one) }));
  const jobs = different.flatMap(({ job, differences }) => (differences.length > 0 ? [job] : []));
  const sound = soundOf(jobs, reporter);
  const verdict = await verified(sound, options, reporter);
  const outputs = await write(soundOf(sound, reporter), verdict, reporter);
  if (jobs.length === 0) reporter.say(reporter.failed() ? 'nothing else is stale' : 'fine: nothing is stale');
  sayNotWritten(broken, jobs, outputs, reporter);
  // crc removes no file.
  const isGone = ({ code }: Diagnostic) => code === findings.stale.code;
  reporter.report([
    ...gone,
    ...different.flatMap((one) => one.differences.map((each) => each.finding).filter(isGone)),
  ]);
  return reporter.end(outputs);
}

/** Compiles all flows that are meant, and reports what is wrong with them. */
async function compileAsked(
  named: readonly string[],
  options: CompareOptions,
  reporter: Reporter,
): Promise<All> {
  const asked = await findAsked(named, options, reporter);
  const compared: Compared[] = [];
  const gone: Diagnostic[] = [];
  const broken: string[] = [];
  for (const { source, folder, choices, manifests } of groupsOf(asked, {
    targets: options.targets,
    set: options.set,
    ...(options.site === undefined ? {} : { site: options.site }),
    ...(options.texts === undefined ? {} : { texts: options.texts }),
  })) {
    let isBroken = false;
    const jobs = await compileFiles(
      [source],
      choices,
      {
        ...reporter,
        report: (found, ...rest) => {
          isBroken ||= found.some(({ severity }) => severity === 'error');
          return reporter.report(found, ...rest);
        },
      },
      folder,
    );
    if (isBroken) {
      broken.push(source);
      continue;
    }
    for (const found of manifests) {
      const job = jobs.find(({ flow }) => flow.plan.workflow === found.workflow);
      if (job !== undefined) compared.push({ job, source, found });
      else gone.push(stale(found, `${found.source} no longer has a workflow ${found.workflow}`));
    }
    for (const job of jobs) {
      if (manifests.some(({ workflow }) => workflow === job.flow.plan.workflow)) continue;
      if (belongsToOther(job)) continue;
      const { workflow } = job.flow.plan;
      const foreign = foreignOutputs(outputsOf(job));
      const of = nameOf(job.flow.source);
      for (const one of foreign)
        reporter.report([
          diagnose(findings.ofOther, { ...one, source: of, workflow }, { file: job.flow.source.name }),
        ]);
      // The outputs of a source that was renamed remain its own.
      const found = asked.gone.find((one) => one.workflow === workflow && isIn(one.folder, job));
      if (foreign.length === 0) compared.push({ job, source, found });
    }
  }
  for (const one of asked.gone)
    if (!compared.some(({ found }) => found === one))
      gone.push(stale(one, `${one.source}, which ${one.path} was made from, no longer exists`));
  return { compared, gone, broken };
}

/** If several sources include a workflow, its manifest says which one it was compiled from. */
function belongsToOther({ flow, folder, source }: Job): boolean {
  const manifest = manifestAt(join(folder, `${flow.plan.workflow}${manifestSuffix}`));
  if (manifest === undefined || 'why' in manifest) return false;
  const from = resolve(folder, manifest.source.path);
  return (
    pathOf(source.name) !== from &&
    readOutput(from) !== undefined &&
    isMadeFrom(manifest, folder, flow.source.name)
  );
}

const isIn = (folder: string, job: Job) => resolve(folder) === resolve(job.folder);

/** How an output differs from what its flow compiles to. */
interface Difference {
  readonly finding: Diagnostic;
  /** The same for outputs that differ for the same reason. */
  readonly like: string;
  readonly change?: { readonly output: string; readonly before: string; readonly after: string };
}

function differencesOf(one: Compared): readonly Difference[] {
  const { job, source, found } = one;
  const differences: Difference[] = [];
  const artifacts = artifactsOf(job);
  for (const artifact of artifacts) {
    // If another file differs, its manifest differs as well, which need not be said.
    if (artifact.name.endsWith(manifestSuffix) && differences.length > 0) continue;
    const difference = differenceOf(artifact, one);
    if (difference !== undefined) differences.push(difference);
  }
  const made = new Set(artifacts.map(({ name }) => name));
  for (const { name } of found?.manifest.outputs ?? []) {
    const output = join(job.folder, name);
    if (made.has(name) || readOutput(output) === undefined) continue;
    const why = `${source} no longer compiles to it`;
    differences.push({
      finding: diagnose(findings.stale, { outputs: [output], why }, { file: output }),
      like: why,
    });
  }
  return differences;
}

function differenceOf({ name, text }: Artifact, { job, source, found }: Compared): Difference | undefined {
  const output = join(job.folder, name);
  const command = commandFor(job);
  const there = readOutput(output);
  if (there === undefined)
    return {
      finding: diagnose(findings.absent, { output, source, command }, { file: source }),
      like: 'absent',
    };
  if ('why' in there)
    return {
      finding: diagnose(findings.edited, { output, source, command }, { file: output }),
      like: there.why,
    };
  const before = there.text;
  // Another version of crc has made the same outputs.
  const after = found?.manifest.crc === undefined ? text : writtenBy(text, found.manifest.crc);
  if (before === (name.endsWith(manifestSuffix) ? after : text)) return undefined;
  const [conflict] = conflictsIn(before);
  if (conflict !== undefined) {
    const line = lineOf(before, conflict.start.start);
    return {
      finding: diagnose(findings.conflict, { output, line, command }, { file: output }),
      like: 'conflict',
    };
  }
  if (before.replaceAll('\r\n', '\n') === text)
    return { finding: diagnose(findings.lineEnds, { output, source }, { file: output }), like: 'line ends' };
  const recorded = found?.manifest.outputs.find((one) => one.name === name)?.sha256;
  const change = { output, before, after: text };
  if (recorded !== undefined && recorded !== sha256(before))
    return {
      finding: diagnose(findings.edited, { output, source, command }, { file: output }),
      like: 'edited',
      change,
    };
  const reasons = reasonsFor(job, found?.manifest);
  const finding = diagnose(findings.outdated, { output, source, command, reasons }, { file: output });
  return { finding, like: reasons.join(), change };
}

/** Why an output that nobody edited would come out differently. */
function reasonsFor({ source, included, choices, folder }: Job, manifest: Manifest | undefined): string[] {
  if (manifest === undefined) return ['no manifest says how it was made'];
  if (manifest.crc === undefined) return ['its manifest is from an earlier version of crc'];
  const { runtimeVersion } = choices.targets;
  const before = new Set([manifest.source, ...(manifest.includes ?? [])].map((one) => one.sha256));
  const changed = [source, ...included].filter((one) => !before.has(sha256(meaningOf(one))));
  return [
    ...(isMadeFrom(manifest, folder, source.name) ? [] : [`it was made from ${manifest.source.path}`]),
    ...changed.map((one) => `${nameOf(one)} has changed since`),
    ...(manifest.runtime === runtimeVersion
      ? []
      : [`it has runtime ${manifest.runtime}; this crc has runtime ${runtimeVersion}`]),
  ];
}

/** The command with which the user can write it. */
function commandFor({ source, folder, choices: { set: settings, site } }: Job): string {
  const isBeside = source.name !== '-' && resolve(dirname(source.name)) === resolve(folder);
  const set = [...settings].map(([name, value]) => `--set ${shown(`${name}=${value}`)}`);
  const named = site === undefined ? [] : [`--site ${shown(site)}`];
  const words = [
    'crc compile',
    ...set,
    ...named,
    ...(isBeside ? [] : [`-o ${shown(folder)}`]),
    shown(source.name),
  ];
  return words.join(' ');
}

const shown = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
