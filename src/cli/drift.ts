import { basename, dirname, join, relative, resolve } from 'node:path';
import { diagnose } from '../diagnostics/define.ts';
import { type Manifest, manifestSuffix } from '../emit/manifest.ts';
import { filesIn, readOutput, readSource, sha256 } from '../host/files.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Source } from '../model/span.ts';
import type { Targets } from '../model/targets.ts';
import { type CompileOptions, compileFiles } from './compile.ts';
import { shownDiff, unifiedDiff } from './diff.ts';
import { findings } from './findings.ts';
import { artifactsOf, type Choices, type Job, nameOf, outputsOf } from './job.ts';
import { foreignOutputs, isMadeFrom, manifestAt } from './owner.ts';
import { createReporter, type Reporter } from './report.ts';

/** A manifest on disk. */
interface Found {
  readonly manifest: Manifest;
  readonly path: string;
  readonly folder: string;
  readonly workflow: string;
  /** Its source, relative to the current folder; `-` for standard input. */
  readonly source: string;
}

/** A source that is compiled with these settings into that folder, and the manifests that say so. */
interface Group {
  readonly source: string;
  readonly folder: string;
  readonly choices: Choices;
  readonly manifests: readonly Found[];
}

/**
 * `crc compile --check [FILE…]`: compares what would be written with what exists, and writes nothing. A manifest
 * contains the settings and the folder that its flow was compiled with. Without files: all manifests below this folder.
 * Resolves to the exit status: 1 for any difference.
 */
export async function checkDrift(files: readonly string[], options: CompileOptions): Promise<number> {
  const reporter = withoutDuplicates(createReporter(options));
  const diffs: { output: string; diff: string }[] = [];
  const differs = (one: Diagnostic, output: string, before: string, after: string) => {
    reporter.report([one]);
    const diff = unifiedDiff(output, before, after);
    diffs.push({ output, diff });
    reporter.print(`${shownDiff(diff)}\n`);
  };

  const found = await findManifests(files, options, reporter);
  const compared: string[] = [];
  for (const group of await groupsOf(files, found, options, reporter)) {
    const jobs = await compileFiles([group.source], group.choices, reporter, group.folder);
    if (jobs.length === 0) continue; // the source has errors, and they are reported
    for (const one of group.manifests) {
      const job = jobs.find(({ flow }) => flow.plan.workflow === one.workflow);
      if (job === undefined)
        reportStale(one, `${one.source} no longer has a workflow ${one.workflow}`, reporter);
      else await compare(job, one, group, reporter, differs);
    }
    for (const job of jobs) {
      const { workflow } = job.flow.plan;
      // If several sources include a workflow, the manifest says which one it was compiled from.
      const claimed = found.some(
        (one) =>
          one.workflow === workflow &&
          resolve(one.folder) === resolve(job.folder) &&
          isMadeFrom(one.manifest, one.folder, job.flow.source.name),
      );
      if (claimed) continue;
      const foreign = foreignOutputs(outputsOf(job, group.choices));
      const source = nameOf(job.flow.source);
      for (const one of foreign) reporter.report([diagnose(findings.ofOther, { ...one, source, workflow })]);
      if (foreign.length === 0) await compare(job, undefined, group, reporter, differs);
    }
    compared.push(...jobs.map(({ flow }) => flow.plan.workflow));
  }
  if (!reporter.failed()) reporter.say(`up to date: ${[...new Set(compared)].join(', ')}`);
  return reporter.end([], { diffs });
}

/** The manifests of these folders, except the stale ones, which are reported. */
async function findManifests(
  files: readonly string[],
  options: CompileOptions,
  reporter: Reporter,
): Promise<Found[]> {
  const named =
    options.output === undefined
      ? files.map((file) => (file === '-' ? '.' : dirname(file)))
      : [options.output];
  const near = named.length > 0 ? await manifestsIn(named, false, reporter) : [];
  const isMissed = (file: string) => !near.some(({ source }) => isSame(source, file));
  const isFar = options.output === undefined && (files.length === 0 || files.some(isMissed));
  const known = new Set(near.map(({ path }) => resolve(path)));
  const far = isFar ? await manifestsIn(['.'], true, reporter, files.length === 0) : [];
  const all = [
    ...near,
    // Further down, only what was asked for.
    ...far.filter(
      ({ path, source }) =>
        !known.has(resolve(path)) && (files.length === 0 || files.some((file) => isSame(source, file))),
    ),
  ];
  const right: Found[] = [];
  for (const one of all) {
    const asked = files.some((file) => isSame(one.source, file));
    if (one.source === '-' && !asked) continue;
    if (asked || readOutput(one.source) !== undefined) right.push(one);
    else reportStale(one, `${one.source}, which ${one.path} was made from, no longer exists`, reporter);
  }
  return right;
}

async function manifestsIn(
  folders: readonly string[],
  deep: boolean,
  reporter: Reporter,
  required = false,
): Promise<Found[]> {
  const all: Found[] = [];
  for (const where of new Set(folders)) {
    const paths = await filesIn(where, manifestSuffix, deep);
    if (paths === undefined || (required && paths.length === 0)) {
      const params = { where: where === '.' ? 'this folder' : where, tooMany: paths === undefined };
      reporter.report([diagnose(findings.noManifests, params)]);
    }
    for (const path of paths ?? []) {
      const manifest = manifestAt(path);
      if (manifest === undefined) continue;
      if ('why' in manifest) {
        reporter.report([diagnose(findings.badManifest, { name: path, why: manifest.why })]);
        continue;
      }
      const folder = dirname(path);
      const from = manifest.source.path;
      const source = from === '-' ? '-' : relative('.', resolve(folder, from));
      all.push({ manifest, path, folder, source, workflow: basename(path, manifestSuffix) });
    }
  }
  return all;
}

