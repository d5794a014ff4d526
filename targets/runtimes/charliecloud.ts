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
  abbreviates: true,
  spell: charliecloudName,
  bash: [charliecloudBash, kept, fingerprint].join('\n'),
};
