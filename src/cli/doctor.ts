import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { runtimeOf } from '../../targets/runtimes/index.ts';
import { compile } from '../compile.ts';
import { diagnose } from '../diagnostics/define.ts';
import { type JsonDiagnostic, toJson } from '../diagnostics/json.ts';
import { type Answer, ask } from '../host/ask.ts';
import { plainWords, readIncluded, readSource } from '../host/files.ts';
import { type Container, RUNTIMES } from '../model/container.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { HostPath } from '../model/flow.ts';
import type { Plan } from '../model/plan.ts';
import type { Settings } from '../model/program.ts';
import type { Source } from '../model/span.ts';
import {
  learnSite,
  NODE_FIELDS,
  QOS_FIELDS,
  readModules,
  scopeOf,
  type WrittenProfile,
} from '../site/learn.ts';
import { readProfile } from '../site/read.ts';
import { findings } from './findings.ts';
import { createReporter } from './report.ts';

export interface DoctorOptions {
  readonly write?: string;
  readonly format: 'pretty' | 'json';
  readonly site?: string;
  readonly set: Settings;
  /** Seconds that each command may take. */
  readonly limit: number;
}

/** Something that a flow needs of this machine. `unknown`: it could not be told from here. */
interface Check {
  readonly what: string;
  readonly verdict: 'fine' | 'wrong' | 'unknown';
  readonly says: string;
}

/** What could not be learned, and why. */
interface Gap {
  readonly what: string;
  readonly why: string;
}

/**
 * `crc doctor`: learns from this login node what a profile says, and checks it for what flows need. Resolves to the exit
 * status: 1 where there is no Slurm, or a flow lacks something.
 */
export async function doctor(files: readonly string[], options: DoctorOptions): Promise<number> {
  const { format, limit } = options;
  const reporter = createReporter({ format: 'pretty', strict: false });
  const { profile, gaps, slurm } = await learn(limit);
  const diagnostics: JsonDiagnostic[] = [];
  const checks = await checkFlows(files, options, (one, source) => {
    diagnostics.push(toJson(one, source ?? { name: '', text: '' }));
    reporter.report([one], source);
  });
  const text = `${JSON.stringify(profile, null, 2)}\n`;
  let wrote: string | undefined;
  if (options.write !== undefined && slurm) {
    // What crc would not read it does not write: see the test.
    const { diagnostics } = readProfile({ name: options.write, text });
    if (diagnostics.length > 0)
      throw new Error(`the profile does not fit its schema: ${diagnostics[0]?.title}`);
    try {
      writeFileSync(options.write, text);
      wrote = options.write;
    } catch (error) {
      reporter.report([diagnose(findings.unwritable, { folder: options.write, why: plainWords(error) })]);
    }
  }
  if (format === 'json') {
    process.stdout.write(
      `${JSON.stringify({ format: 1, slurm, profile, unknown: gaps, checks, diagnostics }, null, 2)}\n`,
    );
  } else process.stdout.write(page({ profile, gaps, slurm, checks, wrote }));
  const lacks = !slurm || checks.some(({ verdict }) => verdict === 'wrong');
  return Math.max(reporter.end(), lacks ? 1 : 0);
}

/** For people: what was learned, what not, and the checks. */
function page(of: {
  profile: WrittenProfile;
  gaps: readonly Gap[];
  slurm: boolean;
  checks: readonly Check[];
  wrote: string | undefined;
}): string {
  const names = (key: string) =>
    ((of.profile[key] ?? []) as { name: string }[]).map(({ name }) => name).join(', ');
  const learned = [
    ['partitions', names('partitions')],
    ['QOS', names('qos')],
    ['runtimes', names('runtimes')],
    ['file systems', names('fileSystems')],
  ].filter(([, text]) => text !== '');
  const marks = { fine: 'ok ', wrong: 'NO ', unknown: ' ? ' };
  return [
    of.slurm
      ? `Slurm ${(of.profile['slurm'] as { version?: string } | undefined)?.version ?? ''} answers here: ${of.profile['name']}`
      : 'There is no Slurm that answers here. Run this on a login node of the cluster.',
    ...(of.slurm ? learned.map(([what, text]) => `  ${what}: ${text}`) : []),
    ...(of.slurm && of.gaps.length > 0 ? ['It could not learn:'] : []),
    ...of.gaps.map(({ what, why }) => `  ${what}: ${why}`),
    ...(of.checks.length > 0 ? ['What the flows need:'] : []),
    ...of.checks.map(({ what, verdict, says }) => `  ${marks[verdict]} ${what}: ${says}`),
    ...(of.wrote === undefined ? [] : [`${of.wrote}: written; read it, and add what it could not learn`]),
    '',
  ].join('\n');
}

