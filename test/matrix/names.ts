import type { FaultName } from '../../src/rehearse/faults/catalogue.ts';
import type { RowName } from './faults.ts';

/** The row that strikes a run as a fault of `crc rehearse` does; or why there is none. */
export const rowOf: Readonly<Record<FaultName, RowName | { readonly none: string }>> = {
  'time-limit': 'time limit',
  preempt: 'preemption with grace',
  'preempt-at-once': 'preemption without grace',
  kill: 'kill -9 everything',
  'kill-program': 'kill -9 application',
  'kill-engine': 'kill -9 coordinator',
  'kill-batch': 'kill -9 outer half',
  'node-loss': 'node lost, job still running there',
  damage: 'image flipped',
  truncate: 'image truncated',
  'disk-full': 'disk full for ten seconds',
  'no-checkpoint': { none: 'it takes several attempts in a row: test/rehearse/mutants.test.ts' },
  'small-budget': { none: 'it is a setting, and comes at no moment: test/rehearse/mutants.test.ts' },
  'program-fails': 'program crashes after a while',
  'refuse-requeue': 'scontrol refuses to requeue',
  'controller-silent': 'scontrol hangs',
  'controller-restart': {
    none: 'cells beside it have the same controller: test/contract/small-scheduler.test.ts',
  },
  requeue: 'requeue by the user',
  cancel: 'scancel',
};
