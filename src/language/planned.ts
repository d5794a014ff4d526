import { REFUSED } from './sbatch.ts';

/** What the language will have and this version has not: said once, where it is written, and its inside not read. */
export interface PlannedSpec {
  /** Goes on from "it will". */
  readonly meaning: string;
  /** What to do until then. */
  readonly meanwhile: string | undefined;
}

export const planned: Readonly<Record<string, PlannedSpec>> = {
  nodes: { meaning: 'ask for several nodes', meanwhile: REFUSED.get('nodes') },
  ntasks: { meaning: 'ask for several tasks', meanwhile: REFUSED.get('ntasks') },
  gpus: {
    meaning: 'ask for GPUs, once DMTCP can checkpoint what runs on them',
    meanwhile: 'leave it out, and run the program on CPUs; or use its own checkpoints, without crflow',
  },
};

/** The planned construct of that name, if it is one. */
export function plannedFor(name: string): PlannedSpec | undefined {
  return Object.hasOwn(planned, name) ? planned[name] : undefined;
}
