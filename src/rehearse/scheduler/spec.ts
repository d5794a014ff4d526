import {
  type CommandLine,
  directivesOf,
  nodesOf,
  parseSlurmTime,
  parseTasks,
  readCommandLine,
  SBATCH,
  signalNamed,
} from './words.ts';

/** `--dependency`: jobs by number or id, and which end of theirs is waited for. */
export interface Dependency {
  readonly kind: 'after' | 'afterany' | 'afterok' | 'afternotok';
  readonly job: string;
}

/** What was asked for a job when it was submitted. */
export interface JobSpec {
  readonly name: string;
  readonly partition?: string;
  /** Seconds, whole minutes; null for no limit; undefined for the partition's, which is none. */
  readonly limit: number | null;
  readonly timeMin?: number;
  /** The early signal: to the batch shell alone, or to the steps. */
  readonly warning?: { readonly signal: string; readonly lead: number; readonly batch: boolean };
  readonly requeue: boolean;
  readonly held: boolean;
  readonly tasks?: number;
  readonly cpusPerTask?: number;
  readonly nodeList: readonly string[];
  readonly exclude: readonly string[];
  readonly exclusive: boolean;
  readonly dependencies: readonly Dependency[];
  readonly array?: { readonly tasks: readonly number[]; readonly atOnce?: number };
  readonly output?: string;
  readonly error?: string;
  readonly append: boolean;
  readonly cwd: string;
  /** `--export`: ALL, NONE or a list. */
  readonly exported: string;
  readonly comment?: string;
  /** All options, for what is only shown or handed on: account, qos, gres and so on. */
  readonly options: ReadonlyMap<string, string>;
}

/** What `sbatch` was called with. */
export interface SbatchCall {
  /** Its words, without its own name. */
  readonly words: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** The text of a file, relative to the folder of the call; undefined if it cannot be read. */
  readonly read: (path: string) => string | undefined;
}

/** A job as sbatch submits it, or what it says instead, and its exit status. */
export type Submitted =
  | {
      readonly spec: JobSpec;
      readonly script: string;
      readonly path: string;
      readonly args: readonly string[];
      readonly line: CommandLine;
    }
  | { readonly wrong: string; readonly status: number };

/** Variables of sbatch by the options that they stand for. They come between the command line and the script. */
const VARIABLES: Readonly<Record<string, string>> = {
  SBATCH_ACCOUNT: 'account',
  SBATCH_ARRAY_INX: 'array',
  SBATCH_CONSTRAINT: 'constraint',
  SBATCH_EXCLUSIVE: 'exclusive',
  SBATCH_EXPORT: 'export',
  SBATCH_GRES: 'gres',
  SBATCH_JOB_NAME: 'job-name',
  SBATCH_OPEN_MODE: 'open-mode',
  SBATCH_OUTPUT: 'output',
  SBATCH_PARTITION: 'partition',
  SBATCH_QOS: 'qos',
  SBATCH_REQUEUE: 'requeue',
  SBATCH_NO_REQUEUE: 'no-requeue',
  SBATCH_RESERVATION: 'reservation',
  SBATCH_SIGNAL: 'signal',
  SBATCH_TIMELIMIT: 'time',
};

