import type { EngineName } from '../language/words.ts';
import type { Bytes, Seconds } from './flow.ts';

/**
 * The life of a run, as its journal tells it. Every `at`, `from` and `to` is in seconds since the start of the run (`began`). The
 * schema is specs/story.schema.json.
 */
export interface Story {
  /** The workflow and the id of the run; null if only the journal is known. */
  readonly workflow: string | null;
  readonly run: string | null;
  /** What saves the program; null if the journal is of a version that does not say so. */
  readonly engine: EngineName | null;
  /** When the first attempt began, in seconds since 1970, UTC. */
  readonly began: number;
  /** From `began` to the last thing that is known. */
  readonly length: Seconds;
  readonly ending: Ending;
  readonly attempts: readonly Attempt[];
  readonly checkpoints: readonly Checkpoint[];
  readonly restores: readonly Restore[];
  readonly losses: readonly Loss[];
  readonly waits: readonly Wait[];
  /** Files that no restore brings back as they were, as the job named them at a checkpoint. */
  readonly warnings: readonly Warning[];
  /** Files that a restore left as they were. */
  readonly stale: readonly StaleFile[];
  /** What else happened, in sentences. */
  readonly remarks: readonly Remark[];
  /** What was measured while the program ran. */
  readonly samples: readonly Sample[];
  readonly settings: Settings;
  readonly budget: {
    /** The walltime of all attempts. */
    readonly used: Seconds;
    readonly total: Seconds | null;
  };
  /** Where the time went: the sum over all attempts, and in `waiting` the time between them. */
  readonly times: Readonly<Record<PhaseKind | 'waiting', Seconds>>;
  readonly journal: {
    readonly lines: number;
    /** The numbers of lines that cannot be read; one is usual if a job was killed while it wrote. */
    readonly torn: readonly number[];
    /** Events that this version does not know. */
    readonly unknown: readonly string[];
  };
}

/**
 * How a run ended. `done`: the program did, with its own status. `stopped`: crflow ended it, with a status of 70 to 79. `waiting`: another
 * attempt is to follow. `open`: the last attempt recorded no status: it runs, or was killed. `killed`: it does not run.
 */
export type Ending =
  | { readonly kind: 'done'; readonly status: number; readonly why: string }
  | { readonly kind: 'stopped'; readonly status: number; readonly why: string }
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'open' | 'killed' };

/** What a computation does at a time; `lost` is work that a later attempt had to do again, or nobody did. */
export type PhaseKind = 'start' | 'restore' | 'work' | 'lost' | 'save' | 'end' | 'suspended';

export interface Phase {
  readonly kind: PhaseKind;
  readonly from: Seconds;
  readonly to: Seconds;
  /** Of `save` and `restore`. */
  readonly generation?: number;
}

export interface Attempt {
  readonly number: number;
  readonly job: string;
  readonly node: string;
  readonly from: Seconds;
  readonly to: Seconds;
  readonly phases: readonly Phase[];
  /** Why it was asked to end: `limit`, `preemption`...; null if nobody asked. */
  readonly reason: string | null;
  /** When it was asked, by which signal, and how long it took until its program was saved and had ended; null if it had not. */
  readonly asked: {
    readonly at: Seconds;
    readonly signal: string;
    readonly took: Seconds | null;
  } | null;
  /** The status with which it left, and whose it is; null if it recorded none. */
  readonly status: number | null;
  readonly whose: 'application' | 'crflow' | null;
  /** How it ended, in words. */
  readonly why: string;
  /** What continues the run: Slurm's queue, or another job. */
  readonly next: 'requeued' | 'resubmitted' | null;
  /** Settings that came from the environment. */
  readonly overridden: string;
}

/** A checkpoint that was sealed, or was not. */
export interface Checkpoint {
  readonly at: Seconds;
  readonly attempt: number;
  /** Null if it failed or was skipped. */
  readonly generation: number | null;
  readonly bytes: Bytes | null;
  /** From the request to the commit. */
  readonly seconds: Seconds | null;
  /** Was it the last one of its attempt, made because the attempt had to end? */
  readonly last: boolean;
  /** Why it failed or was skipped. */
  readonly why: string | null;
}

export interface Restore {
  readonly at: Seconds;
  readonly attempt: number;
  readonly generation: number;
  /** `proof`: right after a checkpoint, without a loss; `loss`: in the same attempt; `attempt`: at the start of one. */
  readonly kind: 'proof' | 'loss' | 'attempt';
  readonly ok: boolean;
  /** How long it took. */
  readonly seconds: Seconds;
}

/** Work that has to be done again. */
export interface Loss {
  readonly at: Seconds;
  readonly attempt: number;
  readonly seconds: Seconds;
  /** Did it come without a warning: a crash, a kill, a dead node? */
  readonly failure: boolean;
  /** Does it belong to the failure before it? After that failure, the run went on from a generation that did not have this work. */
  readonly afterFailure: boolean;
  readonly why: string;
}

export interface Wait {
  readonly from: Seconds;
  readonly to: Seconds;
  /** `queue`: the run goes on by itself; `owner`: it had stopped, and somebody resumed it. */
  readonly kind: 'queue' | 'owner';
}

export interface Warning {
  readonly at: Seconds;
  readonly attempt: number;
  readonly file: string;
  readonly why: string;
}

export interface StaleFile {
  readonly at: Seconds;
  readonly attempt: number;
  readonly generation: number;
  readonly file: string;
  readonly how: string;
}

export interface Remark {
  readonly at: Seconds;
  readonly attempt: number;
  readonly text: string;
}

/** What the processes of the run on the first node took at a moment. */
export interface Sample {
  readonly at: Seconds;
  readonly attempt: number;
  readonly processes: number;
  /** Memory that pages of several processes share counts for each. */
  readonly resident: Bytes;
  /** Processor time since the launch or the restore. */
  readonly processor: Seconds;
  /** Bytes handed to write calls since then. */
  readonly written: Bytes;
}

/** As the job had them when it began; null if not known, or not used by this engine. An interval that is calculated is not a setting. */
export interface Settings {
  readonly interval: Seconds | null;
  readonly lead: Seconds | null;
}

/** What a run's folder knows besides the journal. */
export interface RunFacts {
  readonly workflow?: string | undefined;
  readonly run?: string | undefined;
  readonly total?: Seconds | undefined;
  readonly interval?: Seconds | undefined;
  readonly lead?: Seconds | undefined;
  /** The seconds charged to each attempt, by its number. */
  readonly seconds?: Readonly<Record<number, Seconds>> | undefined;
  /** The program's recorded status. */
  readonly status?: number | undefined;
  /** Is no attempt running, or to follow? */
  readonly isOver?: boolean | undefined;
}
