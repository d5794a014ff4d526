import { constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isIn } from '../../check/container-values.ts';
import { compile } from '../../compile.ts';
import { diagnose } from '../../diagnostics/define.ts';
import { type Answer, ask } from '../../host/ask.ts';
import { readIncluded, readSource } from '../../host/files.ts';
import type { Container, Mount } from '../../model/container.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { HostPath } from '../../model/flow.ts';
import { variablesOf } from '../../model/path.ts';
import type { Plan } from '../../model/plan.ts';
import type { Settings } from '../../model/program.ts';
import type { Source } from '../../model/span.ts';
import type { Targets } from '../../model/targets.ts';
import { scopeOf } from '../../site/learn.ts';
import { findings } from '../findings.ts';
import type { Check } from './check.ts';
import { checkInputs } from './inputs.ts';
import { askBash, isAllowed, onPath } from './machine.ts';
import { namedPrograms } from './named.ts';
import { checkPrograms } from './programs.ts';

/** How flows are compiled for it; `limit`: seconds for each command; `ask`: the folder in which programs are asked to save. */
export interface CheckOptions {
  readonly ask?: string;
  readonly targets: Targets;
  readonly site?: string;
  readonly set: Settings;
  readonly limit: number;
}

/** Checks this machine for what the flows in these files need; `report` gets the findings about the files themselves. */
export async function checkFlows(
  files: readonly string[],
  { targets, set: settings, site, limit, ask: folder }: CheckOptions,
  report: (one: Diagnostic, source: Source | undefined) => void,
): Promise<readonly Check[]> {
  const plans: Plan[] = [];
  for (const file of new Set(files)) {
    const read = await readSource(file);
    if ('why' in read) {
      report(diagnose(findings.unreadable, { name: file, why: read.why }), undefined);
      continue;
    }
    const { flows, diagnostics, sources } = compile({ name: file, text: read.text }, targets, {
      settings,
      site,
      include: readIncluded,
    });
    for (const one of diagnostics)
      report(
        one,
        sources.find(({ name }) => name === one.file),
      );
    plans.push(...flows.map(({ plan }) => plan));
  }
  if (plans.length === 0) return [];
  const own = await Promise.all(plans.map((plan) => checkPlan(plan, limit, targets)));
  const asked: Check[] = [];
  if (folder !== undefined) {
    const { tryAsking } = await import('./asking.ts');
    // One after the other: they may use the same files.
    for (const plan of plans)
      asked.push(...(await tryAsking((what) => `${plan.workflow}, ${what}`, plan, resolve(folder), limit)));
  }
  return [...(await checkTools(limit)), ...own.flat(), ...asked];
}

/** What every job needs. */
async function checkTools(limit: number): Promise<readonly Check[]> {
  const commands = ['sbatch', 'scontrol', 'squeue', 'srun'].map((name): Check => {
    const path = onPath(name);
    return { what: name, verdict: path ? 'fine' : 'wrong', says: path ?? 'not on PATH' };
  });
  const answer = await ask('bash', ['-c', 'echo "$BASH_VERSION"'], limit);
  const version = 'text' in answer ? answer.text.trim() : '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > 4 || (major === 4 && minor >= 4);
  const says = 'why' in answer ? answer.why : `${version}${enough ? '' : ', but jobs need 4.4 on the host'}`;
  return [...commands, { what: 'bash', verdict: enough ? 'fine' : 'wrong', says }];
}

