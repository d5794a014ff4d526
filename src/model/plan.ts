import type { EngineName, MpiType } from '../language/words.ts';
import type { Container, ImageRecipe } from './container.ts';
import type { Bytes, HostPath, Seconds, SlurmOption, WarningSignal } from './flow.ts';

/**
 * What will happen, for any target: what to run, when to checkpoint, when to stop. Every default is filled in
 * and every number calculated, so an emitter decides nothing. The schema is specs/plan.schema.json.
 */
export interface Plan {
  readonly format: 1;
  readonly workflow: string;
  readonly run: {
    readonly text: string;
    /** Lines of the source that `text` was written on, 1-based, inclusive. */
    readonly firstLine: number;
    readonly lastLine: number;
  };
  /** Absent: the folder of submission. */
  readonly workdir: HostPath | null;
  /** Absent: `NAME-ID.out` in `workdir`. */
  readonly output: HostPath | null;
  readonly load: readonly string[];
  /** Variables of the submission that the container gets; `*` after a prefix means all with that prefix. */
  readonly pass?: readonly string[];
  /** `why`: crc sets it itself, and explains it in the script. */
  readonly set: readonly { readonly name: string; readonly value: string; readonly why?: string }[];
  /** Variables that the program gets unless its environment already has them. */
  readonly defaults?: readonly { readonly name: string; readonly value: string }[];
  /** The job's resources; `gpus`: on each node, in sbatch's syntax. */
  readonly resources: {
    readonly nodes: number;
    readonly tasks: number;
    readonly threads: number;
    /** Ranks of MPI in the one task, which crflow starts under DMTCP; `threads` are the cores of all. Absent: none. */
    readonly ranks?: number;
    readonly gpus: string | null;
    /** The same for each task, in place of `gpus`; absent: none. */
    readonly gpusPerTask?: string;
    /** How ranks that `srun` starts find each other; null: by the cluster's default. */
    readonly mpi: MpiType | null;
    readonly memory: AskedMemory;
  };
  /** Absent: the application runs on the host. */
  readonly container?: Container;
  /** How the container's image is made; absent: it exists already. */
  readonly image?: ImageRecipe;
  readonly checkpoint: {
    readonly engine: EngineName;
    /** The program's own checkpoints; absent with another engine. */
    readonly own?: OwnCheckpoints;
    /** If `mtbf` is given: only until the first checkpoint was measured. */
    readonly interval: Seconds;
    /** Mean time between failures, for `interval = auto`; absent: the interval is fixed. */
    readonly mtbf: Seconds | null;
    readonly lead: Seconds;
    readonly signal: WarningSignal;
    readonly keep: number;
    /** Absent: `crflow-state` in the folder of submission. */
    readonly state: HostPath | null;
    /** A checkpoint or restore that takes longer is given up. */
    readonly limit: Seconds;
    /** Is the first checkpoint restored at once, as a proof that it can be? */
    readonly prove: boolean;
    /** Patterns of files in `workdir` that are kept with each generation. */
    readonly protect: readonly string[];
    /** Does a run stop rather than restore if a file has changed that a restore does not bring back? */
    readonly strict: boolean;
    /** A program whose output does not grow for this long hangs. */
    readonly alive: Seconds | null;
    /** Expected size of the first checkpoint; 0 if the flow does not say. */
    readonly expect: Bytes;
  };
  /** How a run continues after the time limit: by itself, as the same job or another; or when its owner resumes it. */
  readonly continue: 'requeue' | 'resubmit' | 'resume';
  /** `max`: the most attempts of a run. */
  readonly attempt: { readonly time: Seconds; readonly timeMin: Seconds | null; readonly max: number | null };
  readonly total: Seconds;
  readonly queue: {
    readonly account: string | null;
    readonly qos: string | null;
    readonly partition: string | null;
    readonly reservation: string | null;
    readonly constraint: string | null;
    /** Indices of the tasks of an array; absent: one job. */
    readonly array?: string;
    /** Further long options of the scheduler, without dashes; null for one without a value. */
    readonly options?: readonly SlurmOption[];
  };
}

/** Memory of each node. */
export interface AskedMemory {
  /** In bytes; absent: the job asks for none. */
  readonly ask: Bytes | null;
  /** Why: the flow's `mem`; its `memory` and what comes on top; the site allocates whole nodes; Slurm there knows no memory; or the flow says nothing. */
  readonly by: 'mem' | 'memory' | 'whole-nodes' | 'unmanaged' | 'nothing';
  /** What the job, the engine and a checkpoint need beside the program, in bytes. */
  readonly beside: Bytes;
}

/** How a program saves itself, and how the job notices. Files are relative to `workdir`. */
export interface OwnCheckpoints {
  /** The known program whose record gives some of this; absent: all of it is the flow's. */
  readonly program?: PlannedProgram;
  /** Patterns of the files of a checkpoint, and of those that the program only appends to. */
  readonly files: readonly string[];
  readonly grows: readonly string[];
  /** How the program is asked to save; absent: it cannot be asked. */
  readonly ask:
    | { readonly how: 'signal'; readonly signal: string }
    | { readonly how: 'file'; readonly file: string; readonly text: string }
    | { readonly how: 'command'; readonly text: string }
    | null;
  readonly answer: 'ends' | 'continues';
  /** Its status after it has saved and stopped, beside 0; absent: unknown. */
  readonly stopStatus: number | null;
  /** Whether another number of ranks can continue from a checkpoint. */
  readonly ranks: 'any' | 'fixed';
  /** What exists only when all work is done; everything given must hold. */
  readonly done: {
    readonly files: readonly string[];
    readonly text: string | null;
    /** The file that contains `text`; absent: the output. */
    readonly in: string | null;
    readonly command: string | null;
  };
  /** Patterns of files that are removed before each start. */
  readonly clear: readonly string[];
  /** What runs instead of `run` to continue; absent: `run`. */
  readonly again: string | null;
}

/** What a plan says about the record that it was made with. */
export interface PlannedProgram {
  readonly name: string;
  readonly title: string;
  /** The releases that it was measured with; absent: only read about. */
  readonly tried: string | null;
  /** The keys of the block `checkpoint` that are from the record. */
  readonly gives: readonly string[];
}
