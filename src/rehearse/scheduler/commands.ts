import { type Controller, REFUSED } from './controller.ts';
import { MARK } from './environment.ts';
import { idOf, type JobRecord } from './records.ts';
import type { Refusable } from './scheduler.ts';
import { formatOfNames, listJobs, listSteps, showConfig, showJob, USUAL_FORMAT, type View } from './show.ts';
import { nodesOf, parseSlurmTime, readCommandLine, SCANCEL, SINFO, SQUEUE, signalNamed } from './words.ts';

/** A command that somebody runs. */
export interface Call {
  readonly command: string;
  readonly words: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** The job whose process runs it. */
  readonly from?: JobRecord | undefined;
}

/** What a command prints, and its exit status. */
export interface Answer {
  readonly status: number;
  readonly out?: string;
  readonly err?: string;
}

export const fails = (err: string, status = 1): Answer => ({ status, err: `${err}\n` });

/** Which of the commands that can be made to fail a call is. */
export function kindOf({ command, words }: Pick<Call, 'command' | 'words'>): Refusable | undefined {
  if (command !== 'scontrol')
    return ['sbatch', 'srun', 'scancel', 'squeue'].includes(command) ? (command as Refusable) : undefined;
  const word = words.find((one) => !one.startsWith('-')) ?? '';
  if (word.startsWith('requeue')) return 'scontrol requeue';
  return word === 'show' || word === 'update' ? `scontrol ${word}` : undefined;
}

/** What a command says whose question nobody answers. */
export const UNANSWERED = 'Socket timed out on send/recv operation';

/** How each command reports that something went wrong with a request. */
export function complaint({ command, words }: Pick<Call, 'command' | 'words'>, why: string): Answer {
  const last = words.at(-1) ?? '';
  const job = words.find((word) => /^(JobId=)?\d+(_\d+)?$/i.test(word))?.replace(/^.*=/, '') ?? last;
  switch (command) {
    case 'sbatch':
      return fails(`sbatch: error: Batch job submission failed: ${why}`);
    case 'srun':
      return fails(`srun: error: Unable to create step for job ${job}: ${why}`);
    case 'scancel':
      return fails(`scancel: error: Kill job error on job id ${job}: ${why}`);
    case 'squeue':
      return fails(
        `${words.some((word) => /^(-s|--steps)/.test(word)) ? 'slurm_get_job_steps' : 'slurm_load_jobs'} error: ${why}`,
      );
    default:
      if (words.includes('show')) return fails(`slurm_load_jobs error: ${why}`);
      return fails(`${why === UNANSWERED ? 'Unexpected message received' : why} for job ${job}`);
  }
}

/** What a command says that finds no controller. */
export const UNREACHABLE = 'Unable to contact slurm controller (connect failure)';

/** What Slurm says of a request that it refuses. */
export const REFUSALS: Readonly<Record<Refusable, string>> = {
  sbatch: "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
  srun: 'Requested node configuration is not available',
  scancel: REFUSED.denied,
  squeue: REFUSED.denied,
  'scontrol show': REFUSED.denied,
  'scontrol requeue': REFUSED.disabled,
  'scontrol update': REFUSED.denied,
};

/** Answers scontrol, squeue, scancel, sinfo and sacct. */
export function answer(call: Call, controller: Controller, cluster: string, view: View): Answer {
  if (call.words.some((word) => word === '--version' || word === '-V'))
    return { status: 0, out: 'slurm-wlm 22.05.8\n' };
  switch (call.command) {
    case 'scontrol':
      return scontrol(call, controller, cluster, view);
    case 'squeue':
      return squeue(call, controller, view);
    case 'scancel':
      return scancel(call, controller, view);
    case 'sinfo':
      return sinfo(call, controller);
    default:
      return fails('Slurm accounting storage is disabled');
  }
}