async function checkPlan(plan: Plan, limit: number, targets: Targets): Promise<readonly Check[]> {
  const of = (what: string) => `${plan.workflow}, ${what}`;
  const { state } = plan.checkpoint;
  const { container } = plan;
  const mounts = container?.mounts ?? [];
  // In a container a path is an inside path, which a mount may provide; otherwise the job shows the host's path there.
  const outside = (path: HostPath | null) => (path === null ? null : throughMounts(path, mounts));
  const workdir = outside(plan.workdir);
  const output = outside(plan.output);
  const mounted = [...mounts.map(({ from }) => from), ...(container ? [imagePath(container)] : [])];
  const paths = [state, plan.workdir, plan.output, ...mounted].flatMap((path) => path ?? []);
  const needsDmtcp = plan.checkpoint.engine === 'dmtcp';
  const variables = variablesOf(paths);
  const set = variables.map((name): Check => {
    const value = process.env[name];
    return {
      what: of(`$${name}`),
      verdict: value ? 'fine' : 'wrong',
      says: value || 'not set: the job would stop when it starts',
    };
  });
  return [
    ...(container === undefined
      ? needsDmtcp
        ? [await checkDmtcp(of('DMTCP'), plan.load, limit)]
        : []
      : await checkContainer(of, plan, container, limit, targets)),
    ...set,
    ...(await checkFolder(of('state'), state ?? [{ kind: 'text', text: 'crflow-state' }], false, limit)),
    ...mounts.map((mount) => checkMount(of, mount)),
    ...(await checkFolder(of('workdir'), workdir ?? [{ kind: 'text', text: '.' }], true, limit)),
    ...(container === undefined && (needsDmtcp || plan.checkpoint.engine === 'mana')
      ? await checkPrograms(of, plan, placeOf(plan.workdir ?? [{ kind: 'text', text: '.' }]), limit)
      : []),
    ...checkInputs(of, plan, workdir === null ? placeOf([{ kind: 'text', text: '.' }]) : placeOf(workdir)),
    ...checkOutput(of('output'), output),
  ];
}

/** A flow's path on this machine; undefined if one of its variables is not set. */
function placeOf(path: HostPath): string | undefined {
  const parts = path.map((part) => (part.kind === 'variable' ? process.env[part.name] : part.text));
  return parts.some((part) => part === undefined || part === '') ? undefined : resolve(parts.join(''));
}

/** The path on this machine of a path in the container, by the innermost mount that contains it. */
function throughMounts(path: HostPath, mounts: readonly Mount[]): HostPath {
  const place = placeOf(path);
  const mount = mounts
    .filter(({ to }) => place !== undefined && isIn(place, to))
    .sort((a, b) => b.to.length - a.to.length)[0];
  if (place === undefined || mount === undefined) return path;
  return [...mount.from, { kind: 'text', text: place.slice(mount.to.length) }];
}

function checkMount(of: (what: string) => string, { from, to }: Mount): Check {
  const what = of(`mount at ${to}`);
  const place = placeOf(from);
  if (place === undefined) return { what, verdict: 'unknown', says: 'a variable in its path is not set' };
  return isAllowed(place, constants.F_OK)
    ? { what, verdict: 'fine', says: place }
    : { what, verdict: 'wrong', says: `${place} does not exist here` };
}

/** A relative path is in the work folder, which has its own check. */
function checkOutput(what: string, path: HostPath | null): readonly Check[] {
  const first = path?.[0];
  if (path === null || (first?.kind === 'text' && !first.text.startsWith('/'))) return [];
  const place = placeOf(path);
  if (place === undefined || isAllowed(dirname(place), constants.W_OK | constants.X_OK)) return [];
  return [{ what, verdict: 'wrong', says: `${dirname(place)} does not exist, or is not writable` }];
}

const imagePath = ({ image }: Container) => (image.kind === 'file' ? image.path : []);

/** Is its image here, does it start, and does it contain what a job needs? */
async function checkContainer(
  of: (what: string) => string,
  plan: Plan,
  container: Container,
  limit: number,
  targets: Targets,
): Promise<readonly Check[]> {
  const { tryContainer } = await import('./container.ts');
  const { image, dmtcp, lacks = [], programs = [] } = await tryContainer(plan, container, limit, targets);
  const says = (answer: Answer): Pick<Check, 'verdict' | 'says'> =>
    'why' in answer ? { verdict: 'wrong', says: answer.why } : { verdict: 'fine', says: answer.text };
  const checks: Check[] = [{ what: of(`image for ${container.runtime}`), ...says(image) }];
  for (const option of sbatchOptions(container, targets)) {
    // An option of a Slurm plug-in, without which sbatch refuses the script.
    const help = await ask('sbatch', ['--help'], limit);
    if ('text' in help && !help.text.includes(option))
      checks.push({
        what: of(`sbatch ${option}`),
        verdict: 'wrong',
        says: `sbatch has no ${option} here: ${container.runtime}'s plug-in for Slurm is not set up`,
      });
  }
  if (dmtcp !== undefined && plan.checkpoint.engine === 'dmtcp')
    checks.push({ what: of('DMTCP in the image'), ...dmtcpInside(dmtcp) });
  if (lacks.length > 0)
    checks.push({ what: of('tools in the image'), verdict: 'wrong', says: `missing: ${lacks.join(', ')}` });
  const way = plan.image === undefined ? '' : ': see `results` and `packages` of its recipe';
  for (const { path, why } of programs)
    checks.push({ what: of(`${path} in the image`), verdict: 'wrong', says: `${why}${way}` });
  checks.push(...checkRelative(of, plan, container));
  return checks;
}

