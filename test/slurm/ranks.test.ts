import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, type TestContext, test, vi } from 'vitest';
import { standIn } from '../support/dmtcp.ts';
import { outcomesIn, processesIn } from '../support/run-folder.ts';
import { preempt, startRun } from '../support/run-on-slurm.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// Ranks of one program on two nodes: MPICH by PMI-2, where crflow writes the srun; Open MPI by PMIx, where `run` has it.
vi.setConfig({ maxConcurrency: 3 });

const slurm = slurmAvailable();
const source = join(import.meta.dirname, '../programs/mpi/steps.c');
const flow = (mpi: string, run: string, asks = 'ask_file = "STOP"') => `crflow 1
workflow count {
  application { run = "${run} 60 100000"  nodes = 2  tasks = 2  mpi = ${mpi} }
  checkpoint {
    engine = own  interval = 10min  lead = 2min
    files = ["save.txt"]  grows = ["steps.log"]  ${asks}  done_files = ["result.txt"]
  }
  schedule { time = 10min  total = 1h }
}
`;
const env = {
  CRFLOW_QUIET: '0',
  CRFLOW_STARTUP: '30',
  CRFLOW_PROVE: '0',
  CRFLOW_HEARTBEAT: '2',
};

/** Why a library's compiler cannot be used: what a test that is skipped for it says. */
const whyNot = (compiler: string) =>
  spawnSync(compiler, ['-fsyntax-only', source]).status === 0
    ? ''
    : ` (skipped: no ${compiler} that compiles MPI programs)`;

describe.skipIf(!slurm.ok)(`ranks over two nodes${slurm.ok ? '' : ` (skipped: ${slurm.reason})`}`, () => {
  let cluster: Cluster;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'crflow-ranks-'));
    cluster = await startCluster({ graceSeconds: 25, cpus: 2, nodes: 8 });
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true });
  });
  // Each test has a program of its own: one that runs cannot be written.
  const build = (compiler: string, name: string) => {
    const program = join(folder, `${name}.exe`);
    execFileSync(compiler, ['-o', program, source]);
    return program;
  };
  const start = (
    name: string,
    nodes: string,
    mpi: string,
    compiler: string,
    launcher = '',
    asks?: string,
    more: object = {},
  ) =>
    startRun(cluster, {
      dmtcp: standIn,
      folder: name,
      last: 0,
      flow: flow(mpi, `${launcher}${build(compiler, name)}`, asks),
      env: { ...env, ...more },
      sbatchArgs: ['-w', nodes],
      before: () => {},
    });

  for (const [library, compiler, mpi, nodes, urgent, launcher] of [
    ['MPICH', 'mpicc.mpich', 'pmi2', 'n1,n2', 'n2', ''],
    ['Open MPI', 'mpicc.openmpi', 'pmix', 'n3,n4', 'n4', 'srun \\"$CRFLOW_RANK\\" '],
  ] as const) {
    const reason = whyNot(compiler);
    (reason === '' ? test.concurrent : test.skip)(
      `${library}, preempted on one of its nodes: each step once, by both ranks${reason}`,
      async ({ expect }: TestContext) => {
        const run = await start(compiler, nodes, mpi, compiler, launcher);
        await run.until('a step', () => existsSync(join(run.folder, 'steps.log')), 60);
        await preempt(run, urgent);
        writeFileSync(join(run.folder, 'go'), '');
        expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });
        const outcomes = outcomesIn(run.entries());
        expect(outcomes, run.log(run.id)).toEqual(['saved', 'done']);
        expect(readFileSync(join(run.folder, 'steps.log'), 'utf8')).toBe(
          Array.from({ length: 60 }, (_, i) => `${i + 1} ${(i + 1) * 3}\n`).join(''),
        );
        expect(processesIn(run.folder)).toEqual([]);
      },
    );
  }

  const mpich = whyNot('mpicc.mpich');
  (mpich === '' ? test.concurrent : test.skip)(
    `ranks without a handler for the signal: it is not sent, though srun has one${mpich}`,
    async ({ expect }: TestContext) => {
      const asks = 'ask_signal = USR2  answer = continues';
      const run = await start('deaf', 'n7,n8', 'pmi2', 'mpicc.mpich', '', asks, {
        CRFLOW_INTERVAL: '3',
        CRFLOW_STARTUP: '2',
      });
      const words = 'no process of the application handles USR2, which would kill it';
      await run.until('a question', () => run.log(run.id).includes(words), 90);
      writeFileSync(join(run.folder, 'go'), '');
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });
      expect(outcomesIn(run.entries()), run.log(run.id)).toEqual(['done']);
      expect(processesIn(run.folder)).toEqual([]);
    },
  );
  (mpich === '' ? test.concurrent : test.skip)(
    `MPICH without PMI: it does not begin, where each rank would have run alone${mpich}`,
    async ({ expect }: TestContext) => {
      const run = await start('alone', 'n5,n6', 'no', 'mpicc.mpich');
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'FAILED', ExitCode: '70:0' });
      expect(run.log(run.id)).toContain(
        'is linked with MPICH, and srun does not tell its ranks of each other',
      );
      expect(existsSync(join(run.folder, 'steps.log'))).toBe(false);
    },
  );
});