function scontrol(call: Call, controller: Controller, cluster: string, view: View): Answer {
  const { env } = call;
  const words: string[] = [];
  let oneLine = false;
  for (const word of call.words) {
    // With POSIXLY_CORRECT, options end where the first other word is.
    const isOption = word.startsWith('-') && !(env.has('POSIXLY_CORRECT') && words.length > 0);
    if (!isOption) words.push(word);
    else if (/^(-\w*o|--oneliner)/.test(word)) oneLine = true;
  }
  const [verb = '', ...rest] = words;
  switch (verb) {
    case 'show':
      return show(rest, oneLine, controller, cluster, view);
    case 'requeue':
    case 'requeuehold':
      return eachJob(rest[0] ?? '', controller, (job) =>
        controller.requeue(
          job,
          call.from === job ? 'itself' : 'administrator',
          view.now,
          verb === 'requeuehold',
        ),
      );
    case 'hold':
    case 'uhold':
    case 'release':
      return eachJob(rest.join(','), controller, (job) => {
        if (job.phase === 'over') return REFUSED.over;
        controller.hold(
          job,
          verb === 'release' ? '' : verb === 'hold' ? 'JobHeldAdmin' : 'JobHeldUser',
          view.now,
        );
        return undefined;
      });
    case 'update':
      return update(rest, controller, view);
    case 'ping':
      return { status: 0, out: 'Slurmctld(primary) at localhost is UP\n' };
    case 'suspend':
    case 'resume':
      return fails(`a rehearsal has no scontrol ${verb}`);
    default:
      return fails(`invalid keyword: ${verb}`);
  }
}

function show(
  words: readonly string[],
  oneLine: boolean,
  controller: Controller,
  cluster: string,
  view: View,
): Answer {
  const [what = '', id, ...more] = words;
  if (more.length > 0) return fails('too many arguments for keyword:show');
  if (/^conf/i.test(what)) return { status: 0, out: showConfig(cluster, view) };
  if (/^nodes?$/i.test(what))
    return {
      status: 0,
      out: controller.nodes
        .map((name) => `NodeName=${name} State=IDLE CPUTot=${view.settings.cpus}\n`)
        .join(''),
    };
  if (/^hostnames?$/i.test(what)) return { status: 0, out: `${(id ?? '').replaceAll(',', '\n')}\n` };
  if (!/^jobs?$/i.test(what)) return fails(`invalid entity:${what} for keyword:show`);
  const found = id === undefined ? controller.jobs : controller.find(id);
  if (found.length === 0)
    return id === undefined
      ? { status: 0, out: 'No jobs in the system\n' }
      : id.includes('_') && controller.find(id.replace(/_.*/, '')).length > 0
        ? { status: 1, out: `Job ${id} not found\n` }
        : fails(`slurm_load_jobs error: ${REFUSED.unknown}`);
  // The one that has the array's number comes first, and the rest in the opposite order of their numbers.
  const sorted = [...found].sort(
    (a, b) => Number(a.array?.job !== a.number) - Number(b.array?.job !== b.number) || b.number - a.number,
  );
  return { status: 0, out: sorted.map((job) => showJob(job, view, oneLine)).join('') };
}

/** Does something to all jobs of a list, and says of each that it cannot be done to why. */
function eachJob(list: string, controller: Controller, act: (job: JobRecord) => string | undefined): Answer {
  const complaints: string[] = [];
  for (const id of list.split(',').filter((one) => one !== '')) {
    const found = controller.find(id);
    if (found.length === 0) complaints.push(`${REFUSED.unknown} for job ${id}`);
    for (const job of found) {
      const why = act(job);
      if (why !== undefined)
        complaints.push(found.length > 1 ? `${idOf(job)}: ${why}` : `${why} for job ${id}`);
    }
  }
  return complaints.length === 0 ? { status: 0 } : fails(complaints.join('\n'));
}

/** `scontrol update JobId=… KEY=VALUE…`: the keys that a job, its owner or a rehearsal changes. */
function update(words: readonly string[], controller: Controller, view: View): Answer {
  const changes = words.map((word) => [word.replace(/=.*/s, ''), word.replace(/^[^=]*=/s, '')] as const);
  const node = changes.find(([key]) => /^nodename$/i.test(key))?.[1];
  if (node !== undefined) return updateNode(node, new Map(changes), controller, view);
  const ids = changes.find(([key]) => /^jobid$/i.test(key))?.[1];
  if (ids === undefined)
    return fails(
      'No valid entity in update command\nInput line must include one of "NodeName", "PartitionName", or "JobId"',
    );
  const others = changes.filter(([key]) => !/^jobid$/i.test(key));
  const unknown = others.find(([key]) => !(key.toLowerCase() in UPDATES));
  if (unknown !== undefined)
    return fails(`Update of this parameter is not supported: ${unknown.join('=')}\nRequest aborted`);
  return eachJob(ids, controller, (job) => {
    for (const [key, value] of others) {
      const why = UPDATES[key.toLowerCase()]?.(job, value, controller, view);
      if (why !== undefined) return why;
    }
    return undefined;
  });
}

