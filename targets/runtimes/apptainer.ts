import { imageName } from '../../src/emit/image-name.ts';
import apptainerBash from './apptainer.sh';
import fingerprint from './files/fingerprint.sh';
import kept from './files/kept.sh';
import { anywhere, type Runtime } from './runtime.ts';

export const apptainer: Runtime = {
  name: 'apptainer',
  label: 'Apptainer',
  command: 'apptainer',
  // Its definitions have no way to an image of Podman or Docker: `localhost` would be asked as a registry.
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
      'what the program keeps in /tmp, or writes into the image, would be gone with its container at the next restore; `--compat` means these as well',
    ],
    [['--no-init'], 'without it nobody in the container collects processes that have ended'],
    [['--no-pid'], 'all of a job ends with its container, because it has a process namespace of its own'],
    [['--writable', '-w'], 'a run goes on in the image that it began in, and so nothing may change that'],
  ],
  gpuOptions: [['--nv'], ['--nvccli'], ['--rocm']],
  // A reference with both is refused: the digest decides.
  abbreviates: false,
  spell: (image) =>
    `docker://${image.digest === null ? imageName(image) : `${image.registry}/${image.repository}@${image.digest}`}`,
  bash: [apptainerBash, kept, fingerprint].join('\n'),
};
