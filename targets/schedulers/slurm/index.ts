import type { Scheduler } from '../scheduler.ts';
import { directives } from './directives.ts';
import bash from './slurm.sh';

export const slurm: Scheduler = { name: 'slurm', directives, bash };
