import { withoutAllowed } from './allow.ts';
import { checkProgram } from './check/check.ts';
import { diagnose, sortDiagnostics } from './diagnostics/define.ts';
import { outputs } from './diagnostics/outputs.ts';
import { Inexpressible } from './emit/shell-text.ts';
import type { Artifact } from './model/artifact.ts';
import type { StringValue } from './model/ast.ts';
import type { Diagnostic } from './model/diagnostic.ts';
import type { Plan } from './model/plan.ts';
import type { Settings } from './model/program.ts';
import type { Source } from './model/span.ts';
import type { Targets } from './model/targets.ts';
import { type Lockable, type Locks, lockable, locked } from './plan/lock.ts';
import { plan } from './plan/plan.ts';
import { type Loaded, loadProgram, noIncludes, type ReadInclude } from './program.ts';
import { openRecords } from './programs/choose.ts';
import type { ChosenSite, ReadSite } from './site/choose.ts';
import { chooseSite } from './site/choose.ts';

/** One workflow of a source, with the results of all stages. */
export interface Flow {
  readonly plan: Plan;
  readonly script: Artifact;
  /** The files that make the container's image, if the flow has a recipe for it. */
  readonly imageFiles: readonly Artifact[];
  /** Its images that the flow does not pin to a digest. */
  readonly lockable: readonly Lockable[];
  /** The file that contains it: the source itself, or one that it includes. */
  readonly source: Source;
  /** The source of the plan's `run`: from its text back to the source (`spanInside`). */
  readonly runParts: StringValue;
}

/** What a compilation depends on, in addition to the source. */
export interface CompileInputs {
  readonly settings?: Settings;
  readonly include?: ReadInclude;
  /** A site that takes precedence over the source's: a name, or the path of a profile. */
  readonly site?: string | undefined;
  /** The digests to which a workflow's images are pinned. */
  readonly locksOf?: (workflow: string) => Locks;
  /** The path from the output folder to that of a source, where an image finds its build context. */
  readonly contextOf?: (source: Source) => string;
  /** Reads profiles; by default in the same way as includes. */
  readonly readSite?: ReadSite;
  /** Reads an input of a flow's program, by its path from a source; by default none is read. */
  readonly readInput?: (path: string, from: string) => string | undefined;
}

export interface Compiled {
  readonly flows: readonly Flow[];
  /** Findings of the source first, then of the files that it includes; in the order of each text. */
  readonly diagnostics: readonly Diagnostic[];
  /** All texts that a finding can point into, by `Diagnostic.file`: files, and texts of `--set`. */
  readonly sources: readonly Source[];
  /** The files that were included, and the records of programs that were read. */
  readonly included: readonly Source[];
  /** The site that the source was checked against. */
  readonly site: ChosenSite;
}

/**
 * The spine of crflow: text -> AST -> model -> plan -> artifacts. Pure: the same source gives the same answer.
 * A source with an error has diagnostics and no flows; warnings do not stop anything.
 */
export function compile(
  source: Source,
  { isJobVariable, runtimeOf, jobScript, imageArtifacts }: Targets,
  {
    settings = new Map(),
    include = noIncludes,
    site: asked,
    readSite = include,
    locksOf = noLocks,
    contextOf = beside,
    readInput,
  }: CompileInputs = {},
): Compiled {
  const loaded = loadProgram(source, include);
  const files = loaded.map(({ module }) => module);
  const site = chooseSite(files, asked, readSite);
  const records = openRecords(include);
  const { workflows, findings } = checkProgram(
    files,
    settings,
    isJobVariable,
    site.profile,
    runtimeOf,
    records.find,
    readInput,
  );
  const known = records.files();
  const sources = [...new Set([...findings, ...files, site, ...known].flatMap((one) => one.source ?? []))];
  const withoutFile = site.diagnostics.filter(({ file }) => file === undefined);
  const found = sayingFrom(loaded, [
    ...withoutFile,
    ...sources.flatMap((one) =>
      sortDiagnostics([
        ...site.diagnostics.filter(({ file }) => file === one.name),
        ...loaded.filter(({ module }) => module.source === one).flatMap(({ diagnostics }) => diagnostics),
        ...known.filter(({ source }) => source === one).flatMap(({ diagnostics }) => diagnostics),
        ...findings.filter((group) => group.source === one).flatMap((group) => group.diagnostics),
      ]),
    ),
  ]);
  const isWhole = workflows.length > 0 && !found.some(({ severity }) => severity === 'error');
  const diagnostics = withoutAllowed(
    found,
    files.map((one) => one.source),
    isWhole,
  );
  const included = [...files.slice(1), ...known].map((one) => one.source);
  const answer = { diagnostics, sources, included, site };
  if (diagnostics.some((one) => one.severity === 'error')) return { flows: [], ...answer };
  const emitted = workflows.map(({ workflow, source: own }): Flow | Diagnostic => {
    const unlocked = plan(workflow, own, site.profile);
    const { noDigest = null } = workflow.container ? runtimeOf(workflow.container.runtime) : {};
    const decided = locked(unlocked, locksOf(workflow.name), noDigest === null);
    try {
      return {
        plan: decided,
        lockable: lockable(unlocked, noDigest),
        script: jobScript(decided, baseName(own.name)),
        imageFiles: imageArtifacts(decided, baseName(own.name), contextOf(own)),
        source: own,
        runParts: workflow.application.run,
      };
    } catch (error) {
      if (!(error instanceof Inexpressible)) throw error;
      return cannotContain(error, workflow.name, own);
    }
  });
  const refused = emitted.filter((one) => 'code' in one);
  if (refused.length > 0) return { flows: [], ...answer, diagnostics: [...diagnostics, ...refused] };
  return { flows: emitted.filter((one) => 'plan' in one), ...answer };
}

/** The first finding in an included file says where that is included: the user may not have named it. */
function sayingFrom(loaded: readonly Loaded[], diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const left = new Map(
    loaded.flatMap(({ module, from }) => (from ? [[module.source.name, from] as const] : [])),
  );
  return diagnostics.map((one) => {
    const from = one.at && left.get(one.file ?? '');
    if (from === undefined) return one;
    left.delete(one.file ?? '');
    return { ...one, related: [...one.related, from] };
  });
}

/** What the emitters refuse and the checker missed: a finding at the value, or else at the workflow's name. */
function cannotContain({ value, why }: Inexpressible, workflow: string, { name, text }: Source): Diagnostic {
  const head = text.search(new RegExp(`\\bworkflow\\s+${workflow}(?![\\w-])`));
  const start = Math.max(value === '' ? -1 : text.indexOf(value, head), head, 0);
  const length = text.startsWith(value, start) ? value.length : 'workflow'.length;
  const at = { start, end: Math.min(start + length, text.length) };
  return diagnose(outputs.cannotContain, { value, why }, { file: name, at });
}

const beside = () => '.';
const noLocks = (): Locks => new Map();

/** A source's name without its folders: the output must not depend on where a repository was checked out. */
const baseName = (name: string) => (name === '-' ? 'standard input' : name.replace(/^.*[/\\]/, ''));
