import { shortName } from '../../../src/emit/image-name.ts';
import { code, word } from '../../../src/emit/shell-text.ts';
import type { ImageName } from '../../../src/model/container.ts';
import type { ContainerRuntime } from '../runtime.ts';
import image from './image.sh';
import bash from './job.sh';

/** `docker:name:tag`. */
const spell = (of: ImageName): string => `docker:${shortName(of)}:${of.tag}`;

/**
 * Where it refuses a user's mounts: prefixes of paths, compared literally, and whole paths (src/VolumeMap.c, 22.02.1). It
 * makes /dev and /proc itself, after the mounts (shifter_core.c).
 */
const BEGINNINGS = ['/etc', '/var', '/opt/udiImage'];
const PLACES = ['/opt', '/dev', '/proc'];
const OPEN = '/var/tmp';

export const shifter: ContainerRuntime = {
  name: 'shifter',
  label: 'Shifter',
  command: 'shifter',
  starters: { commands: ['shifter'], always: true },
  files: null,
  noDigest: 'Shifter does not support digests, but requeues keep the image that it found at submission',
  local: false,
  // Each site configures its own.
  modules: { exclusive: [], detached: [] },
  whyNoMount: (to) => {
    const closed =
      BEGINNINGS.find((one) => to.startsWith(one)) ??
      PLACES.find((one) => to === one || (one !== '/opt' && to.startsWith(`${one}/`)));
    return closed === undefined || to === OPEN ? undefined : `paths below \`${closed}\` belong to Shifter`;
  },
  readonly: true,
  ownOptions: [
    '--image',
    '-i',
    '--volume',
    '-V',
    '--module',
    '-m',
    '--env',
    '-e',
    '--env-file',
    '--clearenv',
    '-E',
    '--workdir',
    '-w',
    '--entrypoint',
    '--entry',
  ],
  refusedOptions: [],
  gpuOptions: [],
  // As NERSC calls it.
  gpu: { module: 'gpu' },
  abbreviates: true,
  spell,
  bash,
  ranksBash: bash,
  builds: {
    named: { through: 'registry', bash: image },
    filed: null,
    plainStages: false,
    settings: (of) =>
      of.kind === 'name' ? [[code`readonly site_name=${word(spell(of))}`, 'as Shifter spells it']] : [],
  },
  moduleOptions: (modules) => (modules.length > 0 ? [`--module=${modules.join(',')}`] : []),
  directives: ({ image: of, modules }) => [
    ...(of.kind === 'name' ? [['--image', spell(of)] as const] : []),
    ...(modules.length > 0 ? [['--module', modules.join(',')] as const] : []),
  ],
};
