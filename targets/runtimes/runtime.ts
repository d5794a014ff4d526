import type { Container, ImageName, RuntimeRules } from '../../src/model/container.ts';

/** All that there is to a container runtime: what it can express, how it spells an image, and its bash. */
export interface Runtime extends RuntimeRules {
  /** Its command. */
  readonly command: string;
  readonly spell: (image: ImageName) => string;
  /**
   * `find_image`, which sets `image_id` or leaves, and `inside COMMAND…`, which becomes the command in the container, with
   * `binds` (three words each: from, to, `ro` or nothing) and `runtime_options`.
   */
  readonly bash: string;
  /** Its modules, as options of its command. */
  readonly moduleOptions?: (modules: readonly string[]) => readonly string[];
  /** Options of sbatch that its plug-in takes. */
  readonly directives?: (container: Container) => readonly (readonly [option: string, value: string])[];
}

export const anywhere = () => undefined;
