import { type Answer, ask } from '../../host/ask.ts';
import { RUNTIMES } from '../../model/container.ts';
import type { Targets } from '../../model/targets.ts';
import {
  learnSite,
  NODE_FIELDS,
  QOS_FIELDS,
  readModules,
  scopeOf,
  type WrittenProfile,
} from '../../site/learn.ts';
import { onPath } from './machine.ts';

/** What could not be learned, and why. */
export interface Gap {
  readonly what: string;
  readonly why: string;
}

/**
 * What this login node says about its cluster, and what it does not say. `limit`: seconds for each command; `slurm`: Slurm
 * answers here. Never rejects: what cannot be learned is a gap.
 */
export async function learn(
  limit: number,
  { runtimeOf }: Targets,
): Promise<{ profile: WrittenProfile; gaps: Gap[]; slurm: boolean }> {
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
        'it lists none: there is no accounting, or you have no access to it',
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
    {
      what: 'purging, bandwidth of file systems',
      why: 'no command reports it; the documentation of the site may',
    },
    { what: 'the charge of an account or a QOS', why: 'Slurm reports only the factor of a QOS' },
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

/** Lmod and Environment Modules print the list on standard error, and are functions in a login shell. */
function listModules(names: readonly string[], limit: number): Promise<Answer> {
  const script = `type module >/dev/null 2>&1 || { echo 'there is no command module' >&2; exit 1; }
for name in ${names.join(' ')}; do module -t avail "$name" 2>&1; done; true`;
  return ask('bash', ['-lc', script], limit);
}

/** Variables in which sites name a user's folders. */
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
      const why =
        'why' in answer ? answer.why : `it is ${answer.text.trim()}, which may or may not be shared`;
      gaps.push({ what: `whether nodes share ${path}`, why });
      return [];
    }),
  );
  return told.flat();
}

function defined<T extends object>(of: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as never;
}
