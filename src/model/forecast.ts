import type { EngineName } from '../language/words.ts';
import type { Bytes, Seconds } from './flow.ts';
import type { AskedMemory } from './plan.ts';

/**
 * What will happen to a run, before it is submitted. Durations are in seconds; those based on an assumption are only as good
 * as that. The schema is specs/forecast.schema.json.
 */
export interface Forecast {
  readonly workflow: string;
  /** What saves the program. */
  readonly engine: EngineName;
  /** How long the program takes if nothing interrupts it, according to the user; absent: the forecast says what fits into `total`. */
  readonly program: Seconds | null;
  /** The time of one attempt, in whole minutes as in Slurm; of all; and for the warning. */
  readonly asked: {
    readonly time: Seconds;
    readonly timeMin: Seconds | null;
    readonly total: Seconds;
    readonly lead: Seconds;
  };
  readonly assumptions: readonly Assumption[];
  /** A run without failures in which all warnings come as early as possible: the rest of the forecast is about this one. */
  readonly run: Run;
  /** Two extremes: a run whose warnings come as late as possible, and one with the shortest attempts and the earliest warnings. */
  readonly range: {
    readonly attempts: Range;
    readonly checkpoints: Range;
    readonly work: Range;
  };
  /** The walltime and the attempts that the program needs to finish, if it does not in `run`; else absent. */
  readonly needs: { readonly total: Seconds; readonly attempts: number } | null;
  /** Null if nothing is saved (`engine = none`). */
  readonly interval: {
    /** The interval that the job uses once a checkpoint was measured. */
    readonly used: Candidate;
    readonly auto: boolean;
    /** Null where a checkpoint does not interrupt the program, which saves itself: then the shortest interval is best. */
    readonly young: Candidate | null;
    readonly daly: Candidate | null;
    /** How long a checkpoint interrupts the program; with `protect`, including a restore. */
    readonly cost: Seconds;
    /** From a failure until work continues, apart from the queue. */
    readonly restart: Seconds;
    readonly mtbf: Seconds;
    /** The number of failures to expect in the walltime of the run. */
    readonly failures: number;
  } | null;
  /** Of `engine = none`, which has no generations, 0 bytes. */
  readonly disk: {
    /** The size of one generation, without copies of protected files; the most, where the program saves itself. */
    readonly generation: Bytes;
    /** The most that one run takes: `keep` generations and the one that is being written. */
    readonly most: Bytes;
    /** What must be free before the run so that no checkpoint is skipped: each needs 1.2 times its size. */
    readonly free: Bytes;
    /** Tasks of the array, each of which has all of the above; 1 without an array. */
    readonly tasks: number;
  };
  /** What is asked for on each node; `program`: the flow's `memory`. */
  readonly memory: AskedMemory & { readonly program: Bytes | null };
  readonly queue: {
    readonly continue: 'requeue' | 'resubmit' | 'resume';
    /** How long Slurm itself delays an attempt after a requeue, before it looks for a node. */
    readonly delay: Seconds;
    /** From the first start to the end, if a node were always free at once; absent if a person resumes. */
    readonly elapsed: Seconds | null;
  };
  /** What the site charges for one run with exclusive nodes; null if no profile says it. */
  readonly charge: {
    readonly qos: string;
    /** Node hours charged for an hour of a node. */
    readonly factor: number;
    readonly nodeHours: number;
  } | null;
  /** What deserves a second look, in sentences. */
  readonly remarks: readonly string[];
}

/** A number on which the forecast is based. */
export interface Assumption {
  readonly name: 'memory' | 'checkpoint' | 'restore' | 'start-up' | 'mtbf' | 'early' | 'requeue';
  readonly value: number;
  readonly unit: 's' | 'bytes';
  /** Does the flow or its site's profile contain it? If not, it is an estimate. */
  readonly given: boolean;
  /** Its basis, in a few words. */
  readonly basis: string;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** An interval, and the overhead of checkpoints and failures at it: 0.02 is 2 %. Null: too large to calculate. */
export interface Candidate {
  readonly seconds: number;
  readonly overhead: number | null;
}

/** A run of attempts. */
export interface Run {
  /**
   * Why it ends: `done`, the program has ended; `total`, `attempts`: the run has used them up; `manual`: it waits for its
   * owner after the first attempt; `no-progress`: attempts that sealed nothing.
   */
  readonly ending: 'done' | 'total' | 'attempts' | 'manual' | 'no-progress';
  readonly attempts: number;
  readonly requeues: number;
  readonly checkpoints: number;
  /** The number of these that were due at their interval rather than at the end of an attempt. */
  readonly periodic: number;
  readonly restores: number;
  readonly walltime: Seconds;
  /** Work that is saved, or done. */
  readonly work: Seconds;
  /** In checkpoints. */
  readonly saving: Seconds;
  /** Work that has to be done again. */
  readonly lost: Seconds;
  /** In order; each entry is `count` equal attempts. */
  readonly groups: readonly { readonly count: number; readonly attempt: Attempt }[];
}

/** From the start of a job to its end: start-up, restore, cycles, `end`, `last`. */
export interface Attempt {
  readonly startUp: Seconds;
  /** The restore of the previous generation, until the warning at most; 0 in a first attempt. */
  readonly restore: Seconds;
  readonly cycles: readonly Cycle[];
  /** Work after the last cycle. */
  readonly end: Seconds;
  /** The checkpoint at the warning; 0: there is none, or it is not finished in time. */
  readonly last: Seconds;
  readonly walltime: Seconds;
  /** How much of its work is saved or done. */
  readonly work: Seconds;
  readonly lost: Seconds;
  readonly checkpoints: number;
  readonly periodic: number;
  readonly saving: Seconds;
  /** Those that were finished. */
  readonly restores: number;
  /** `limit`: its time limit, and the run continues. */
  readonly ending: 'limit' | Run['ending'];
}

/** Work followed by a checkpoint, repeated. */
export interface Cycle {
  readonly count: number;
  readonly work: Seconds;
  readonly checkpoint: Seconds;
  /** The restore from that checkpoint, as the proof or with `protect`, until it was abandoned. 0: the program continues without one. */
  readonly restore: Seconds;
}
