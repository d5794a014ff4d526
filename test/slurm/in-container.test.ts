import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import type { RuntimeName } from '../../src/model/container.ts';
import {
  containersIn,
  containersOf,
  removeContainers,
  runtimes,
  type TestContainer,
} from '../support/containers.ts';
import { standIn } from '../support/dmtcp.ts';
import { outcomesIn, processesIn } from '../support/run-folder.ts';
import { preempt, startRun } from '../support/run-on-slurm.ts';
import { firstOf } from '../support/slow.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// Ranks of an MPI program on two nodes, each in its own container: $IN_CONTAINER. The library is the image's.
vi.setConfig({ maxConcurrency: 3 });

const slurm = slurmAvailable();
const source = join(import.meta.dirname, '../programs/mpi/steps.c');
const present = runtimes.filter(({ why }) => why === null).map(({ runtime }) => runtime);
const lacks = spawnSync('mpicc.mpich', ['-fsyntax-only', source]).status === 0 ? '' : 'no mpicc.mpich';
const why = slurm.ok ? lacks : slurm.reason;

describe.skipIf(why !== '' || present.length === 0)(
  `ranks in containers${why === '' ? '' : ` (skipped: ${why})`}`,
  () => {
    let cluster: Cluster;
    let folder: string;
    let program: string;
    let containers: readonly TestContainer[] = [];
    beforeAll(async () => {
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-ranks-inside-')));
      mkdirSync(join(folder, 'program'));
      program = join(folder, 'program/steps');
      execFileSync('mpicc.mpich', ['-o', program, source]);
      containers = containersIn(folder, undefined, [program]);
      cluster = await startCluster({ graceSeconds: 25, cpus: 2, nodes: 2 * present.length });
    });
    afterAll(async () => {
      await cluster?.stop();
      removeContainers(folder);
    });
    const containerOf = (runtime: RuntimeName) => {
      const container = containers.find((one) => one.runtime === runtime);
      if (container === undefined) throw new Error(`no ${runtime}`);
      return container;
    };
    const start = (
      name: string,
      runtime: RuntimeName,
      nodes: string,
      ask = 'ask_file = "STOP"',
      schedule = 'time = 10min',
    ) => {
      const container = containerOf(runtime);
      return startRun(cluster, {
        dmtcp: standIn,
        folder: name,
        last: 0,
        container,
        flow: `crflow 1
workflow count {
  application { run = "/solver/steps 60 100000"  nodes = ${nodes.split(',').length}  tasks = 2  mpi = pmi2 }
  ${container.blocks(standIn).replace(/\}\s*$/, `mount "${join(folder, 'program')}" to "/solver" }`)}
  checkpoint {
    engine = own  interval = 10min  lead = 2min
    files = ["save.txt"]  grows = ["steps.log"]  ${ask}  done_files = ["result.txt"]
  }
  schedule { ${schedule}  total = 1h }
}
`,
        env: { CRFLOW_QUIET: '0', CRFLOW_STARTUP: '30', CRFLOW_PROVE: '0', CRFLOW_HEARTBEAT: '2' },
        sbatchArgs: ['-w', nodes],
        before: () => {},
      });
    };
    // The two nodes are one host, on which MPICH tries shared memory between them: Charliecloud joins only ranks of one node.
    const nodesFor = (runtime: RuntimeName) => {
      const at = 2 * present.indexOf(runtime);
      return runtime === 'charliecloud' ? [`n${at + 1}`] : [`n${at + 1}`, `n${at + 2}`];
    };
    type Run = Awaited<ReturnType<typeof start>>;
    const left = (run: Run, runtime: RuntimeName) => [
      ...processesIn(run.folder),
      ...containersOf(containerOf(runtime), run.state),
    ];
    const aStep = (run: Run) => run.until('a step', () => existsSync(join(run.folder, 'steps.log')), 120);

    for (const [at, runtime] of present.entries())
      firstOf(
        at,
        `preempted on one of its nodes, in ${runtime}: each step once, by both ranks`,
        async ({ expect }) => {
          const nodes = nodesFor(runtime);
          const run = await start(`ranks-${runtime}`, runtime, nodes.join());
          await aStep(run);
          await preempt(run, nodes.at(-1) ?? '');
          writeFileSync(join(run.folder, 'go'), '');
          expect(await run.ended(), run.log(run.id)).toMatchObject({
            JobState: 'COMPLETED',
            ExitCode: '0:0',
          });
          const outcomes = outcomesIn(run.entries());
          expect(outcomes, run.log(run.id)).toEqual(['saved', 'done']);
          expect(readFileSync(join(run.folder, 'steps.log'), 'utf8')).toBe(
            Array.from({ length: 60 }, (_, i) => `${i + 1} ${(i + 1) * 3}\n`).join(''),
          );
          await run.until('nothing left', () => left(run, runtime).length === 0, 60);
        },
      );

    // Podman's containers outlive their clients, which srun kills.
    for (const [at, runtime] of present.filter((one) => one.startsWith('podman')).entries())
      firstOf(at, `cancelled, in ${runtime}: no rank goes on, on any node`, async ({ expect }) => {
        const run = await start(`cancelled-${runtime}`, runtime, nodesFor(runtime).join());
        await aStep(run);
        await cluster.run('scancel', [run.id]);
        expect(await run.ended()).toMatchObject({ JobState: 'CANCELLED' });
        await run.until('nothing left', () => left(run, runtime).length === 0, 60);
      });
  },
);
