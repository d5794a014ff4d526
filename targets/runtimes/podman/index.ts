import { imageName } from '../../../src/emit/image-name.ts';
import { anywhere, type ContainerRuntime } from '../runtime.ts';
import find from './find.sh';
import image from './image.sh';
import job from './job.sh';
import rank from './rank.sh';
import whole from './whole.sh';

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

const REFUSED: ContainerRuntime['refusedOptions'] = [
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

/** Plain Podman: for a workstation, and for nodes that have it. */
export const podman: ContainerRuntime = {
  name: 'podman',
  label: 'Podman',
  command: 'podman',
  starters: { commands: ['podman', 'docker'], always: false },
  files: null,
  noDigest: null,
  local: true,
  modules: null,
  whyNoMount: anywhere,
  readonly: true,
  ownOptions: OWN_OPTIONS,
  refusedOptions: REFUSED,
  gpuOptions: [['--gpus'], ['--device', /nvidia|\/dev\/(?:dri|kfd)\b/], ['--hooks-dir', /nvidia/]],
  // By the Container Device Interface: NVIDIA's toolkit describes its devices so.
  gpu: { option: '--device=nvidia.com/gpu=all' },
  // By default a container has 64 MiB, and a program that needs more dies of SIGBUS.
  sharedMemory: { option: '--ipc=host', others: /^--(?:ipc|shm-size)(?:=|$)/ },
  abbreviates: false,
  spell: imageName,
  bash: [job, find, whole].join('\n'),
  ranksBash: [job, find, rank].join('\n'),
  builds: { named: { through: 'oci', bash: image }, filed: null, plainStages: false },
};