/** The options of sbatch that the runtime's plug-in takes and the job uses. */
const sbatchOptions = (container: Container, { runtimeOf }: Targets) =>
  (runtimeOf(container.runtime).directives?.(container) ?? []).map(([option]) => option);

/** The programs that `run` names relative to the work folder, if that is a folder of this machine. */
function checkRelative(
  of: (what: string) => string,
  { run, workdir }: Plan,
  { mounts }: Container,
): readonly Check[] {
  const folder = placeOf(throughMounts(workdir ?? [{ kind: 'text', text: '.' }], mounts));
  if (folder === undefined || !isAllowed(folder, constants.F_OK)) return [];
  return namedPrograms(run.text)
    .filter((path) => /^(?:\.\/)?[\w][\w./+-]*$/.test(path) && path.includes('/'))
    .flatMap((path): Check[] => {
      const place = resolve(folder, path);
      if (isAllowed(place, constants.X_OK)) return [];
      const says = isAllowed(place, constants.F_OK) ? 'cannot be executed' : 'does not exist';
      return [{ what: of(path), verdict: 'wrong', says: `${place} ${says}` }];
    });
}

function dmtcpInside(answer: Answer): Pick<Check, 'verdict' | 'says'> {
  return 'why' in answer ? { verdict: 'wrong', says: answer.why } : ofVersion(answer.text, '');
}

/** Does a job work with this release of DMTCP? `way`: how to get it. */
function ofVersion(version: string, way: string): Pick<Check, 'verdict' | 'says'> {
  return /^[34]\./.test(version)
    ? { verdict: 'fine', says: `${version}${way}` }
    : { verdict: 'wrong', says: `${version}${way}, but crflow needs 3 or 4` };
}

async function checkDmtcp(what: string, load: readonly string[], limit: number): Promise<Check> {
  const script = `command -v dmtcp_launch >/dev/null || { echo 'dmtcp_launch is not on PATH' >&2; exit 1; }
dmtcp_launch --version 2>&1`;
  const answer = await askBash(load, script, limit);
  const way = load.length > 0 ? ` after module load ${load.join(' ')}` : '';
  const help = load.length > 0 ? '' : '; load it with `environment { load = ["dmtcp"] }`';
  if ('why' in answer) return { what, verdict: 'wrong', says: `${answer.why}${way}${help}` };
  const version = /\b\d+\.\d+(?:\.\d+)?/.exec(answer.text)?.[0];
  if (version === undefined)
    return { what, verdict: 'unknown', says: `it does not report its version${way}` };
  return { what, ...ofVersion(version, way) };
}

/** Is it writable, and do other nodes see it? If it does not exist, its nearest existing parent is checked. */
async function checkFolder(
  what: string,
  path: HostPath,
  mustBe: boolean,
  limit: number,
): Promise<readonly Check[]> {
  const folder = placeOf(path);
  if (folder === undefined) return [];
  let there = folder;
  while (!isAllowed(there, constants.F_OK) && dirname(there) !== there) there = dirname(there);
  if (mustBe && there !== folder) return [{ what, verdict: 'wrong', says: `there is no folder ${folder}` }];
  if (!statSync(there).isDirectory()) return [{ what, verdict: 'wrong', says: `${there} is not a folder` }];
  if (!isAllowed(there, constants.W_OK | constants.X_OK))
    return [{ what, verdict: 'wrong', says: `${there} is not writable` }];
  const type = await ask('stat', ['-f', '-c', '%T', there], limit);
  const scope = 'text' in type ? scopeOf(type.text.trim()) : undefined;
  if (scope?.scope === 'node-local')
    return [
      {
        what,
        verdict: 'wrong',
        says: `${folder} is in the memory of this machine: other nodes cannot see it`,
      },
    ];
  const kind = 'text' in type ? type.text.trim() : type.why;
  return [
    scope === undefined
      ? { what, verdict: 'unknown', says: `${folder} is writable; do all nodes share it? (it is ${kind})` }
      : { what, verdict: 'fine', says: `${folder} is writable, and shared (${kind})` },
  ];
}
