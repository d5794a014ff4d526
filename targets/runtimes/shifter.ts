import { shifterName } from '../../src/emit/image-name.ts';
import type { Runtime } from './runtime.ts';
import bash from './shifter.sh';

/**
 * Where it mounts nothing of a user's: beginnings of paths, by the letter, and whole ones (src/VolumeMap.c, 22.02.1). It
 * makes /dev and /proc itself, after the mounts (shifter_core.c).
 */
const BEGINNINGS = ['/etc', '/var', '/opt/udiImage'];
const PLACES = ['/opt', '/dev', '/proc'];
const OPEN = '/var/tmp';

export const shifter: Runtime = {
  name: 'shifter',
  label: 'Shifter',
  command: 'shifter',
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
  abbreviates: true,
  spell: shifterName,
  bash,
  moduleOptions: (modules) => (modules.length > 0 ? [`--module=${modules.join(',')}`] : []),
  directives: ({ image, modules }) => [
    ...(image.kind === 'name' ? [['--image', shifter.spell(image)] as const] : []),
    ...(modules.length > 0 ? [['--module', modules.join(',')] as const] : []),
  ],
};