/** Reads a call of sbatch: its command line, its variables, and the `#SBATCH` lines of the script. */
export function readSubmission({ words, env, cwd, read }: SbatchCall): Submitted {
  const line = readCommandLine(words, SBATCH);
  if (typeof line === 'string') return usage(line);
  const [path, ...args] = line.rest;
  const wrapped = line.options.get('wrap');
  const script = wrapped === undefined ? path && read(path) : `#!/bin/sh\n${wrapped}\n`;
  if (path === undefined && wrapped === undefined)
    return { wrong: 'sbatch: error: a rehearsal reads a job script from a file only\n', status: 1 };
  if (script === undefined) return { wrong: `sbatch: error: Unable to open file ${path}\n`, status: 1 };
  if (!script.startsWith('#!'))
    return {
      wrong:
        'sbatch: error: This does not look like a batch script.  The first\nsbatch: error: line must start with #! followed by the path to an interpreter.\nsbatch: error: For instance: #!/bin/sh\n',
      status: 1,
    };
  const written = readCommandLine(directivesOf(script), { ...SBATCH, ordered: false });
  if (typeof written === 'string') return usage(written);
  const fromVariables = Object.entries(VARIABLES).flatMap(([variable, option]): [string, string][] => {
    const value = env.get(variable);
    return value === undefined ? [] : [[option, value]];
  });
  const options = new Map(written.options);
  for (const [option, value] of [...fromVariables, ...line.options]) {
    if (option === 'requeue') options.delete('no-requeue');
    if (option === 'no-requeue') options.delete('requeue');
    options.set(option, value);
  }
  const name = path?.replace(/.*\//, '') ?? 'wrap';
  const spec = specOf(options, name, cwd);
  if (typeof spec === 'string') return { wrong: `sbatch: error: ${spec}\n`, status: 255 };
  return { spec, script, path: path ?? '(null)', args, line };
}

const usage = (what: string) => ({
  wrong: `sbatch: ${what}\nTry "sbatch --help" for more information\n`,
  status: 255,
});

function specOf(options: ReadonlyMap<string, string>, name: string, cwd: string): JobSpec | string {
  const timeOf = (option: string) => {
    const text = options.get(option);
    if (text === undefined) return undefined;
    const seconds = parseSlurmTime(text);
    if (seconds === undefined) return Number.NaN;
    // 0 means no limit.
    return seconds === null || seconds === 0 ? null : Math.ceil(seconds / 60) * 60;
  };
  const limit = timeOf('time');
  if (Number.isNaN(limit)) return 'Invalid --time specification';
  const timeMin = timeOf('time-min');
  if (Number.isNaN(timeMin)) return 'Invalid --time-min specification';
  const asked = options.get('signal');
  const [, letters = '', signal = '', lead = '60'] =
    /^(?:([RB]+):)?([^@]*)(?:@(\d+))?$/i.exec(asked ?? '') ?? [];
  const named = signalNamed(signal);
  if (asked !== undefined && named === undefined) return 'Invalid --signal specification';
  const list = options.get('array');
  const array = list === undefined ? undefined : parseTasks(list);
  if (list !== undefined && array === undefined)
    return 'Batch job submission failed: Invalid job array specification';
  const dependencies = dependenciesOf(options.get('dependency') ?? '');
  if (typeof dependencies === 'string') return dependencies;
  const number = (option: string) => {
    const value = options.get(option);
    return value === undefined ? undefined : Number.parseInt(value, 10);
  };
  const tasks = number('ntasks');
  const cpusPerTask = number('cpus-per-task');
  const partition = options.get('partition');
  const output = options.get('output');
  const error = options.get('error');
  const comment = options.get('comment');
  const folder = options.get('chdir');
  return {
    name: options.get('job-name') ?? name,
    ...(partition !== undefined && { partition }),
    limit: limit ?? null,
    ...(typeof timeMin === 'number' && { timeMin }),
    ...(named !== undefined && {
      warning: { signal: named, lead: Number(lead), batch: /b/i.test(letters) },
    }),
    requeue: !options.has('no-requeue'),
    held: options.has('hold'),
    ...(tasks !== undefined && { tasks }),
    ...(cpusPerTask !== undefined && { cpusPerTask }),
    nodeList: nodesOf(options.get('nodelist') ?? ''),
    exclude: nodesOf(options.get('exclude') ?? ''),
    exclusive: options.has('exclusive'),
    dependencies,
    ...(array !== undefined && { array }),
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    append: /^a/i.test(options.get('open-mode') ?? ''),
    cwd: folder === undefined ? cwd : folder.startsWith('/') ? folder : `${cwd}/${folder}`,
    exported: options.get('export') ?? 'ALL',
    ...(comment !== undefined && { comment }),
    options,
  };
}

/** All of them have to hold; `?`, which means any of them, is not offered. */
function dependenciesOf(text: string): Dependency[] | string {
  const wrong = 'Batch job submission failed: Job dependency problem';
  const found: Dependency[] = [];
  for (const part of text.split(',').filter((one) => one !== '')) {
    const [, kind, jobs = ''] = /^(after|afterany|afterok|afternotok):([\d_:+]+)$/.exec(part) ?? [];
    if (kind === undefined) return wrong;
    for (const job of jobs.split(':'))
      found.push({ kind: kind as Dependency['kind'], job: job.replace(/\+.*/, '') });
  }
  return found;
}
