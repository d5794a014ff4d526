import type { Scheduler } from '../scheduler.ts';
import { directives } from './directives.ts';
import bash from './slurm.sh';
import stepsBash from './steps.sh';
import variablesBash from './variables.sh';

export const slurm: Scheduler = { name: 'slurm', directives, bash, stepsBash, variablesBash };
