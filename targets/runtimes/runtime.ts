import type { ShellText } from '../../src/emit/shell-text.ts';
import type { Image, ImageName, Runtime } from '../../src/model/container.ts';

/** Everything about a container runtime, including its part of image.sh. One folder each; index.ts has the list. */
export interface ContainerRuntime extends Runtime {
  readonly builds: Builds;
}

/** How image.sh builds an image and brings it to where the runtime finds it. */
export interface Builds {
  /** An image by its name. */
  readonly named: {
    /** `oci`: Podman or Docker builds it; `registry`: they build and push it; `own`: the runtime's own program builds it. */
    readonly through: 'oci' | 'registry' | 'own';
    readonly bash: string;
  };
  /** An image that is a file; null if images have only names. */
  readonly filed: {
    /** Is it built from an Apptainer definition rather than a Dockerfile? */
    readonly definition: boolean;
    readonly bash: string;
  } | null;
  /** How its builder spells the base image, if not by the full name. */
  readonly spellBase?: (base: ImageName) => string;
  /** Does its builder mistake the name of a stage for an image's, and keep no folders from one build to the next? */
  readonly plainStages: boolean;
  /** Settings that only this runtime has, each with a description. */
  readonly settings?: (image: Image, workflow: string) => readonly (readonly [ShellText, string])[];
}

export const anywhere = () => undefined;
