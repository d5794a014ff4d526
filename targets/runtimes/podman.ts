import { imageName } from '../../src/emit/image-name.ts';
import bash from './podman.sh';
import hpcImage from './podman-hpc-image.sh';
import image from './podman-image.sh';
import { anywhere, type Runtime } from './runtime.ts';

const OWN_OPTIONS = [
  '--rm',
  '--name',
  '--pull',
  '--entrypoint',
  '--workdir',
  '-w',
  '--network',
  '--net',
  '--userns',
  '--user',
  '-u',
  '--volume',
  '-v',
  '--mount',
  '--env',
  '-e',
  '--detach',
  '-d',
  '--interactive',
  '-i',
  '--tty',
  '-t',
];

const REFUSED: Runtime['refusedOptions'] = [
  [
    ['--pid', '--pod'],
    'the container needs its own process namespace, so that all its processes end with it',
  ],
  [
    ['--tmpfs', '--read-only', '--read-only-tmpfs'],
    'files that the program writes there would be lost with the container at the next restore',
  ],
  [['--rmi'], 'a run continues in the image that it began in, which this would remove'],
  [['--replace', '--restart', '--timeout'], 'the job itself starts and ends its containers'],
  [['--rootfs'], 'the image would not be the one that the job keeps track of'],
];

/** Plain Podman: for a desk, and for nodes that have it. */
export const podman: Runtime = {
  name: 'podman',
  label: 'Podman',
  command: 'podman',
  files: null,
  noDigest: null,
  local: true,
  modules: null,
  whyNoMount: anywhere,
  readonly: true,
  ownOptions: OWN_OPTIONS,
  refusedOptions: REFUSED,
  gpuOptions: [['--gpus'], ['--device', /nvidia|\/dev\/(?:dri|kfd)\b/], ['--hooks-dir', /nvidia/]],
  abbreviates: false,
  spell: imageName,
  bash: `${bash}\n${image}`,
};

/**
 * NERSC's wrapper. Its modules, and which of them exclude each other or have `run` start a shared container and `exec` into
 * it (`shared_run`), are those of etc/modules.d in its source (1.1.4).
 */
export const podmanHpc: Runtime = {
  ...podman,
  name: 'podman-hpc',
  label: 'Podman-HPC',
  command: 'podman-hpc',
  bash: `${bash}\n${hpcImage}`,
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
        'it runs with `--pid=host` and `--privileged`, so processes would outlive the container; and DMTCP cannot checkpoint MPI with several ranks',
      ],
    ],
  },
};
