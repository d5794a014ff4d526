import type { Artifact } from './artifact.ts';
import type { ImageRecipe, Runtime, RuntimeName } from './container.ts';
import type { Plan } from './plan.ts';

/**
 * What plans are compiled to. The core names no target: its caller (the command line, an editor, a test) passes them in.
 */
export interface Targets {
  /** The job script of a plan. `source`: name of the `.crflow` file, without folders, for the script's comments. */
  readonly jobScript: (plan: Plan, source: string) => Artifact;
  /** Raised whenever the bash that every job contains changes what a job does; it is in every script. */
  readonly runtimeVersion: number;
  /** Is it a shell variable that a job uses itself? */
  readonly isJobVariable: (name: string) => boolean;
  /** The files that make the image of a plan; none without a recipe. `context`: the path from the output folder to the flow's. */
  readonly imageArtifacts: (plan: Plan, source: string, context: string) => readonly Artifact[];
  /** What a recipe takes from the folder of the flow. */
  readonly localInputs: (recipe: ImageRecipe) => readonly string[];
  readonly runtimeOf: (name: RuntimeName) => Runtime;
  /** Where the part of a job script begins that other scripts share; undefined in a text without one. In UTF-16 units. */
  readonly runtimeStart: (script: string) => number | undefined;
  /** Is that part what this crc writes, byte for byte? */
  readonly genuine: (script: string) => Genuine;
}

/** The sha256 of a text in UTF-8, in hexadecimal digits. The core has none: its caller knows a fast one (`node:crypto`, a browser's library). */
export type Sha256 = (text: string) => string;

/** The verdict on the runtime in a script. */
export type Genuine =
  | { readonly kind: 'none' }
  | { readonly kind: 'genuine'; readonly version: number }
  /** Not what crc wrote. `parts`: the titles of those that differ; none if parts are missing or reordered. */
  | { readonly kind: 'changed'; readonly version: number; readonly parts: readonly string[] }
  /** Its own checksum is right, but this crc does not know the text of its version. */
  | { readonly kind: 'other'; readonly version: number };
