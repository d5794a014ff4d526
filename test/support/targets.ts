import { sha256 } from '../../src/host/files.ts';
import { allTargets } from '../../targets/index.ts';

/** All targets, as the command line has them. */
export const targets = allTargets(sha256);
