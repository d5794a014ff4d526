import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import { clusterFor, runCell } from '../matrix/cell.ts';
import { cell, faults } from '../matrix/faults.ts';
import type { MomentName } from '../matrix/moments.ts';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// A sample of the fault matrix: what no other test here shows. All of it: `npm run matrix`.
const slurm = slurmAvailable();
const dmtcp = dmtcpUnderTest();

const sample: readonly [fault: string, moment: MomentName][] = [
  ['requeue by the user', 'running'],
  ['warning 2 s after the start', 'before launch'],
  ['preemption without grace', 'running'],
  ['kill -9 everything', 'while checkpointing'],
  ['node lost, job still running there', 'running'],
  ['scontrol hangs', 'running'],
  ['two submissions at once', 'before launch'],
  ['array job', 'running'],
  ['program handles TERM', 'running'],
];

// Each has a node for itself, and mostly waits.
vi.setConfig({ maxConcurrency: sample.length });

describe.skipIf(!slurm.ok)(
  `a fault at a moment, with ${dmtcp.name}${slurm.ok ? '' : ` (skipped: ${slurm.reason})`}`,
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster(clusterFor(sample.length));
    });
    afterAll(() => cluster?.stop());

    test.concurrent.for(sample)('%s, %s', async ([fault, moment], { expect }) => {
      const todo = cell(faults[fault] ?? {}, moment);
      if (typeof todo === 'string') throw new Error(`no such cell: ${todo}`);
      const node = cluster.nodes[sample.findIndex((each) => each[0] === fault)] ?? 'n1';
      const { violated } = await runCell(cluster, node, dmtcp, todo, moment);
      expect(violated, violated.join('\n')).toEqual([]);
    });
  },
);
