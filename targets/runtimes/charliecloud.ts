import { charliecloudName } from '../../src/emit/image-name.ts';
import bash from './charliecloud.sh';
import { anywhere, type Runtime } from './runtime.ts';

export const charliecloud: Runtime = {
  name: 'charliecloud',
  label: 'Charliecloud',
  command: 'ch-run',
  files: { ending: '.sqfs', foreign: ['.sif', '.simg'], baseFromRegistry: false },
  digests: false,
  local: true,
  modules: null,
  whyNoMount: anywhere,
  readonly: false,
  ownOptions: ['--bind', '-b', '--cd', '-c', '--set-env', '--unset-env', '--storage', '-s'],
  abbreviates: true,
  spell: charliecloudName,
  bash,
};
