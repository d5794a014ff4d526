import { REFUSED } from './sbatch.ts';

/** What a later version of the language will have. It is reported once, where it is written, and its contents are not read. */
export interface PlannedSpec {
  /** Continues "it will". */
  readonly meaning: string;
  /** What to do until then. */
  readonly meanwhile: string | undefined;
}

export const planned: Readonly<Record<string, PlannedSpec>> = {
  nodes: { meaning: 'ask for several nodes', meanwhile: REFUSED.get('nodes') },
  ntasks: { meaning: 'ask for several tasks', meanwhile: REFUSED.get('ntasks') },
  gpus: {
    meaning: 'ask for GPUs, once DMTCP can checkpoint programs that use them',
    meanwhile:
      "leave it out, and run the program on CPUs; or use the program's own checkpoints, without crflow",
  },
};

/** The planned construct of that name, if it is one. */
export function plannedFor(name: string): PlannedSpec | undefined {
  return Object.hasOwn(planned, name) ? planned[name] : undefined;
}