async function learn(limit: number): Promise<{ profile: WrittenProfile; gaps: Gap[]; slurm: boolean }> {
  const gaps: Gap[] = [];
  const heard = (
    what: string,
    command: string,
    answer: Answer,
    empty = 'it has none',
  ): string | undefined => {
    const why = 'why' in answer ? answer.why : answer.text.trim() === '' ? empty : undefined;
    if (why === undefined && 'text' in answer) return answer.text;
    gaps.push({ what, why: `${command}: ${why}` });
    return undefined;
  };
  const [config, partitions, qos, nodes] = await Promise.all([
    ask('scontrol', ['show', 'config'], limit),
    ask('scontrol', ['show', 'partition', '-o'], limit),
    ask('sacctmgr', ['-nP', 'show', 'qos', `format=${QOS_FIELDS.join(',')}`], limit),
    ask('sinfo', ['--exact', '--noheader', `--format=${NODE_FIELDS}`], limit),
  ]);
  const site = learnSite(
    defined({
      config: heard('settings of Slurm', 'scontrol show config', config),
      partitions: heard('partitions', 'scontrol show partition', partitions),
      qos: heard(
        'QOS',
        'sacctmgr show qos',
        qos,
        'it lists none: there is no accounting, or you may not see it',
      ),
      nodes: heard('nodes', 'sinfo', nodes),
    }),
  );
  const modules = await listModules(['dmtcp', ...RUNTIMES.filter((name) => name !== 'podman')], limit);
  if ('why' in modules) gaps.push({ what: 'modules', why: modules.why });
  const found = (name: string) => ('why' in modules ? [] : readModules(modules.text, name));
  const runtimes = RUNTIMES.flatMap((name) => {
    if (onPath(runtimeOf(name).command) !== undefined) return [{ name, source: 'on PATH' }];
    const load = found(name)[0];
    return load === undefined ? [] : [{ name, load, source: 'module avail' }];
  });
  const fileSystems = await learnFileSystems(limit, gaps);
  gaps.push(
    { what: 'purging, bandwidth of file systems', why: 'no command tells; pages of the site may' },
    { what: 'what an account or a QOS is charged', why: 'Slurm tells the factor of a QOS at most' },
  );
  const dmtcp = found('dmtcp');
  const profile = {
    ...site,
    ...(runtimes.length > 0 ? { runtimes } : {}),
    ...(dmtcp.length > 0 ? { dmtcp: { modules: dmtcp, source: 'module avail' } } : {}),
    ...(fileSystems.length > 0 ? { fileSystems } : {}),
  };
  return { profile, gaps: 'why' in config ? gaps.slice(0, 1) : gaps, slurm: 'text' in config };
}

/** Lmod and Environment Modules print the list on standard error, and are functions of a login shell. */
function listModules(names: readonly string[], limit: number): Promise<Answer> {
  const script = `type module >/dev/null 2>&1 || { echo 'there is no command module' >&2; exit 1; }
for name in ${names.join(' ')}; do module -t avail "$name" 2>&1; done; true`;
  return ask('bash', ['-lc', script], limit);
}

/** Variables that sites give the folders of a user in. */
const FOLDERS = ['HOME', 'SCRATCH', 'PSCRATCH', 'WORK', 'PROJECT', 'CFS', 'TMPDIR'];

