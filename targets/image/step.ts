import type { ShellText } from '../../src/emit/shell-text.ts';

/** One step of building an image; a Dockerfile and an Apptainer definition express the same steps. */
export type Step =
  /** Commands of a POSIX shell, each run only if the previous one succeeded; `why` is the comment above them. */
  | {
      readonly kind: 'run';
      readonly why: string;
      readonly commands: readonly ShellText[];
      /** Folders that the builder may keep for later builds. */
      readonly cache?: readonly string[];
    }
  /** From the flow's folder. */
  | Copy<'copy'>
  /** From another stage. */
  | (Copy<'take'> & { readonly stage: string })
  /** Runs the script with this path, if the build is to prove that DMTCP works. */
  | { readonly kind: 'prove'; readonly why: string; readonly script: string };

interface Copy<Kind> {
  readonly kind: Kind;
  readonly why: string;
  readonly from: string;
  readonly to: string;
}

export interface Stage {
  /** Absent: the last one, which is the image. */
  readonly name?: string;
  readonly why: string;
  /** An image, or the stage that this one continues. */
  readonly from: ShellText | string;
  readonly steps: readonly Step[];
}

/** The metadata of an image. */
export interface Config {
  readonly env: readonly string[];
  /** The user that it runs as; null: that of its base, which a build asks for. */
  readonly user: string | null;
  readonly labels: readonly (readonly [name: string, value: string])[];
}

export const run = (why: string, commands: readonly ShellText[]): Step => ({ kind: 'run', why, commands });

/**
 * Where a build stage keeps files that disappear with the stage. Not in /tmp, which is the host's when
 * Charliecloud builds.
 */
export const scratch = '/crflow-build';

/**
 * The same for builders that can only start from images: a stage that continues another repeats its steps,
 * with the same words, so that a builder with a cache runs them once.
 */
export function flattened(stages: readonly Stage[]): Stage[] {
  const continued = new Set(stages.map(({ from }) => from));
  return stages.flatMap((stage) => {
    const before = stages.find(({ name }) => name !== undefined && name === stage.from);
    if (stage.name !== undefined && continued.has(stage.name)) return [];
    return before === undefined
      ? [stage]
      : [{ ...stage, from: before.from, steps: [...before.steps, ...stage.steps] }];
  });
}
