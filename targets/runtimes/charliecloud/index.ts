import { shortName } from '../../../src/emit/image-name.ts';
import { code, word } from '../../../src/emit/shell-text.ts';
import type { ImageName } from '../../../src/model/container.ts';
import fingerprint from '../files/fingerprint.sh';
import kept from '../files/kept.sh';
import ownImage from '../files/own-image.sh';
import { anywhere, type ContainerRuntime } from '../runtime.ts';
import image from './image.sh';
import imageFile from './image-file.sh';
import imageNamed from './image-name.sh';
import job from './job.sh';
import rank from './rank.sh';
import whole from './whole.sh';

/**
 * An image's name as Charliecloud spells it: a name without a registry is Docker's, which has another host name here, and `localhost` would be
 * part of the path (image.py of 0.31). Its storage and `ch-image` must mean the same by it. Either digest or tag.
 */
function spell({ registry, repository, tag, digest }: ImageName): string {
  const name = shortName({ registry: registry === 'localhost' ? 'docker.io' : registry, repository });
  return `${name}${digest === null ? `:${tag}` : `@${digest}`}`;
}

export const charliecloud: ContainerRuntime = {
  name: 'charliecloud',
  label: 'Charliecloud',
  command: 'ch-run',
  starters: { commands: ['ch-run'], always: true },
  files: { ending: '.sqfs', foreign: ['.sif', '.simg'], baseFromRegistry: false, extendsFiles: false },
  noDigest:
    'Charliecloud does not support digests; the run records which image it began in, and stops (status 70) if it finds another',
  local: true,
  modules: null,
  whyNoMount: anywhere,
  readonly: false,
  ownOptions: ['--bind', '-b', '--cd', '-c', '--set-env', '--unset-env', '--storage', '-s'],
  refusedOptions: [
    [['--private-tmp', '-t'], 'files in /tmp would be lost with the container at the next restore'],
    [['--write', '-w'], 'a run continues in the image that it began in, so nothing may change the image'],
    [
      ['--join', '-j', '--join-ct', '--join-pid', '--join-tag'],
      'the job itself starts and ends its containers',
    ],
  ],
  gpuOptions: [],
  // It shows the host's /dev; ch-fromhost puts NVIDIA's libraries into an image.
  gpu: null,
  abbreviates: true,
  spell,
  bash: [job, kept, fingerprint, whole, ownImage].join('\n'),
  ranksBash: [job, kept, fingerprint, rank].join('\n'),
  builds: {
    named: { through: 'own', bash: [image, imageNamed, fingerprint].join('\n') },
    filed: { definition: false, bash: [image, imageFile, fingerprint].join('\n') },
    spellBase: spell,
    plainStages: true,
    settings: (of, workflow) => [
      [
        code`readonly built=${word(of.kind === 'name' ? spell({ ...of, digest: null }) : workflow.toLowerCase())}`,
        "in ch-image's storage",
      ],
    ],
  },
};
