import type { RuntimeName } from '../../src/model/container.ts';
import { apptainer } from './apptainer.ts';
import { charliecloud } from './charliecloud.ts';
import { podman, podmanHpc } from './podman.ts';
import type { Runtime } from './runtime.ts';
import { shifter } from './shifter.ts';

const all: Readonly<Record<RuntimeName, Runtime>> = {
  shifter,
  'podman-hpc': podmanHpc,
  apptainer,
  podman,
  charliecloud,
};

/** The container runtime of that name. */
export const runtimeOf = (name: RuntimeName): Runtime => all[name];
