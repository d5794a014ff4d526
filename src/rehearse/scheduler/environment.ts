import { cpusOf, partitionOf } from './place.ts';
import type { JobRecord } from './records.ts';
import type { View } from './show.ts';

/** Which process of a scheduler is whose: the value of this variable is FOLDER/NUMBER.ATTEMPT, and .STEP in a step. */
export const MARK = 'CRFLOW_REHEARSAL';

export interface Surroundings {
  readonly folder: string;
  readonly cluster: string;
  /** The folder with the commands. */
  readonly bin: string;
  readonly view: View;
}

/**
 * The environment of a batch shell: that of the submission, as `--export` has it, under what Slurm sets. Variables of a job in which it
 * was submitted stay if nothing replaces them, as in Slurm: its array, its number of restarts.
 */
export function jobEnvironment(
  job: JobRecord,
  submission: ReadonlyMap<string, string>,
  { folder, cluster, bin, view }: Surroundings,
): Map<string, string> {
  const { spec, array } = job;
  const env = exported(spec.exported, submission);
  const path = env.get('PATH') ?? '/usr/local/bin:/usr/bin:/bin';
  env.set('PATH', path.split(':').includes(bin) ? path : `${bin}:${path}`);
  const node = job.node ?? '';
  const cpus = String(cpusOf(job, view.settings));
  const set: Readonly<Record<string, string | undefined>> = {
    [MARK]: `${folder}/${job.number}.${job.attempt}`,
    ENVIRONMENT: 'BATCH',
    SLURMD_NODENAME: node,
    HOSTNAME: node,
    // Each node has a temporary folder of its own, as in life.
    TMPDIR: `${folder}/tmp-${node}`,
    SLURM_CLUSTER_NAME: cluster,
    SLURM_CPUS_ON_NODE: cpus,
    SLURM_CPUS_PER_TASK: spec.cpusPerTask === undefined ? undefined : String(spec.cpusPerTask),
    SLURM_GTIDS: '0',
    SLURM_JOBID: String(job.number),
    SLURM_JOB_ACCOUNT: spec.options.get('account'),
    SLURM_JOB_CPUS_PER_NODE: cpus,
    SLURM_JOB_GID: String(view.user.gid),
    SLURM_JOB_ID: String(job.number),
    SLURM_JOB_NAME: spec.name,
    SLURM_JOB_NODELIST: node,
    SLURM_JOB_NUM_NODES: '1',
    SLURM_JOB_PARTITION: spec.partition ?? partitionOf(job, view.settings)?.name,
    SLURM_JOB_QOS: spec.options.get('qos'),
    SLURM_JOB_UID: String(view.user.uid),
    SLURM_JOB_USER: view.user.name,
    SLURM_LOCALID: '0',
    SLURM_NNODES: '1',
    SLURM_NODEID: '0',
    SLURM_NODELIST: node,
    SLURM_NPROCS: spec.tasks === undefined ? undefined : String(spec.tasks),
    SLURM_NTASKS: spec.tasks === undefined ? undefined : String(spec.tasks),
    SLURM_PROCID: '0',
    SLURM_RESTART_COUNT: job.restarts === 0 ? undefined : String(job.restarts),
    SLURM_SUBMIT_DIR: spec.cwd,
    SLURM_SUBMIT_HOST: view.host,
    SLURM_TASKS_PER_NODE: String(spec.tasks ?? 1),
    SLURM_TOPOLOGY_ADDR: node,
    ...(array && {
      SLURM_ARRAY_JOB_ID: String(array.job),
      SLURM_ARRAY_TASK_ID: String(array.task),
      SLURM_ARRAY_TASK_COUNT: String(array.all.length),
      SLURM_ARRAY_TASK_MIN: String(array.all[0]),
      SLURM_ARRAY_TASK_MAX: String(array.all.at(-1)),
      SLURM_ARRAY_TASK_STEP: String((array.all[1] ?? 1) - (array.all[0] ?? 0) || 1),
    }),
  };
  for (const [name, value] of Object.entries(set)) if (value !== undefined) env.set(name, value);
  return env;
}

/** What `--export` lets through: ALL, NONE, or ALL and NAME and NAME=VALUE with commas. Slurm's own variables always pass. */
function exported(rule: string, submission: ReadonlyMap<string, string>): Map<string, string> {
  const words = rule.split(',');
  if (words.includes('ALL')) return withWords(new Map(submission), words, submission);
  const login = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'USER'];
  const passes = ([name]: [string, string]) => name.startsWith('SLURM_') || login.includes(name);
  return withWords(new Map([...submission].filter(passes)), words, submission);
}

function withWords(
  env: Map<string, string>,
  words: readonly string[],
  submission: ReadonlyMap<string, string>,
) {
  for (const word of words) {
    const at = word.indexOf('=');
    if (at > 0) env.set(word.slice(0, at), word.slice(at + 1));
    else if (submission.has(word)) env.set(word, submission.get(word) ?? '');
  }
  return env;
}

/** A file name as `--output` gives it: %j, %A, %a, %x, %N and so on. */
export function fileName(
  pattern: string,
  job: Pick<JobRecord, 'number' | 'array' | 'spec'>,
  user: string,
  node: string,
): string {
  const { number, array, spec } = job;
  const values: Readonly<Record<string, string>> = {
    j: String(number),
    J: String(number),
    A: String(array?.job ?? number),
    a: String(array?.task ?? 4294967294),
    x: spec.name,
    u: user,
    N: node,
    n: '0',
    t: '0',
    s: 'batch',
    '%': '%',
  };
  const name = pattern.replaceAll(/%(\d*)([A-Za-z%])/g, (all, width: string, letter: string) =>
    values[letter] === undefined ? all : (values[letter] ?? '').padStart(Number(width) || 0, '0'),
  );
  return name.startsWith('/') ? name : `${spec.cwd}/${name}`;
}

/** Where a job writes if nobody says where. */
export const usualLog = ({ array }: Pick<JobRecord, 'array'>): string =>
  array === undefined ? 'slurm-%j.out' : 'slurm-%A_%a.out';
