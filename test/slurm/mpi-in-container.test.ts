import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import {
  containersIn,
  containersOf,
  removeContainers,
  runtimes,
  type TestContainer,
} from '../support/containers.ts';
import { dmtcpUnderTest, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { compileRing, undisturbed, whyNoMpich } from '../support/mpich.ts';
import { processesIn } from '../support/run-folder.ts';
import { startRun, takeNode } from '../support/run-on-slurm.ts';
import { slow, slowTest } from '../support/slow.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// Ranks of an MPICH that is in the image, with their launcher in one container, saved by DMTCP: killed and restored, preempted and restored.
vi.setConfig({ testTimeout: 900_000, maxConcurrency: 2 });

const slurm = slurmAvailable();
const dmtcp = dmtcpUnderTest();
const why = slurm.ok ? (whyNoRealDmtcp ?? whyNoMpich) : slurm.reason;
const present = runtimes.filter(({ why }) => why === null).map(({ runtime }) => runtime);

describe.skipIf(why !== null || present.length === 0)(
  `ranks of MPICH in a container, with ${dmtcp.name}${why === null ? '' : ` (skipped: ${why})`}`,
  () => {
    let cluster: Cluster;
    let folder: string;
    let program: string;
    let containers: readonly TestContainer[] = [];
    beforeAll(async () => {
      if (!slow) return;
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-mpi-inside-')));
      program = join(folder, 'program');
      mkdirSync(program);
      compileRing(program);
      containers = containersIn(folder, undefined, [join(program, 'ring')]);
      cluster = await startCluster({ graceSeconds: 60, cpus: 4, nodes: Math.max(2, present.length) });
    });
    afterAll(async () => {
      await cluster?.stop();
      if (slow) removeContainers(folder);
    });

    for (const [at, runtime] of present.entries())
      slowTest(`in ${runtime}: the output of an undisturbed run`, async ({ expect }) => {
        const container = containers.find((one) => one.runtime === runtime);
        if (container === undefined) throw new Error(`no ${runtime}`);
        const node = `n${at + 1}`;
        const run = await startRun(cluster, {
          dmtcp,
          folder: `ranks-${runtime}`,
          last: 0,
          container,
          flow: `crflow 1
workflow count {
  application { run = "/solver/ring 100 20000 hold"  tasks = 2  memory = 20MiB }
  ${container.blocks(dmtcp).replace(/\}\s*$/, `mount "${program}" to "/solver" }`)}
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 10min  total = 2h }
}
`,
          env: { CRFLOW_PROVE: '5', CRFLOW_LOOK_AGAIN: '3', CRFLOW_STARTUP: '300' },
          sbatchArgs: ['-w', node],
        });
        const restored = (attempt: number) =>
          run.entries().some((entry) => entry.event === 'restored' && entry.attempt >= attempt);
        // The first checkpoint is restored at once, to see whether that can be done.
        await run.until('restored', () => restored(1), 300);
        await run.sealed(2);
        await takeNode(run, node);
        await run.until('restored in a second attempt', () => restored(2), 400);
        writeFileSync(join(run.folder, 'go'), '');
        expect(await run.ended(run.id, 300), run.log(run.id)).toMatchObject({ ExitCode: '7:0' });
        expect(run.output()).not.toBe('');
        expect(run.output()).toBe(undisturbed(program, 2, run.output()));
        expect(run.entries().filter(({ event }) => event === 'launched')).toHaveLength(1);
        await run.until(
          'nothing left',
          () => processesIn(run.folder).length + containersOf(container, run.state).length === 0,
          60,
        );
      });
  },
);
