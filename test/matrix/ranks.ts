import { whyNoRealDmtcp } from '../support/dmtcp.ts';
import { compileMpi, whyNoMpich } from '../support/mpich.ts';
import { faults } from './faults.ts';
import { moments } from './moments.ts';
import type { EngineUnderTest } from './tables.ts';

// The matrix with `engine = dmtcp` and two ranks of MPICH, which count together. The stand-in cannot save them.

export const ranks: EngineUnderTest = {
  faults,
  moments,
  flow: (last) => `crflow 1
workflow count {
  application { run = "./ranks ${last}"  tasks = 2  memory = 20MiB }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 10min  total = 1h }
}
`,
  env: { CRFLOW_PROVE: '0' },
  prepare(folder) {
    const why = whyNoRealDmtcp ?? whyNoMpich;
    if (why !== null) return why;
    compileMpi('count', folder, 'ranks');
  },
};
