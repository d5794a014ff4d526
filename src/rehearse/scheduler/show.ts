import { cpusOf, partitionOf } from './place.ts';
import { idOf, type JobRecord, type Settings, type StepRecord, stateOf } from './records.ts';
import { expressionOf } from './words.ts';

/** What texts about jobs depend on, besides the jobs. */
export interface View {
  readonly settings: Settings;
  /** Epoch milliseconds. */
  readonly now: number;
  /** A time, as the caller wants it (SLURM_TIME_FORMAT). */
  readonly time: (epochMilliseconds: number) => string;
  readonly user: {
    readonly name: string;
    readonly uid: number;
    readonly group: string;
    readonly gid: number;
  };
  readonly host: string;
}

/** What `scontrol show job` prints of a job: the lines of Slurm 22.05, also those that a rehearsal has nothing to say in. */
export function showJob(job: JobRecord, view: View, oneLine: boolean): string {
  const { settings, now, user } = view;
  const { spec, array } = job;
  const option = (name: string) => spec.options.get(name) || '(null)';
  const at = (time: number | undefined) => (time === undefined ? 'Unknown' : view.time(time));
  const requeued = job.phase === 'completing' && job.ending === 'PENDING';
  const ran = job.started !== undefined && job.phase !== 'pending' && !requeued;
  const until = job.phase === 'running' ? now : Math.min(now, job.ends ?? now);
  const starts = job.started ?? (job.restarts > 0 ? job.eligible : undefined);
  const cpus = cpusOf(job, settings);
  const perTask = spec.cpusPerTask ?? 1;
  const lines = [
    `JobId=${job.number} ${array ? `ArrayJobId=${array.job} ArrayTaskId=${array.task} ${array.atOnce ? `ArrayTaskThrottle=${array.atOnce} ` : ''}` : ''}JobName=${spec.name}`,
    `UserId=${user.name}(${user.uid}) GroupId=${user.group}(${user.gid}) MCS_label=N/A`,
    `Priority=${4294901760 - job.number} Nice=${spec.options.get('nice') || 0} Account=${option('account')} QOS=${option('qos')}`,
    `JobState=${stateOf(job, now)} Reason=${job.reason} Dependency=${job.phase === 'pending' ? option('dependency') : '(null)'}`,
    `Requeue=${Number(job.requeue)} Restarts=${job.restarts} BatchFlag=1 Reboot=0 ExitCode=${job.exit.status}:${job.exit.signal}`,
    `RunTime=${clock(ran ? (until - (job.started ?? until)) / 1000 : 0)} TimeLimit=${limitText(job.limit)} TimeMin=${spec.timeMin === undefined ? 'N/A' : clock(spec.timeMin)}`,
    `SubmitTime=${at(job.submitted)} EligibleTime=${at(job.eligible)}`,
    `AccrueTime=${at(job.eligible)}`,
    `StartTime=${at(starts)} EndTime=${at(job.ends)} Deadline=N/A`,
    ...(ran
      ? [
          `PreemptEligibleTime=${at(job.started)} PreemptTime=${job.preempted === undefined ? 'None' : at(job.preempted)}`,
        ]
      : []),
    `SuspendTime=None SecsPreSuspend=0 LastSchedEval=${at(job.started ?? job.submitted)} Scheduler=Main`,
    `Partition=${spec.partition ?? partitionOf(job, settings)?.name} AllocNode:Sid=${view.host}:1`,
    `ReqNodeList=${expressionOf(job.nodeList) || '(null)'} ExcNodeList=${expressionOf(spec.exclude) || '(null)'}`,
    `NodeList=${job.node ?? ''}`,
    ...(job.node === undefined ? [] : [`BatchHost=${job.node}`]),
    `NumNodes=1 NumCPUs=${cpus} NumTasks=${spec.tasks ?? 1} CPUs/Task=${perTask} ReqB:S:C:T=0:0:*:*`,
    `TRES=cpu=${cpus},node=1,billing=${cpus}`,
    'Socks/Node=* NtasksPerN:B:S:C=0:0:*:* CoreSpec=*',
    `MinCPUsNode=${perTask} ${spec.options.has('mem-per-cpu') ? `MinMemoryCPU=${option('mem-per-cpu')}` : `MinMemoryNode=${spec.options.get('mem') ?? '0'}`} MinTmpDiskNode=0`,
    `Features=${option('constraint')} DelayBoot=00:00:00`,
    ...(spec.options.has('reservation') ? [`Reservation=${option('reservation')}`] : []),
    `OverSubscribe=${spec.exclusive ? 'NO' : 'OK'} Contiguous=0 Licenses=${option('licenses')} Network=(null)`,
    `Command=${[job.command, ...job.args].join(' ')}`,
    `WorkDir=${spec.cwd}`,
    ...(job.comment === '' ? [] : [`Comment=${job.comment} `]),
    `StdErr=${job.errors}`,
    'StdIn=/dev/null',
    `StdOut=${job.log}`,
    'Power=',
    ...tresLines(spec.options),
  ];
  return oneLine ? `${lines.join(' ')}\n` : `${lines.join('\n   ')}\n\n`;
}