async function learnFileSystems(limit: number, gaps: Gap[]) {
  const all = [
    ...FOLDERS.flatMap((name) => {
      const path = process.env[name];
      return path?.startsWith('/') ? [{ name: name.toLowerCase(), path: `$${name}`, folder: path }] : [];
    }),
    { name: 'tmp', path: '/tmp', folder: '/tmp' },
  ];
  const told = await Promise.all(
    all.map(async ({ name, path, folder }) => {
      const answer = await ask('stat', ['-f', '-c', '%T', folder], limit);
      const scope = 'text' in answer ? scopeOf(answer.text.trim()) : undefined;
      if (scope !== undefined) return [{ name, paths: [path], ...scope, source: `stat -f ${path}` }];
      const why = 'why' in answer ? answer.why : `it is ${answer.text.trim()}, which may be shared or not`;
      gaps.push({ what: `who sees ${path}`, why });
      return [];
    }),
  );
  return told.flat();
}

function defined<T extends object>(of: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as never;
}

function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => isAllowed(path, constants.X_OK) && statSync(path).isFile());
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

async function checkFlows(
  files: readonly string[],
  { set: settings, site, limit }: DoctorOptions,
  report: (one: Diagnostic, source: Source | undefined) => void,
): Promise<readonly Check[]> {
  const plans: Plan[] = [];
  for (const file of new Set(files)) {
    const read = await readSource(file);
    if ('why' in read) {
      report(diagnose(findings.unreadable, { name: file, why: read.why }), undefined);
      continue;
    }
    const { flows, diagnostics, sources } = compile(
      { name: file, text: read.text },
      { settings, site, include: readIncluded },
    );
    for (const one of diagnostics)
      report(
        one,
        sources.find(({ name }) => name === one.file),
      );
    plans.push(...flows.map(({ plan }) => plan));
  }
  if (plans.length === 0) return [];
  const own = await Promise.all(plans.map((plan) => checkPlan(plan, limit)));
  return [...(await checkTools(limit)), ...own.flat()];
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
  const says = 'why' in answer ? answer.why : `${version}${enough ? '' : ', and jobs need 4.4 on the host'}`;
  return [...commands, { what: 'bash', verdict: enough ? 'fine' : 'wrong', says }];
}

async function checkPlan(plan: Plan, limit: number): Promise<readonly Check[]> {
  const of = (what: string) => `${plan.workflow}, ${what}`;
  const { state } = plan.checkpoint;
  const { container } = plan;
  const mounted =
    container === undefined ? [] : [...container.mounts.map(({ from }) => from), imagePath(container)];
  const paths = [state, plan.workdir, plan.output, ...mounted].flatMap((path) => path ?? []);
  const variables = [...new Set(paths.flatMap((part) => (part.kind === 'variable' ? [part.name] : [])))];
  const set = variables.map((name): Check => {
    const value = process.env[name];
    return {
      what: of(`$${name}`),
      verdict: value ? 'fine' : 'wrong',
      says: value || 'not set: the job would stop at its start',
    };
  });
  return [
    ...(container === undefined
      ? [await checkDmtcp(of('DMTCP'), plan.load, limit)]
      : await checkContainer(of, plan, container, limit)),
    ...set,
    ...(await checkFolder(of('state'), state ?? [{ kind: 'text', text: 'crflow-state' }], false, limit)),
    // In a container it is a place inside, which a mount may give it.
    ...(container !== undefined && plan.workdir !== null
      ? []
      : await checkFolder(of('workdir'), plan.workdir ?? [{ kind: 'text', text: '.' }], true, limit)),
  ];
}

const imagePath = ({ image }: Container) => (image.kind === 'file' ? image.path : []);

