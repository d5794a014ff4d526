import { expect, test } from 'vitest';
import { learnSite } from '../../src/site/learn.ts';
import { remarksOn } from '../../src/site/remarks.ts';

// From 24.11 on, a run that is done in the grace of a preemption for good is PREEMPTED 0:0, and its afterok never starts.
test.each([
  ['24.11.5', 'partition_prio', 'CANCEL', 'CANCEL', true],
  ['26.05.5', 'partition_prio', 'REQUEUE', 'CANCEL', true],
  ['22.05.8', 'partition_prio', 'CANCEL', 'CANCEL', false],
  ['24.05.4', 'partition_prio', 'CANCEL', 'CANCEL', false],
  ['24.11.5', 'none', 'CANCEL', 'CANCEL', false],
  ['24.11.5', 'partition_prio', 'CANCEL', 'REQUEUE', false],
  ['24.11.5', 'qos', 'GANG,CANCEL', 'REQUEUE', true],
  ['24.11.5', 'partition_prio', 'CANCEL', undefined, true],
  ['24.11.5', 'partition_prio', 'REQUEUE', undefined, false],
])('Slurm %s, preempt/%s, PreemptMode=%s, in a partition %s: %s', (version, type, mode, own, warns) => {
  const config = `SLURM_VERSION = ${version}\nPreemptType = preempt/${type}\nPreemptMode = ${mode}`;
  const partitions = own === undefined ? {} : { partitions: `PartitionName=spot PreemptMode=${own}` };
  const remarks = remarksOn(learnSite({ config, ...partitions }));
  expect(remarks).toEqual(warns ? [expect.stringContaining('PreemptMode=CANCEL')] : []);
});

test('nothing is said of a cluster that says nothing', () => {
  expect(remarksOn(learnSite({}))).toEqual([]);
});
