import { afterAll, beforeAll, describe, vi } from 'vitest';
import { SmallCluster } from '../support/small-cluster.ts';
import { GRACE, goThrough } from './go-through.ts';
import type { Bench } from './scenarios.ts';

// The small scheduler of rehearsals goes through the same scenarios as a real Slurm (test/slurm/scheduler.test.ts), and must show the same.
vi.setConfig({ maxConcurrency: 20 });

describe('the small scheduler', () => {
  const minute = 10;
  const grid = 1;
  let small: SmallCluster;
  let bench: Bench;
  beforeAll(async () => {
    small = await SmallCluster.start({
      graceSeconds: GRACE,
      nodes: 3,
      cpus: 40,
      pace: minute / 60,
      grid,
      requeueDelay: 20, // longer than that, as Slurm's is, or nobody sees the job in the queue
      killWait: 12, // on a busy machine, a shell needs seconds to say that it got TERM
      messageTimeout: 3,
    });
    bench = { cluster: small, minute, grid, pause: (on) => small.pauseController(on) };
  });
  afterAll(() => small?.stop());
  goThrough(() => bench);
});