/** A node that is declared down is one that nobody reaches; one that is not down any more can be used again. */
function updateNode(
  node: string,
  changes: ReadonlyMap<string, string>,
  controller: Controller,
  { now }: View,
): Answer {
  if (!controller.nodes.includes(node)) return fails(REFUSED.node);
  const state = changes.get('State')?.toUpperCase();
  if (state === 'DOWN' && !controller.isDown(node)) controller.failNode(node, 'network', now);
  else if (/^(RESUME|IDLE)$/.test(state ?? '')) controller.mendNode(node, now);
  return { status: 0 };
}

const UPDATES: Readonly<
  Record<string, (job: JobRecord, value: string, controller: Controller, view: View) => string | undefined>
> = {
  comment(job, value) {
    job.comment = value;
    return undefined;
  },
  reqnodelist(job, value) {
    job.nodeList = nodesOf(value);
    return undefined;
  },
  requeue(job, value) {
    job.requeue = value !== '0';
    return undefined;
  },
  timelimit(job, value, controller, view) {
    const [, sign = '', text = ''] = /^([+-]?)(.*)$/s.exec(value) ?? [];
    const seconds = parseSlurmTime(text);
    if (seconds === undefined) return 'Invalid TimeLimit value';
    const asked = seconds === null || seconds === 0 ? null : Math.ceil(seconds / 60) * 60;
    const limit =
      sign === '' || asked === null || job.limit === null
        ? asked
        : job.limit + (sign === '+' ? asked : -asked);
    const isRaised = job.limit !== null && (limit === null || limit > job.limit);
    if (job.phase === 'over') return REFUSED.over;
    if (job.preempted !== undefined) return REFUSED.denied;
    // Only an administrator may raise it once the job runs.
    if (isRaised && job.phase !== 'pending' && view.user.uid !== 0) return REFUSED.denied;
    if (limit !== null && job.spec.timeMin !== undefined && limit < job.spec.timeMin)
      return 'Requested time limit is invalid (missing or exceeds some limit)';
    controller.setLimit(job, limit);
    return undefined;
  },
};

function squeue(call: Call, controller: Controller, view: View): Answer {
  const line = readCommandLine(call.words, SQUEUE);
  if (typeof line === 'string') return fails(`squeue: ${line}\nTry "squeue --help" for more information`);
  const { options, rest } = line;
  const asked = [options.get('jobs') ?? '', options.has('jobs') ? '' : rest.join(',')].join(',');
  const ids = asked.split(',').filter((id) => id !== '');
  const found = ids.length === 0 ? controller.jobs : ids.flatMap((id) => controller.find(id));
  if (ids.length === 1 && found.length === 0) return fails(`slurm_load_jobs error: ${REFUSED.unknown}`);
  const names = options.get('Format');
  const format = names === undefined ? options.get('format') : formatOfNames(names);
  const heading = !options.has('noheader');
  if (options.has('steps'))
    return { status: 0, out: listSteps(found, format ?? '%.15i %.8j %.9P %.8u %.9M %N', heading, view) };
  const states = options.get('states')?.toUpperCase().split(',');
  const wanted = found.filter(
    (job) =>
      (job.phase !== 'over' || states?.includes('ALL')) &&
      (!options.has('name') || job.spec.name === options.get('name')),
  );
  return { status: 0, out: listJobs(wanted, format ?? USUAL_FORMAT, heading, view) };
}

