import type { Sha256, Targets } from '../src/model/targets.ts';
import { imageArtifacts } from './image/emit.ts';
import { localInputs } from './image/sources.ts';
import { jobScript } from './job/emit.ts';
import { genuine, runtimeStart, runtimeVersion } from './job/runtime.ts';
import { isJobVariable } from './job/variables.ts';
import { runtimeOf } from './runtimes/index.ts';

/** Jobs of Slurm, and images for the container runtimes. `sha256` does the sums that stand in a script. */
export const allTargets = (sha256: Sha256): Targets => ({
  jobScript: (plan, source) => jobScript(plan, source, sha256),
  runtimeVersion,
  isJobVariable,
  // Most flows have no recipe for an image, and what makes one is loaded late.
  imageArtifacts: (plan, ...of) => (plan.image === undefined ? [] : imageArtifacts(plan, ...of)),
  localInputs,
  runtimeOf,
  runtimeStart,
  genuine: (script) => genuine(script, sha256),
});
