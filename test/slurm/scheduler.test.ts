import { afterAll, beforeAll, describe, vi } from 'vitest';
import { GRACE, goThrough } from '../contract/go-through.ts';
import type { Bench } from '../contract/scenarios.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// What the small scheduler of rehearsals must do as well (test/contract/scheduler.test.ts), on a real Slurm.
vi.setConfig({ maxConcurrency: 20 });

const slurm = slurmAvailable();

describe.skipIf(!slurm.ok)(`a real Slurm${slurm.ok ? '' : ` (skipped: ${slurm.reason})`}`, () => {
  let cluster: Cluster;
  let bench: Bench;
  beforeAll(async () => {
    cluster = await startCluster({ graceSeconds: GRACE, cpus: 40, nodes: 3 });
    bench = { cluster, minute: 60, grid: 30, pause: (on) => cluster.pauseController(on) };
  });
  afterAll(() => cluster?.stop());
  goThrough(() => bench);
});
