import { charliecloudName } from '../../src/emit/image-name.ts';
import charliecloudBash from './charliecloud.sh';
import fingerprint from './files/fingerprint.sh';
import kept from './files/kept.sh';
import { anywhere, type Runtime } from './runtime.ts';

export const charliecloud: Runtime = {
  name: 'charliecloud',
  label: 'Charliecloud',
  command: 'ch-run',
  files: { ending: '.sqfs', foreign: ['.sif', '.simg'], baseFromRegistry: false },
  noDigest:
    'Charliecloud takes no digest; the run notes which image it began in, and stops (status 70) where it finds another',
  local: true,
  modules: null,
  whyNoMount: anywhere,
  readonly: false,
  ownOptions: ['--bind', '-b', '--cd', '-c', '--set-env', '--unset-env', '--storage', '-s'],
  abbreviates: true,
  spell: charliecloudName,
  bash: [charliecloudBash, kept, fingerprint].join('\n'),
};
