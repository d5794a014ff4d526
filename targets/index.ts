import type { Targets } from '../src/model/targets.ts';
import { imageArtifacts } from './image/emit.ts';
import { localInputs } from './image/sources.ts';
import { runtimeOf } from './runtimes/index.ts';
import { jobScript } from './slurm/emit.ts';
import { genuine, runtimeStart, runtimeVersion } from './slurm/runtime.ts';
import { isJobVariable } from './slurm/variables.ts';

/** Jobs of Slurm, and images for the container runtimes. */
export const targets: Targets = {
  jobScript,
  runtimeVersion,
  isJobVariable,
  imageArtifacts,
  localInputs,
  runtimeOf,
  runtimeStart,
  genuine,
};
