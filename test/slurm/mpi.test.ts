import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import { dmtcpUnderTest, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { compileRing, undisturbed, whyNoMpich } from '../support/mpich.ts';
import { processesIn } from '../support/run-folder.ts';
import { type RunOnSlurm, startRun, takeNode } from '../support/run-on-slurm.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// Ranks of MPICH that DMTCP saves, on a real Slurm: what happens to jobs happens to them.
vi.setConfig({ testTimeout: 600_000, maxConcurrency: 3 });

const slurm = slurmAvailable();
const dmtcp = dmtcpUnderTest();
const why = slurm.ok ? (whyNoRealDmtcp ?? whyNoMpich) : slurm.reason;

const flow = (ranks: number, schedule = '') => `crflow 1
workflow count {
  application { run = "../ring 100 20000 hold"  tasks = ${ranks}  memory = 20MiB }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 10min  total = 2h  ${schedule} }
}
`;

/** The processes of a run by a pattern; a restored one has a name like DMTCP:ring, and no command line. */
const named = (run: RunOnSlurm, pattern: RegExp) =>
  processesIn(run.folder)
    .filter((line) => pattern.test(line))
    .map((line) => Number.parseInt(line, 10));

describe.skipIf(why !== null)(
  `ranks of MPICH, with ${dmtcp.name}${why === null ? '' : ` (skipped: ${why})`}`,
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster({ graceSeconds: 60, cpus: 8 });
      compileRing(cluster.work);
    });
    afterAll(() => cluster?.stop());

    const start = (
      folder: string,
      ranks: number,
      options: { env?: object; sbatchArgs?: string[]; schedule?: string } = {},
    ) =>
      startRun(cluster, {
        dmtcp,
        folder,
        last: 0,
        flow: flow(ranks, options.schedule),
        env: { CRFLOW_PROVE: '5', CRFLOW_LOOK_AGAIN: '3', ...options.env },
        sbatchArgs: options.sbatchArgs ?? [],
      });
    const letEnd = (run: RunOnSlurm) => writeFileSync(join(run.folder, 'go'), '');
    const events = (run: RunOnSlurm, wanted: string) => run.entries().filter(({ event }) => event === wanted);
    const asUndisturbed = (run: RunOnSlurm, ranks: number) => {
      const output = run.output();
      return output !== '' && output === undisturbed(cluster.work, ranks, output);
    };

    test.concurrent.for([2, 4])('%i: three time limits', async (ranks, { expect }) => {
      const run = await start(`limits-${ranks}`, ranks, {
        env: { CRFLOW_LEAD: '60', CRFLOW_INTERVAL: '30' },
        sbatchArgs: ['--time=2', '--signal=B:USR1@60'],
      });
      await run.until(
        'a fourth attempt',
        () => run.entries().some(({ attempt, event }) => attempt === 4 && event === 'restored'),
        540,
      );
      letEnd(run);
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0' });
      expect(asUndisturbed(run, ranks)).toBe(true);
      expect(events(run, 'launched')).toHaveLength(1);
      expect(processesIn(run.state)).toEqual([]);
    });

    test.concurrent('a preemption with grace', async ({ expect }) => {
      const run = await start('preempted', 2, { sbatchArgs: ['-w', 'n1'], env: { CRFLOW_PROVE: '0' } });
      await run.sealed(1);
      await takeNode(run, 'n1');
      await run.until('requeued', () => events(run, 'requeued').length > 0);
      await run.until('restored', () => events(run, 'restored').length > 0);
      letEnd(run);
      expect(await run.ended(), run.log(run.id)).toMatchObject({ ExitCode: '7:0' });
      expect(asUndisturbed(run, 2)).toBe(true);
    });

    test.concurrent('kill -9 of the coordinator, then again after the restore', async ({ expect }) => {
      const run = await start('coordinator', 2);
      await run.sealed(2);
      for (const times of [2, 3]) {
        for (const pid of named(run, / --exit-on-last /)) process.kill(pid, 'SIGKILL');
        await run.until(`restore ${times}`, () => events(run, 'restored').length >= times);
        await run.sealed(times + 1);
      }
      letEnd(run);
      expect(await run.ended(), run.log(run.id)).toMatchObject({ ExitCode: '7:0' });
      expect(asUndisturbed(run, 2)).toBe(true);
    });

    test.concurrent('kill -9 of a restored rank, which mpiexec does not notice: restored, and carried to its end', async ({
      expect,
    }) => {
      const run = await start('killed-rank', 2);
      await run.sealed(2);
      const [victim] = named(run, / DMTCP:ring$/);
      if (victim === undefined) throw new Error(`no rank in ${processesIn(run.folder).join('\n')}`);
      process.kill(victim, 'SIGKILL');
      await run.until('lost', () => events(run, 'inner_ended').some(({ outcome }) => outcome === 'lost'));
      await run.until('restored', () => events(run, 'restored').length > 1);
      letEnd(run);
      expect(await run.ended(), run.log(run.id)).toMatchObject({ ExitCode: '7:0' });
      expect(run.log(run.id)).toContain('was killed or failed, and the others wait for it');
      expect(asUndisturbed(run, 2)).toBe(true);
      expect(processesIn(run.state)).toEqual([]);
    });

    // What DMTCP did not do is the program's own end.
    test.concurrent('kill -9 of mpiexec: ended with 137, nothing left; resumed, it is carried to its end', async ({
      expect,
    }) => {
      const run = await start('killed-mpiexec', 2, { env: { CRFLOW_CLEAN: '0' } });
      await run.sealed(2);
      const [victim] = named(run, / DMTCP:mpiexec/);
      if (victim === undefined) throw new Error(`no mpiexec in ${processesIn(run.folder).join('\n')}`);
      process.kill(victim, 'SIGKILL');
      expect(await run.ended(), run.log(run.id)).toMatchObject({ ExitCode: '137:0' });
      expect(processesIn(run.state)).toEqual([]);
      letEnd(run);
      const again = await run.submit(
        'resume',
        run.name,
        String(events(run, 'sealed').at(-1)?.['generation']),
      );
      expect(await run.ended(again), run.log(again)).toMatchObject({ ExitCode: '7:0' });
      expect(asUndisturbed(run, 2)).toBe(true);
    });

    test.concurrent('three tasks of an array on one node do not interfere', async ({ expect }) => {
      const folder = 'array';
      const run = await startRun(cluster, {
        dmtcp,
        folder,
        last: 0,
        flow: flow(2, 'array = "0-2"').replace('hold"', 'hold  # $SLURM_ARRAY_TASK_ID"'),
        env: { CRFLOW_PROVE: '5', CRFLOW_LOOK_AGAIN: '3' },
        sbatchArgs: ['-w', 'n2'],
        task: '1',
      });
      await run.sealed(2);
      letEnd(run);
      const [job] = run.id.split('_');
      for (const task of [0, 1, 2]) {
        expect(await run.ended(`${job}_${task}`), run.log(`${job}_${task}`)).toMatchObject({
          ExitCode: '7:0',
        });
        const output = readFileSync(join(run.folder, `count-${job}_${task}.${cluster.name}.out`), 'utf8');
        expect(output).toBe(undisturbed(cluster.work, 2, output));
      }
    });
  },
);
