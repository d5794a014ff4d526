import { mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { containersIn, removeContainers, runtimes, type TestContainer } from '../support/containers.ts';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { processesIn } from '../support/run-folder.ts';
import { startRun } from '../support/run-on-slurm.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// The same promises as on the host, in each runtime that is here.
const slurm = slurmAvailable();
const present = runtimes.filter(({ why }) => why === null);
const cells = present.flatMap(({ runtime }) =>
  dmtcpImplementations.map((dmtcp) => ({ runtime, dmtcp, name: dmtcp.name })),
);

for (const { runtime, why } of runtimes)
  test.skipIf(why !== null)(
    `there is ${runtime} to run in${why ? ` (skipped: ${why})` : ''}`,
    ({ expect }) => {
      expect(present.map((one) => one.runtime)).toContain(runtime);
    },
  );

describe.skipIf(!slurm.ok || cells.length === 0)(
  `a program in a container${slurm.ok ? '' : ` (skipped: ${slurm.reason})`}`,
  () => {
    let cluster: Cluster;
    let folder: string;
    let containers: readonly TestContainer[] = [];
    beforeAll(async () => {
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-images-')));
      containers = containersIn(folder);
      cluster = await startCluster({ cpus: 8 });
    });
    afterAll(async () => {
      await cluster?.stop();
      removeContainers(folder);
    });

    const start = (
      name: string,
      { runtime, dmtcp }: (typeof cells)[number],
      options: Partial<Parameters<typeof startRun>[1]>,
    ) => {
      const container = containers.find((one) => one.runtime === runtime);
      if (container === undefined) throw new Error(`no ${runtime}`);
      return startRun(cluster, {
        dmtcp,
        folder: `${name} ${runtime} ${dmtcp.real ? 'real' : 'stand-in'}`,
        last: 40,
        ...options,
        container,
      });
    };

    test.concurrent.for(cells)(
      'outlives its time limit, in $runtime with $name',
      { timeout: 300_000 },
      async (cell, { expect }) => {
        const run = await start('limit', cell, {
          last: 90,
          env: { CRFLOW_LEAD: '45' },
          sbatchArgs: ['--time=1', '--signal=B:USR1@45'],
        });
        const job = await run.ended(run.id, 280);
        expect(job, run.log(run.id)).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0' });
        expect(Number(job.Restarts), run.log(run.id)).toBeGreaterThanOrEqual(2);
        expect(run.output()).toBe(run.expected);
        expect(processesIn(run.state)).toEqual([]);
        expect(run.entries().filter(({ event }) => event === 'launched')).toHaveLength(1);
      },
    );

    test.concurrent.for(cells)(
      'kill -9 of the runtime: nothing of it is left, and it is restored, in $runtime with $name',
      {
        timeout: 300_000,
      },
      async (cell, { expect }) => {
        const run = await start('killed', cell, { last: 50, env: { CRFLOW_PROVE: '0' } });
        await run.sealed(1);
        const [pid] = runtimeProcesses(run.state);
        expect(pid, run.log(run.id)).toBeDefined();
        process.kill(Number(pid), 'SIGKILL');
        await run.until('restored', () => run.entries().some(({ event }) => event === 'restored'));
        // Two computations would write to one output; and nothing but one is left when it ends.
        const job = await run.ended();
        expect(job, run.log(run.id)).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0', Restarts: '0' });
        expect(run.output()).toBe(run.expected);
        expect(processesIn(run.state)).toEqual([]);
        expect(run.entries().filter(({ event }) => event === 'started')).toHaveLength(1);
      },
    );
  },
);

/** The processes that start the inner half of the run in this folder, the outermost first. */
function runtimeProcesses(run: string): number[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map(Number)
    .sort((a, b) => a - b)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0inner_half\0${run}\0`);
      } catch {
        return false; // it ended meanwhile
      }
    });
}