/** Its image is here, it starts, and has in it what a job needs there. */
async function checkContainer(
  of: (what: string) => string,
  plan: Plan,
  container: Container,
  limit: number,
): Promise<readonly Check[]> {
  const { tryContainer } = await import('./doctor-container.ts');
  const { image, dmtcp, lacks = [] } = await tryContainer(plan, container, limit);
  const says = (answer: Answer): Pick<Check, 'verdict' | 'says'> =>
    'why' in answer ? { verdict: 'wrong', says: answer.why } : { verdict: 'fine', says: answer.text };
  const checks: Check[] = [{ what: of(`image for ${container.runtime}`), ...says(image) }];
  if (dmtcp !== undefined) checks.push({ what: of('DMTCP in the image'), ...dmtcpInside(dmtcp) });
  if (lacks.length > 0)
    checks.push({ what: of('tools in the image'), verdict: 'wrong', says: `it lacks ${lacks.join(', ')}` });
  return checks;
}

function dmtcpInside(answer: Answer): Pick<Check, 'verdict' | 'says'> {
  if ('why' in answer) return { verdict: 'wrong', says: answer.why };
  const good = /^[34]\./.test(answer.text);
  return {
    verdict: good ? 'fine' : 'wrong',
    says: `${answer.text}${good ? '' : ', and crflow needs 3 or 4'}`,
  };
}

async function checkDmtcp(what: string, load: readonly string[], limit: number): Promise<Check> {
  const quoted = load.map((name) => `'${name.replaceAll("'", "'\\''")}'`);
  const script = `${quoted.map((name) => `module load ${name} || exit 1\n`).join('')}
command -v dmtcp_launch >/dev/null || { echo 'dmtcp_launch is not on PATH' >&2; exit 1; }
dmtcp_launch --version 2>&1`;
  // A login shell where modules are loaded, for it alone has them; else this PATH as it is.
  const answer = await ask('bash', [load.length > 0 ? '-lc' : '-c', script], limit);
  const way = load.length > 0 ? ` after module load ${load.join(' ')}` : '';
  const help = load.length > 0 ? '' : '; load it with `environment { load = ["dmtcp"] }`';
  if ('why' in answer) return { what, verdict: 'wrong', says: `${answer.why}${way}${help}` };
  const version = /\b(\d+)\.(\d+)(?:\.\d+)?/.exec(answer.text);
  if (version === null) return { what, verdict: 'unknown', says: `it does not tell its version${way}` };
  const good = version[1] === '3' || version[1] === '4';
  return {
    what,
    verdict: good ? 'fine' : 'wrong',
    says: `${version[0]}${way}${good ? '' : ', and crflow needs 3 or 4'}`,
  };
}

/** Can it be written, and do other nodes see it? Its nearest folder that is there answers for one that is not. */
async function checkFolder(
  what: string,
  path: HostPath,
  mustBe: boolean,
  limit: number,
): Promise<readonly Check[]> {
  const parts = path.map((part) => (part.kind === 'variable' ? process.env[part.name] : part.text));
  if (parts.some((part) => part === undefined || part === '')) return [];
  const folder = resolve(parts.join(''));
  let there = folder;
  while (!isAllowed(there, constants.F_OK) && dirname(there) !== there) there = dirname(there);
  if (mustBe && there !== folder) return [{ what, verdict: 'wrong', says: `there is no folder ${folder}` }];
  if (!statSync(there).isDirectory()) return [{ what, verdict: 'wrong', says: `${there} is not a folder` }];
  if (!isAllowed(there, constants.W_OK | constants.X_OK))
    return [{ what, verdict: 'wrong', says: `${there} cannot be written` }];
  const type = await ask('stat', ['-f', '-c', '%T', there], limit);
  const scope = 'text' in type ? scopeOf(type.text.trim()) : undefined;
  if (scope?.scope === 'node-local')
    return [
      { what, verdict: 'wrong', says: `${folder} is in the memory of this machine: no other node sees it` },
    ];
  const kind = 'text' in type ? type.text.trim() : type.why;
  return [
    scope === undefined
      ? { what, verdict: 'unknown', says: `${folder} can be written; do all nodes see it? (it is ${kind})` }
      : { what, verdict: 'fine', says: `${folder} can be written, and is shared (${kind})` },
  ];
}
