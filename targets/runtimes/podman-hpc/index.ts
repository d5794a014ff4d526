import { podman } from '../podman/index.ts';
import job from '../podman/job.sh';
import rank from '../podman/rank.sh';
import whole from '../podman/whole.sh';
import type { ContainerRuntime } from '../runtime.ts';
import find from './find.sh';
import image from './image.sh';

/**
 * NERSC's wrapper. Its modules, and which of them exclude each other or make `run` start a shared container and `exec` into
 * it (`shared_run`), are from etc/modules.d in its source (1.1.4).
 */
export const podmanHpc: ContainerRuntime = {
  ...podman,
  name: 'podman-hpc',
  label: 'Podman-HPC',
  command: 'podman-hpc',
  starters: { commands: ['podman-hpc'], always: false },
  gpu: { module: 'gpu' },
  bash: [job, find, whole].join('\n'),
  ranksBash: [job, find, rank].join('\n'),
  builds: { ...podman.builds, named: { through: 'oci', bash: image } },
  moduleOptions: (modules) => modules.map((module) => `--${module}`),
  modules: {
    known: [
      'gpu',
      'mpi',
      'cuda-mpi',
      'openmpi-pmi2',
      'openmpi-pmix',
      'nccl',
      'cvmfs',
      'home',
      'scratch',
      'cfs',
    ],
    exclusive: [['mpi', 'cuda-mpi', 'openmpi-pmi2', 'openmpi-pmix']],
    detached: ['mpi', 'cuda-mpi', 'openmpi-pmi2'],
    opened: [
      [
        'openmpi-pmix',
        'it runs with `--pid=host` and `--privileged`, so processes would outlive the container',
      ],
    ],
  },
};
