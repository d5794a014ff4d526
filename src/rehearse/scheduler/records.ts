import type {
  Job,
  JobState,
  Partition,
  SchedulerEvent,
  SchedulerSettings,
  SignalTarget,
} from './scheduler.ts';
import type { JobSpec } from './spec.ts';

/** The settings with all defaults filled in. */
export type Settings = Required<
  Omit<SchedulerSettings, 'folder' | 'removedIfKilled' | 'grace' | 'preemptMode'>
> & {
  readonly partitions: readonly Partition[];
};

/** A step that srun has started. */
export interface StepRecord {
  readonly id: number;
  readonly name: string;
  readonly tasks: number;
  /** The processors that it keeps from other steps: none with `--overlap`. */
  readonly cpus: number;
}

/** A job, or a task of an array, as the controller knows it. Times in epoch milliseconds. */
export interface JobRecord {
  readonly number: number;
  readonly array?: {
    readonly job: number;
    readonly task: number;
    readonly all: readonly number[];
    readonly atOnce?: number;
  };
  readonly spec: JobSpec;
  /** The script's path as it was given, and its arguments. */
  readonly command: string;
  readonly args: readonly string[];
  readonly log: string;
  readonly errors: string;
  submitted: number;
  eligible: number;
  /** Its time limit now, in seconds of the job's own time; null if it has none. */
  limit: number | null;
  requeue: boolean;
  /** The nodes that it may run on; empty for any. */
  nodeList: readonly string[];
  comment: string;
  held: '' | 'JobHeldUser' | 'JobHeldAdmin' | 'job_requeued_in_held_state';
  phase: 'pending' | 'running' | 'completing' | 'over';
  /** What it will be when its processes are gone, or is: PENDING if it is being requeued. */
  ending: JobState;
  reason: string;
  restarts: number;
  /** How often it has started: unlike restarts, it does not change while an attempt runs. */
  attempt: number;
  node?: string | undefined;
  started?: number | undefined;
  ends?: number | undefined;
  /** When a preemption with grace began. */
  preempted?: number | undefined;
  /** When its grace period ends. */
  graceEnds?: number | undefined;
  /** Until when it shows the state SIGNALING. */
  signalingUntil: number;
  warned: boolean;
  exit: { status: number; signal: number };
  readonly steps: Map<number, StepRecord>;
  nextStep: number;
  /** When its processes get KILL. */
  killAt?: number | undefined;
  /** Its batch shell has ended. */
  batchOver: boolean;
}

/** What the controller wants done. The host does it, in this order. */
export type Action =
  /** Start the script of the job. */
  | { readonly kind: 'start'; readonly job: JobRecord }
  /** Send a signal to the current attempt. `step` chooses one of the steps. */
  | {
      readonly kind: 'signal';
      readonly job: JobRecord;
      readonly signal: string;
      readonly to: SignalTarget | 'batch step';
      readonly step?: number;
    }
  /** Write a line into the log of the job, as slurmstepd does. It is given the time as text. */
  | { readonly kind: 'note'; readonly job: JobRecord; readonly text: (time: string) => string }
  /** The network of the node has failed: the current attempt of the job goes on where nobody reaches it. */
  | { readonly kind: 'cut'; readonly job: JobRecord; readonly node: string }
  /** End what the node still runs of attempts that were cut off. */
  | { readonly kind: 'sweep'; readonly node: string }
  | { readonly kind: 'tell'; readonly event: SchedulerEvent };

/** The id by which a job is known. */
export const idOf = ({ number, array }: Pick<JobRecord, 'number' | 'array'>): string =>
  array === undefined ? String(number) : `${array.job}_${array.task}`;

/** The state of a job as it is printed. */
export function stateOf(job: JobRecord, now: number): JobState {
  switch (job.phase) {
    case 'pending':
      return 'PENDING';
    case 'running':
      return now < job.signalingUntil ? 'SIGNALING' : 'RUNNING';
    case 'completing':
      return 'COMPLETING';
    case 'over':
      return job.ending;
  }
}

/** A job as callers see it. */
export function viewOf(job: JobRecord, now: number, pace: number): Job {
  return {
    id: idOf(job),
    number: job.number,
    name: job.spec.name,
    state: stateOf(job, now),
    reason: job.reason,
    restarts: job.restarts,
    ...(job.node !== undefined && { node: job.node }),
    submitted: job.submitted,
    ...(job.started !== undefined && { started: job.started }),
    ...(job.ends !== undefined && { ends: job.ends }),
    ...(job.limit !== null && { limit: job.limit * pace }),
    exitCode: `${job.exit.status}:${job.exit.signal}`,
    log: job.log,
  };
}
