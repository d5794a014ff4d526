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
  [['--pid', '--pod'], 'all of a job ends with its container, because it has a process namespace of its own'],
  [
    ['--tmpfs', '--read-only', '--read-only-tmpfs'],
    'what the program writes there would be gone with its container at the next restore',
  ],
  [['--rmi'], 'a run goes on in the image that it began in, and that removes it'],
  [['--replace', '--restart', '--timeout'], 'a job starts and ends its containers itself'],
  [['--rootfs'], 'the image would be another than the one that the job looks after'],
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
        'it is run with `--pid=host` and `--privileged`: what is left in it would not end with it; and DMTCP checkpoints no MPI over several ranks',
      ],
    ],
  },
};
