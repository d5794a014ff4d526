import type { RuntimeName } from '../../src/model/container.ts';
import { apptainer } from './apptainer/index.ts';
import { charliecloud } from './charliecloud/index.ts';
import { podman } from './podman/index.ts';
import { podmanHpc } from './podman-hpc/index.ts';
import type { ContainerRuntime } from './runtime.ts';
import { shifter } from './shifter/index.ts';

/** All of them: one for each name in src/language/words.ts. */
const all: Readonly<Record<RuntimeName, ContainerRuntime>> = {
  shifter,
  'podman-hpc': podmanHpc,
  apptainer,
  podman,
  charliecloud,
};

/** The container runtime of that name. */
export const runtimeOf = (name: RuntimeName): ContainerRuntime => all[name];
