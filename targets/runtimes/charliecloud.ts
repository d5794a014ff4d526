import { charliecloudName } from '../../src/emit/image-name.ts';
import charliecloudBash from './charliecloud.sh';
import fingerprint from './files/fingerprint.sh';
import kept from './files/kept.sh';
import { anywhere, type Runtime } from './runtime.ts';

export const charliecloud: Runtime = {
  name: 'charliecloud',
  label: 'Charliecloud',
  command: 'ch-run',
  files: { ending: '.sqfs', foreign: ['.sif', '.simg'], baseFromRegistry: false, extendsFiles: false },
  noDigest:
    'Charliecloud takes no digest; the run notes which image it began in, and stops (status 70) where it finds another',
  local: true,
  modules: null,
  whyNoMount: anywhere,
  readonly: false,
  ownOptions: ['--bind', '-b', '--cd', '-c', '--set-env', '--unset-env', '--storage', '-s'],
  refusedOptions: [
    [
      ['--private-tmp', '-t'],
      'what the program keeps in /tmp would be gone with its container at the next restore',
    ],
    [['--write', '-w'], 'a run goes on in the image that it began in, and so nothing may change that'],
    [
      ['--join', '-j', '--join-ct', '--join-pid', '--join-tag'],
      'a job starts and ends its containers itself',
    ],
  ],
  gpuOptions: [],
  abbreviates: true,
  spell: charliecloudName,
  bash: [charliecloudBash, kept, fingerprint].join('\n'),
};
