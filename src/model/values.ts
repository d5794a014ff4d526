import type { KeyType } from '../language/types.ts';
import type { WarningSignal } from '../language/words.ts';
import type { StringValue } from './ast.ts';
import type { Image } from './container.ts';
import type { ProgramOfFlow } from './known-program.ts';
import type { HostPath } from './path.ts';

/** Whole seconds. */
export type Seconds = number;
/** Whole bytes. */
export type Bytes = number;

/** What a value of each type is read as. */
export interface ValueOf extends Record<KeyType, unknown> {
  /** Its text is `textOf`; every part of it knows its place in the source. */
  shell: StringValue;
  path: HostPath;
  count: number;
  size: Bytes;
  duration: Seconds;
  interval: Seconds | 'auto';
  choice: string;
  program: ProgramOfFlow;
  signal: WarningSignal;
  'slurm-name': string;
  'slurm-constraint': string;
  /** In sbatch's syntax. */
  array: string;
  modules: readonly string[];
  patterns: readonly string[];
  image: Image;
  /** Absolute, in the container. */
  inside: string;
  'inside-list': readonly string[];
  packages: readonly string[];
  'runtime-modules': readonly string[];
  options: readonly string[];
  variables: readonly string[];
  assignments: readonly string[];
  labels: readonly string[];
  user: string;
  platform: string;
  /** Relative to `workdir`, below it, no pattern. */
  'work-file': string;
  /** In sbatch's syntax: `4`, `a100:4`. */
  gpus: string;
  text: string;
}
