import type { Bytes, Seconds } from './flow.ts';

/**
 * What will happen to a run, before it is submitted. Durations are in seconds; those that rest on an assumption are as good
 * as that. The schema is specs/forecast.schema.json.
 */
export interface Forecast {
  readonly workflow: string;
  /** What the program takes if nothing disturbs it, as the user says; absent: the forecast is of what fits into `total`. */
  readonly program: Seconds | null;
  /** Of one attempt, in whole minutes as Slurm has them; of all; and what the warning is asked for. */
  readonly asked: {
    readonly time: Seconds;
    readonly timeMin: Seconds | null;
    readonly total: Seconds;
    readonly lead: Seconds;
  };
  readonly assumptions: readonly Assumption[];
  /** A run without failures whose warnings all come as early as they can: what the rest of the forecast is about. */
  readonly run: Run;
  /** Between a run whose warnings come as late as they can and one whose attempts are the shortest and warned first. */
  readonly range: {
    readonly attempts: Range;
    readonly checkpoints: Range;
    readonly work: Range;
  };
  /** The walltime and the attempts that the program needs to end, where `run` does not let it; else absent. */
  readonly needs: { readonly total: Seconds; readonly attempts: number } | null;
  readonly interval: {
    /** What the job keeps to once a checkpoint was measured. */
    readonly used: Candidate;
    readonly auto: boolean;
    readonly young: Candidate;
    readonly daly: Candidate;
    /** How long a checkpoint interrupts the program; with `protect`, including a restore. */
    readonly cost: Seconds;
    /** From a failure to work, the queue apart. */
    readonly restart: Seconds;
    readonly mtbf: Seconds;
    /** Failures to be expected in the walltime of the run. */
    readonly failures: number;
  };
  readonly disk: {
    /** Of one generation, without copies of protected files. */
    readonly generation: Bytes;
    /** The most that one run takes: `keep` generations and the one that is being made. */
    readonly most: Bytes;
    /** What must be free before the run so that no checkpoint is skipped: each needs 1.2 times its size. */
    readonly free: Bytes;
    /** Tasks of the array, which each have all of the above; 1 without one. */
    readonly tasks: number;
  };
  readonly queue: {
    readonly continue: 'requeue' | 'resubmit' | 'resume';
    /** What Slurm itself keeps an attempt waiting after a requeue, before it looks for a place for it. */
    readonly delay: Seconds;
    /** From the first start to the end, were there always a place at once; absent where a person resumes. */
    readonly elapsed: Seconds | null;
  };
  /** What the site charges for one run, were its node all its own; null where no profile of a site says it. */
  readonly charge: {
    readonly qos: string;
    /** Node hours that an hour of a node costs there. */
    readonly factor: number;
    readonly nodeHours: number;
  } | null;
  /** What deserves a second look, in sentences. */
  readonly remarks: readonly string[];
}

/** A number that the forecast rests on. */
export interface Assumption {
  readonly name: 'memory' | 'checkpoint' | 'restore' | 'start-up' | 'mtbf' | 'early' | 'requeue';
  readonly value: number;
  readonly unit: 's' | 'bytes';
  /** Does the flow say it, or the profile of its site? Else it is an estimate. */
  readonly given: boolean;
  /** What it rests on, in a few words. */
  readonly basis: string;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** An interval, and how much longer checkpoints and failures make the work at it: 0.02 is 2 %. Null: beyond all counting. */
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
  /** Of these, those that were due, and not the last of their attempt. */
  readonly periodic: number;
  readonly restores: number;
  readonly walltime: Seconds;
  /** Work that is saved, or done. */
  readonly work: Seconds;
  /** In checkpoints. */
  readonly saving: Seconds;
  /** Work that has to be done again. */
  readonly lost: Seconds;
  /** In order; `count` attempts that are alike, each. */
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
  /** What of its work is saved, or done. */
  readonly work: Seconds;
  readonly lost: Seconds;
  readonly checkpoints: number;
  readonly periodic: number;
  readonly saving: Seconds;
  /** Those that came to their end. */
  readonly restores: number;
  /** `limit`: its time limit, and the run goes on. */
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
