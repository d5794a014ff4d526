import type { StringValue } from './ast.ts';
import type { Container, ImageRecipe } from './container.ts';
import type { HostPath } from './path.ts';
import type { Span } from './span.ts';

export type { HostPath, PathPart } from './path.ts';

/** Whole seconds. */
export type Seconds = number;
/** Whole bytes. */
export type Bytes = number;

/** Signals that Slurm may send as a warning. USR2 is DMTCP's own, KILL and STOP cannot be caught. */
export type WarningSignal = 'USR1' | 'TERM' | 'INT' | 'HUP' | 'QUIT';

/**
 * One workflow whose names and types are right and whose units are normalised, with nothing filled in that the
 * user did not say: absent stays absent, defaults are the plan's.
 */
export interface Workflow {
  readonly name: string;
  readonly application: Application;
  readonly environment: Environment;
  /** Absent: it runs on the host. */
  readonly container?: Container;
  /** How the container's image is made. */
  readonly image?: Recipe;
  readonly checkpoint: Checkpoint;
  readonly schedule: Schedule;
}

/** A recipe whose build is still known by its place in the source. */
export interface Recipe extends Omit<ImageRecipe, 'build'> {
  readonly build: { readonly text: string; readonly textSpan: Span; readonly textParts: StringValue } | null;
}

export interface Application {
  /** The scientist's bash, every line ended by LF, byte for byte what runs. */
  readonly run: string;
  /** Where `run`'s text stands in the source. */
  readonly runSpan: Span;
  /** What `run` was made of: indentation removed, names put in, and where each part of it stands in the source. */
  readonly runParts: StringValue;
  readonly workdir?: HostPath;
  readonly output?: HostPath;
  readonly threads?: number;
  readonly memory?: Bytes;
  /** How it uses MPI: not, or linked with it and run as one process. */
  readonly mpi?: 'no' | 'singleton';
  /** An output that does not grow for so long is that of a program that hangs. */
  readonly alive?: Seconds;
}

export interface Environment {
  /** Arguments of `module load`, one call each, in order. */
  readonly load: readonly string[];
  /** Variables of the submission that a container gets; `*` ends the beginning of a name. */
  readonly pass?: readonly string[];
  /** Exported to the application, values to the letter. */
  readonly set: readonly { readonly name: string; readonly value: string }[];
}

export interface Checkpoint {
  readonly strategy?: 'automatic' | 'manual';
  readonly interval: Seconds | 'auto';
  /** Mean time between failures of the job; for `interval = auto`. */
  readonly mtbf?: Seconds;
  readonly lead: Seconds;
  readonly signal?: WarningSignal;
  /** Sealed generations kept, at least 2. */
  readonly keep?: number;
  readonly state?: HostPath;
  readonly prove?: 'yes' | 'no';
  /** Patterns of files in `workdir`. */
  readonly protect?: readonly string[];
  readonly strict?: 'yes' | 'no';
}

export interface Schedule {
  /** Walltime of one attempt, whole minutes. */
  readonly time: Seconds;
  readonly timeMin?: Seconds;
  /** Walltime of all attempts of a run together. */
  readonly total: Seconds;
  /** Attempts of a run. */
  readonly maxAttempts?: number;
  readonly continue?: 'requeue' | 'resubmit';
  readonly mem?: Bytes;
  readonly account?: string;
  readonly qos?: string;
  readonly partition?: string;
  readonly reservation?: string;
  readonly constraint?: string;
  /** Indices of the tasks, as sbatch takes them. */
  readonly array?: string;
  /** Further options of sbatch. */
  readonly options?: readonly SlurmOption[];
}

/** A long option of sbatch, without its dashes; null where it has no value. */
export interface SlurmOption {
  readonly name: string;
  readonly value: string | null;
}