/** What has to be compiled: each source once for each combination of folder and settings. */
async function groupsOf(
  files: readonly string[],
  found: readonly Found[],
  { targets, set, site, output }: CompileOptions,
  reporter: Reporter,
): Promise<Group[]> {
  const groups = new Map<string, Group>();
  const add = (source: string, folder: string, choices: Choices, manifests: readonly Found[]) => {
    const key = JSON.stringify([resolve(source), resolve(folder), [...choices.set].sort(), choices.site]);
    const before = groups.get(key)?.manifests ?? [];
    groups.set(key, { source, folder, choices, manifests: [...before, ...manifests] });
  };
  const wanted = files.length === 0 ? [...new Set(found.map(({ source }) => source))] : [...new Set(files)];
  for (const file of wanted) {
    const read = await readSource(file);
    if ('why' in read) {
      reporter.report([diagnose(findings.unreadable, { name: file, why: read.why })]);
      continue;
    }
    const own = found.filter(({ source }) => isSame(source, file));
    // The outputs that would be written with the current settings.
    for (const one of own)
      add(
        file,
        one.folder,
        {
          targets,
          set: set.size > 0 ? set : new Map(Object.entries(one.manifest.set ?? {})),
          ...siteOf(site ?? givenSite(one)),
        },
        [one],
      );
    if (own.length === 0)
      add(file, output ?? (file === '-' ? '.' : dirname(file)), { targets, set, ...siteOf(site) }, []);
  }
  return [...groups.values()];
}

const siteOf = (site: string | undefined) => (site === undefined ? {} : { site });

/** The --site that it was compiled with, relative to the current folder. */
function givenSite({ manifest: { site }, folder }: Found): string | undefined {
  if (site === undefined || !site.given) return undefined;
  if (site.sha256 === undefined) return site.name;
  const path = relative('.', resolve(folder, site.name));
  return path.includes('/') ? path : `./${path}`;
}

type Differs = (one: Diagnostic, output: string, before: string, after: string) => void;

async function compare(
  job: Job,
  found: Found | undefined,
  { source, choices }: Group,
  reporter: Reporter,
  differs: Differs,
): Promise<void> {
  const { folder } = job;
  const command = commandFor(job, choices);
  const artifacts = artifactsOf(job, choices);
  let right = true;
  for (const { name, text } of artifacts) {
    const output = join(folder, name);
    const there = readOutput(output);
    const isManifest = name.endsWith(manifestSuffix);
    if (there !== undefined && 'text' in there && there.text === text) continue;
    // The manifest then differs as well, which need not be said.
    if (isManifest && !right) continue;
    right = false;
    if (there === undefined) {
      reporter.report([diagnose(findings.absent, { output, source, command })]);
      continue;
    }
    const before = 'text' in there ? there.text : '';
    const recorded = found?.manifest.outputs.find((one) => one.name === name)?.sha256;
    const isEdited = 'why' in there || (recorded !== undefined && recorded !== sha256(before));
    const finding = isEdited
      ? diagnose(findings.edited, { output, source, command })
      : diagnose(findings.outdated, {
          output,
          source,
          command,
          reasons: reasons(job, found?.manifest, choices.targets),
        });
    if ('why' in there) reporter.report([finding]);
    else differs(finding, output, before, text);
  }
  const made = new Set(artifacts.map(({ name }) => name));
  for (const { name } of found?.manifest.outputs ?? []) {
    const output = join(folder, name);
    if (!made.has(name) && readOutput(output) !== undefined)
      reporter.report([
        diagnose(findings.stale, { outputs: [output], why: `${source} no longer compiles to it` }),
      ]);
  }
}

/** Why an output that nobody edited would come out differently. */
function reasons(
  { source, included }: Job,
  manifest: Manifest | undefined,
  { runtimeVersion }: Targets,
): string[] {
  if (manifest === undefined) return ['no manifest says how it was made'];
  const before = new Set([manifest.source, ...(manifest.includes ?? [])].map((one) => one.sha256));
  const changed = [source, ...included].filter(({ text }) => !before.has(sha256(text)));
  return [
    ...changed.map((one) => `${nameOf(one)} has changed since`),
    ...(manifest.runtime === runtimeVersion
      ? []
      : [`it has runtime ${manifest.runtime}; this crc has runtime ${runtimeVersion}`]),
  ];
}

function reportStale({ manifest, folder, path }: Found, why: string, reporter: Reporter): void {
  const outputs = [...manifest.outputs.map(({ name }) => join(folder, name)), path];
  reporter.report([diagnose(findings.stale, { outputs, why })]);
}

/** The command with which the user can write it. */
function commandFor({ source, folder }: Job, { set: settings, site }: Choices): string {
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

const isSame = (a: string, b: string) => (a === '-' || b === '-' ? a === b : resolve(a) === resolve(b));

/** The findings of a source that is compiled twice are shown once. */
function withoutDuplicates(reporter: Reporter): Reporter {
  const seen = new Set<string>();
  return {
    ...reporter,
    report: (diagnostics: readonly Diagnostic[], source?: Source) => {
      for (const one of diagnostics) {
        const key = JSON.stringify(one);
        if (!seen.has(key)) reporter.report([one], source);
        seen.add(key);
      }
    },
  };
}