function scancel(call: Call, controller: Controller, view: View): Answer {
  const line = readCommandLine(call.words, SCANCEL);
  if (typeof line === 'string') return fails(`scancel: ${line}\nTry "scancel --help" for more information`);
  const { options, rest } = line;
  const named = options.get('signal');
  const signal = named === undefined ? 'KILL' : signalNamed(named);
  if (signal === undefined) return fails(`scancel: error: Unknown job signal: ${named}`);
  if (rest.length === 0 && !options.has('name') && !options.has('user'))
    return fails('scancel: error: No job identification provided');
  const complaints: string[] = [];
  // Only a signal to somebody who is not there is an error.
  const complain = (what: string, why: string) => {
    if (named !== undefined) complaints.push(`scancel: error: Kill job error on ${what}: ${why}`);
  };
  const byName = controller.jobs.filter(
    (job) =>
      job.phase !== 'over' &&
      (options.has('user') || (options.has('name') && options.get('name') === job.spec.name)),
  );
  for (const word of rest.length === 0 ? byName.map(idOf) : rest) {
    const [id = '', step] = word.split('.');
    const found = controller.find(id);
    if (found.length === 0) complain(`job id ${id}`, REFUSED.unknown);
    for (const job of found) {
      if (job.phase === 'over') complain(`job id ${id}`, REFUSED.over);
      else if (step !== undefined && !job.steps.has(Number(step)))
        complaints.push(`scancel: error: Kill job error on job step id ${word}: ${REFUSED.unknown}`);
      else if (step !== undefined) controller.signal(job, signal, 'steps', view.now, Number(step));
      else if (signal === 'KILL' && !options.has('batch')) controller.cancel(job, view.now);
      else
        controller.signal(
          job,
          signal,
          options.has('batch') ? 'batch shell' : options.has('full') ? 'all' : 'steps',
          view.now,
        );
    }
  }
  return complaints.length === 0 ? { status: 0 } : fails(complaints.join('\n'));
}

/** The nodes of each partition and state, in the usual columns or with %P, %D, %T, %t and %N. */
function sinfo({ words }: Call, controller: Controller): Answer {
  const line = readCommandLine(words, SINFO);
  if (typeof line === 'string') return fails(`sinfo: ${line}\nTry "sinfo --help" for more information`);
  const { options } = line;
  const asked = options.get('nodes');
  const nodes = controller.nodes.filter((node) => asked === undefined || nodesOf(asked).includes(node));
  const stateOfNode = (node: string) => {
    const used = controller.jobs.some(
      (job) => job.node === node && (job.phase === 'running' || job.phase === 'completing'),
    );
    return controller.isDown(node) ? 'down' : used ? 'mixed' : 'idle';
  };
  const format = options.get('format') ?? '%9P    up   infinite %6D %6T %N';
  const rows = controller.settings.partitions
    .map(({ name }, at) => ({ name, shown: at === 0 ? `${name}*` : name }))
    .filter(({ name }) => !options.has('partition') || options.get('partition') === name)
    .flatMap(({ shown }) =>
      ['down', 'mixed', 'idle'].flatMap((state) => {
        const there = nodes.filter((node) => stateOfNode(node) === state);
        const cells: Readonly<Record<string, string>> = {
          P: shown,
          D: String(there.length),
          T: state,
          t: state,
          N: there.join(','),
        };
        return there.length === 0
          ? []
          : [
              `${format.replaceAll(/%(\d*)([A-Za-z])/g, (_, width: string, letter: string) => (cells[letter] ?? '').padEnd(Number(width)))}\n`,
            ];
      }),
    );
  const heading = options.has('noheader') ? '' : 'PARTITION AVAIL  TIMELIMIT  NODES  STATE NODELIST\n';
  return { status: 0, out: heading + rows.join('') };
}

/** The mark of a process: which attempt of which job it belongs to, and which step. */
export function markOf(
  env: ReadonlyMap<string, string>,
  folder: string,
): { job: number; attempt: number; step?: number } | undefined {
  return readMark(env.get(MARK) ?? '', folder);
}

/** The same, from the value of the variable. */
export function readMark(
  value: string,
  folder: string,
): { job: number; attempt: number; step?: number } | undefined {
  if (!value.startsWith(`${folder}/`)) return undefined;
  const [, job, attempt, step] = /^(\d+)\.(\d+)(?:\.(\d+))?$/.exec(value.slice(folder.length + 1)) ?? [];
  if (job === undefined || attempt === undefined) return undefined;
  return { job: Number(job), attempt: Number(attempt), ...(step !== undefined && { step: Number(step) }) };
}