/** Generic resources, as the newest of the options for them has it. */
function tresLines(options: ReadonlyMap<string, string>): string[] {
  const gres =
    options.get('gres') ?? (options.has('gpus-per-node') ? `gpu:${options.get('gpus-per-node')}` : '');
  return gres === '' ? [] : [`TresPerNode=gres:${gres.replaceAll(',', ',gres:')}`];
}

/** `[DAYS-]HH:MM:SS` */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number: number) => String(number).padStart(2, '0');
  const days = Math.floor(whole / 86_400);
  return `${days > 0 ? `${days}-` : ''}${two(Math.floor(whole / 3600) % 24)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

const limitText = (limit: number | null) => (limit === null ? 'UNLIMITED' : clock(limit));

/** squeue's time: without hours if there are none. */
const shortClock = (seconds: number) => clock(seconds).replace(/^00:0?/, '');

const SHORT: Readonly<Record<string, string>> = {
  PENDING: 'PD',
  RUNNING: 'R',
  SIGNALING: 'SI',
  COMPLETING: 'CG',
  COMPLETED: 'CD',
  FAILED: 'F',
  TIMEOUT: 'TO',
  CANCELLED: 'CA',
  PREEMPTED: 'PR',
  NODE_FAIL: 'NF',
};

/** The letters of squeue's --format that a rehearsal knows. */
const LETTERS: Readonly<Record<string, (job: JobRecord, view: View) => string>> = {
  a: ({ spec }) => spec.options.get('account') || '(null)',
  A: ({ number }) => String(number),
  B: ({ node }) => node ?? 'n/a',
  C: (job, { settings }) => String(cpusOf(job, settings)),
  D: () => '1',
  e: ({ ends }, { time }) => (ends === undefined ? 'N/A' : time(ends)),
  E: ({ spec, phase }) => (phase === 'pending' && spec.options.get('dependency')) || '(null)',
  F: ({ number, array }) => String(array?.job ?? number),
  i: idOf,
  j: ({ spec }) => spec.name,
  k: ({ comment }) => comment || '(null)',
  K: ({ array }) => (array === undefined ? 'N/A' : String(array.task)),
  l: ({ limit }) => (limit === null ? 'UNLIMITED' : shortClock(limit)),
  L: ({ ends }, { now }) => (ends === undefined ? 'UNLIMITED' : shortClock((ends - now) / 1000)),
  M: ({ started, phase }, { now }) =>
    started === undefined || phase === 'pending' ? '0:00' : shortClock((now - started) / 1000),
  N: ({ node }) => node ?? '',
  o: ({ command, args }) => [command, ...args].join(' '),
  P: ({ spec }, { settings }) => spec.partition ?? settings.partitions[0]?.name ?? '',
  q: ({ spec }) => spec.options.get('qos') || '(null)',
  Q: ({ number }) => String(4294901760 - number),
  r: ({ reason }) => reason,
  R: ({ node, reason, phase }) => (phase === 'pending' ? `(${reason})` : (node ?? '')),
  S: ({ started }, { time }) => (started === undefined ? 'N/A' : time(started)),
  t: (job, { now }) => SHORT[stateOf(job, now)] ?? '',
  T: (job, { now }) => stateOf(job, now),
  u: (_, { user }) => user.name,
  V: ({ submitted }, { time }) => time(submitted),
  Z: ({ spec }) => spec.cwd,
};

const HEADS: Readonly<Record<string, string>> = {
  a: 'ACCOUNT',
  A: 'JOBID',
  B: 'EXEC_HOST',
  C: 'CPUS',
  D: 'NODES',
  e: 'END_TIME',
  E: 'DEPENDENCY',
  F: 'ARRAY_JOB_ID',
  i: 'JOBID',
  j: 'NAME',
  k: 'COMMENT',
  K: 'ARRAY_TASK_ID',
  l: 'TIME_LIMIT',
  L: 'TIME_LEFT',
  M: 'TIME',
  N: 'NODELIST',
  o: 'COMMAND',
  P: 'PARTITION',
  q: 'QOS',
  Q: 'PRIORITY',
  r: 'REASON',
  R: 'NODELIST(REASON)',
  S: 'START_TIME',
  t: 'ST',
  T: 'STATE',
  u: 'USER',
  V: 'SUBMIT_TIME',
  Z: 'WORK_DIR',
};

/** The names of squeue's --Format, by the letters for the same. */
const NAMES: Readonly<Record<string, string>> = {
  account: 'a',
  comment: 'k',
  endtime: 'e',
  jobarrayid: 'i',
  jobid: 'A',
  name: 'j',
  nodelist: 'N',
  partition: 'P',
  reason: 'r',
  state: 'T',
  timeleft: 'L',
  timelimit: 'l',
  timeused: 'M',
  username: 'u',
};

export const USUAL_FORMAT = '%.18i %.9P %.8j %.8u %.2t %.10M %.6D %R';

/** `name:width,name` as a --format. */
export const formatOfNames = (names: string): string =>
  names
    .split(',')
    .map((part) => {
      const [name = '', width = '20'] = part.split(':');
      return `%${width}${NAMES[name.toLowerCase()] ?? '?'}`;
    })
    .join('');

/** A line of squeue for each job, after one with the names of the columns if `heading`. */
export function listJobs(jobs: readonly JobRecord[], format: string, heading: boolean, view: View): string {
  const row = (cell: (letter: string) => string) => `${fill(format, cell)}\n`;
  const head = heading ? row((letter) => HEADS[letter] ?? '') : '';
  return head + jobs.map((job) => row((letter) => LETTERS[letter]?.(job, view) ?? '')).join('');
}

/** The steps of jobs, the newest first, and the batch shell, which is one too. */
export function listSteps(jobs: readonly JobRecord[], format: string, heading: boolean, view: View): string {
  const heads: Readonly<Record<string, string>> = {
    i: 'STEPID',
    j: 'NAME',
    P: 'PARTITION',
    u: 'USER',
    M: 'TIME',
    N: 'NODELIST',
  };
  const line = (job: JobRecord, id: string, name: string) =>
    `${fill(format, (letter) => (letter === 'i' ? `${idOf(job)}.${id}` : letter === 'j' ? name : (LETTERS[letter]?.(job, view) ?? '')))}\n`;
  const rows = jobs
    .filter(({ phase }) => phase === 'running')
    .flatMap((job) => [
      ...[...job.steps.values()].reverse().map(({ id, name }: StepRecord) => line(job, String(id), name)),
      line(job, 'batch', 'batch'),
    ]);
  return (heading ? `${fill(format, (letter) => heads[letter] ?? '')}\n` : '') + rows.join('');
}

/** `%[.][width]letter`: with a width, it is filled or cut; with a dot, on the left. */
function fill(format: string, cell: (letter: string) => string): string {
  return format.replaceAll(/%(\.?)(\d*)([A-Za-z?])/g, (_, dot: string, width: string, letter: string) => {
    const text = cell(letter);
    if (width === '') return text;
    const cut = text.slice(0, Number(width));
    return dot === '' ? cut.padEnd(Number(width)) : cut.padStart(Number(width));
  });
}

/** The part of `scontrol show config` that somebody might ask for. */
export function showConfig(cluster: string, { settings, now, time }: View): string {
  const facts: readonly [string, string][] = [
    ['ClusterName', cluster],
    ['JobRequeue', '1'],
    ['KillWait', `${settings.killWait} sec`],
    ['MessageTimeout', `${settings.messageTimeout} sec`],
    ['PreemptMode', 'REQUEUE'],
    ['PreemptType', 'preempt/partition_prio'],
    ['SLURM_VERSION', '22.05.8'],
  ];
  const lines = facts.map(([name, value]) => `${name.padEnd(23)} = ${value}`);
  return `Configuration data as of ${time(now)}\n${lines.join('\n')}\n\nSlurmctld(primary) at localhost is UP\n`;
}
