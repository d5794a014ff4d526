/**
 * The small scheduler that a rehearsal runs on instead of Slurm: what its callers see of it. `startScheduler`
 * (src/host/scheduler/start.ts) starts one. It runs jobs as processes of the caller's machine, and its `sbatch`, `srun`, `scontrol`,
 * `squeue` and `scancel` behave as those of Slurm 22.05 do, as far as a job script of crflow uses them. It needs Linux.
 *
 * All durations are in seconds, all times in epoch milliseconds.
 */

/** How a scheduler is set up. The defaults are Slurm's own. */
export interface SchedulerSettings {
  /** Its private folder: made with mode 0700, must not exist yet, removed by `close`. Default: a new one in the temporary folder. */
  readonly folder?: string;
  /** A folder that is removed too if this process is killed, and that nobody else then removes. */
  readonly removedIfKilled?: string;
  /** The name of the cluster, which becomes part of the names of runs: letters, digits, `_` and `-`. Default `rehearsal`. */
  readonly cluster?: string;
  /** How many nodes there are (n1, n2, …), all of them on this machine. Default 2. */
  readonly nodes?: number;
  /** How many processors each node has, whatever the machine has. Default 64. */
  readonly cpus?: number;
  /**
   * How long a second of what jobs ask for takes here: their time limit, `--time-min` and the lead of `--signal`. With 1/60, a limit of
   * ten minutes ends a job after ten seconds. What the scheduler itself does (all settings below) is not scaled. Default 1.
   */
  readonly pace?: number;
  /** The interval at which the scheduler looks for time limits and early signals. Slurm sends signals up to twice this time early. Default 30. */
  readonly grid?: number;
  /** How long the processes of a job that is ended have between TERM and KILL (Slurm's KillWait). Default 30. */
  readonly killWait?: number;
  /** How long a preempted job may go on (GraceTime of the partition). Default 0. */
  readonly grace?: number;
  /** How long a requeued job waits before it may start again (cred_expire + 1 s). Default 121. */
  readonly requeueDelay?: number;
  /** How long a command waits for a controller that does not answer, before it gives up (MessageTimeout). Default 10. */
  readonly messageTimeout?: number;
  /** What happens to a preempted job at the end of its grace period (PreemptMode). Default `REQUEUE`. */
  readonly preemptMode?: 'REQUEUE' | 'CANCEL';
  /**
   * The partitions, the default one first. Default: a single one that takes any name, with `grace` and `preemptMode`. A job in one of a
   * higher tier preempts others by itself, if it needs their processors.
   */
  readonly partitions?: readonly Partition[];
  /** Where the grid begins is random: the same seed gives the same grid. Default 1. */
  readonly seed?: number;
}

/** A partition: who is preempted by whom, and how. */
export interface Partition {
  /** An empty name stands for any. */
  readonly name: string;
  /** Jobs of a higher tier take the processors of those of a lower one. */
  readonly tier: number;
  /** GraceTime. */
  readonly grace: number;
  /** OFF: its jobs are never preempted. */
  readonly preemptMode: 'REQUEUE' | 'CANCEL' | 'OFF';
}

/** The states of a job, as `scontrol show job` prints them. */
export type JobState =
  | 'PENDING'
  | 'RUNNING'
  | 'SIGNALING'
  | 'COMPLETING'
  | 'COMPLETED'
  | 'FAILED'
  | 'TIMEOUT'
  | 'CANCELLED'
  | 'PREEMPTED'
  | 'NODE_FAIL';

/** A job, or a task of an array, as it is at this moment. */
export interface Job {
  /** `4711`, or `4711_2` for a task of an array: the id by which a run is known. */
  readonly id: string;
  /** Its own number, which differs from the array's: SLURM_JOB_ID. */
  readonly number: number;
  readonly name: string;
  readonly state: JobState;
  /** Slurm's word for why it is in this state: `None`, `BeginTime`, `Dependency`, `TimeLimit`, `NodeDown`, … */
  readonly reason: string;
  /** How often it was requeued, for whatever cause: SLURM_RESTART_COUNT. Its attempts in Slurm's sense are one more. */
  readonly restarts: number;
  /** The node of its newest start. */
  readonly node?: string;
  readonly submitted: number;
  /** When it started last. */
  readonly started?: number;
  /** When it ended; while it runs, when its time limit (or its grace period) ends. */
  readonly ends?: number;
  /** Its time limit as it really passes here, scaled by `pace`; absent if it is unlimited. */
  readonly limit?: number;
  /** `STATUS:SIGNAL` */
  readonly exitCode: string;
  /** The file that its standard output goes to. */
  readonly log: string;
}

/** Who requeued a job. */
export type RequeuedBy = 'itself' | 'administrator' | 'preemption' | 'node failure';

/** Why processes were signalled. */
export type SignalCause =
  | 'early warning'
  | 'preemption'
  | 'time limit'
  | 'cancelled'
  | 'requeued'
  | 'job ended'
  | 'scancel --signal';

/** Who got a signal: the batch shell alone, every process of the steps that srun started, or every process of the job. */
export type SignalTarget = 'batch shell' | 'steps' | 'all';

