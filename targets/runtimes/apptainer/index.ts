import { imageName } from '../../../src/emit/image-name.ts';
import fingerprint from '../files/fingerprint.sh';
import kept from '../files/kept.sh';
import ownImage from '../files/own-image.sh';
import { anywhere, type ContainerRuntime } from '../runtime.ts';
import imageFile from './image-file.sh';
import imageNamed from './image-name.sh';
import job from './job.sh';
import rank from './rank.sh';
import whole from './whole.sh';

export const apptainer: ContainerRuntime = {
  name: 'apptainer',
  label: 'Apptainer',
  command: 'apptainer',
  starters: { commands: ['apptainer', 'singularity'], always: false },
  // Its definitions cannot use an image of Podman or Docker: `localhost` would be contacted as a registry.
  files: { ending: '.sif', foreign: [], baseFromRegistry: true, extendsFiles: true },
  noDigest: null,
  local: false,
  modules: null,
  whyNoMount: anywhere,
  readonly: true,
  ownOptions: [
    '--bind',
    '-B',
    '--mount',
    '--pwd',
    '--cwd',
    '--cleanenv',
    '--pid',
    '-p',
    '-e',
    '--env',
    '--env-file',
  ],
  refusedOptions: [
    [
      ['--compat', '--containall', '-C', '--contain', '-c', '--writable-tmpfs'],
      'files in /tmp, and files written into the image, would be lost with the container at the next restore; `--compat` implies these options',
    ],
    [['--no-init'], 'without it, nothing in the container reaps ended processes'],
    [['--no-pid'], 'the container needs its own process namespace, so that all its processes end with it'],
    [['--writable', '-w'], 'a run continues in the image that it began in, so nothing may change the image'],
  ],
  gpuOptions: [['--nv'], ['--nvccli'], ['--rocm']],
  // It refuses a reference with both; the digest decides.
  gpu: { option: '--nv' },
  abbreviates: false,
  spell: (image) =>
    `docker://${image.digest === null ? imageName(image) : `${image.registry}/${image.repository}@${image.digest}`}`,
  bash: [job, kept, fingerprint, whole, ownImage].join('\n'),
  ranksBash: [job, kept, fingerprint, rank].join('\n'),
  builds: {
    named: { through: 'registry', bash: imageNamed },
    filed: { definition: true, bash: [imageFile, fingerprint].join('\n') },
    plainStages: false,
  },
};