/** Something that happened. */
export type SchedulerEvent = {
  /** Epoch milliseconds. */
  readonly time: number;
  /** The job's id, as in `Job`. */
  readonly job: string;
} & (
  | { readonly kind: 'submitted' }
  /** A job of this scheduler submitted it, to continue its run: it starts when `after` has ended. */
  | { readonly kind: 'resubmitted'; readonly after: string }
  | { readonly kind: 'started'; readonly restarts: number; readonly node: string }
  | {
      readonly kind: 'signalled';
      readonly signal: string;
      readonly to: SignalTarget;
      readonly cause: SignalCause;
    }
  /** A preemption begins; with a grace period, the job may go on until `ends`. */
  | { readonly kind: 'preempted'; readonly ends: number }
  | { readonly kind: 'node failed'; readonly node: string }
  | { readonly kind: 'step started' | 'step ended'; readonly step: string; readonly name: string }
  /** It goes back to the queue: its attempt is being ended, and the next one is to start. */
  | { readonly kind: 'requeued'; readonly by: RequeuedBy; readonly restarts: number }
  /**
   * An attempt is over: all its processes are gone. `state` is PENDING if the job was requeued. `left` names the processes that its batch
   * shell left behind and that the scheduler had to end: `PID COMMAND` each.
   */
  | {
      readonly kind: 'ended';
      readonly state: JobState;
      readonly exitCode: string;
      readonly left: readonly string[];
    }
  /** A command of the job (or about it) was refused, or got no answer. `command` is its name and first words. */
  | { readonly kind: 'refused' | 'unanswered'; readonly command: string }
);

/** What is submitted, besides the script and its arguments. */
export interface Submission {
  /** The folder of submission. Default: the current one. */
  readonly cwd?: string;
  /** The environment of submission, which the job gets, with the scheduler's own commands first in its PATH. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of sbatch, which override the script's `#SBATCH` lines: `['--time=5', '--array=0-3']`. */
  readonly options?: readonly string[];
}

/** The commands, and the parts of `scontrol`, that can be made to fail. */
export type Refusable =
  | 'sbatch'
  | 'srun'
  | 'scancel'
  | 'squeue'
  | 'scontrol show'
  | 'scontrol requeue'
  | 'scontrol update';

/** A scheduler that runs. A job is named by its id (`4711`, `4711_2`) or its number. Methods throw an Error for a job that is not there. */
export interface Scheduler {
  /** Its private folder. */
  readonly folder: string;
  readonly cluster: string;
  /**
   * What a process needs in its environment to use the scheduler: PATH (the caller's, with the commands in front) and CRFLOW_REHEARSAL.
   * SLURM_* variables of another Slurm must not be there as well.
   */
  readonly environment: Readonly<Record<string, string>>;

  /** Submits a script, as `sbatch [options] script args…` does. Resolves to the job's id (that of the whole array for an array). Rejects with sbatch's message. */
  submit(script: string, args?: readonly string[], submission?: Submission): Promise<string>;
  /** All jobs, and all tasks of arrays, in the order of submission. Ended ones stay. */
  jobs(): readonly Job[];
  /** One of them. */
  job(id: string): Job;
  /** Calls back for everything that happens from now on. Returns a function that stops that. */
  on(listener: (event: SchedulerEvent) => void): () => void;

  /** A job of higher priority takes the node: TERM to the steps at once, to all after `grace` (default: of the settings), then KILL. */
  preempt(job: string, grace?: number): void;
  /**
   * The node of a job fails. `power`: all its processes are gone at once. `network`: they go on, but no command of theirs is answered and no signal
   * reaches them until `mendNode`. In both cases Slurm requeues the job if it may, to another node. No new job starts on the node until `mendNode`.
   */
  failNode(job: string, how: 'power' | 'network'): void;
  /** The node can be used again; what it still runs of attempts that were requeued meanwhile is ended. */
  mendNode(node: string): void;
  /** An administrator changes the time limit of a job, to this many real seconds after its start. */
  setLimit(job: string, seconds: number): void;
  requeueByAdministrator(job: string): void;
  cancel(job: string): void;
  /** The system kills (-9) processes of a job; `which` chooses by command line. Returns how many there were. */
  kill(job: string, which?: RegExp): number;
  /** The next `times` commands of this kind fail with Slurm's message of a refusal, and change nothing. Default: all from now on; 0 ends it. */
  refuse(command: Refusable, times?: number): void;
  /** The controller answers nobody for so long: commands hang, then fail as Slurm's do. Limits are not enforced meanwhile. 0 ends it. */
  silence(seconds: number): void;
  /** The controller restarts: questions that are open fail, it is gone for so long (default 1), and then it knows everything that it knew. */
  restart(seconds?: number): Promise<void>;

  /** Resolves when no job runs, and none will start without somebody's doing (held ones and those whose dependency cannot be met do not count). */
  idle(): Promise<void>;
  /** The processes of a job that live now: `PID COMMAND` each. Without a job, all that the scheduler started. */
  processes(job?: string): readonly string[];
  /** Ends every process that it started, and removes its folder. May be called again. To be called on SIGINT, too. */
  close(): Promise<void>;
}
