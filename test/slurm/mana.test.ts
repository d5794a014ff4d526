import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import { standIn } from '../support/dmtcp.ts';
import { manaBin, whyNoMana } from '../support/mana.ts';
import { compileRing, undisturbed, whyNoMpich } from '../support/mpich.ts';
import { processesIn } from '../support/run-folder.ts';
import { type RunOnSlurm, startRun, takeNode } from '../support/run-on-slurm.ts';
import { firstOf } from '../support/slow.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// Ranks of MPICH on two nodes, which the real MANA saves, on a real Slurm.
vi.setConfig({ testTimeout: 1_800_000, maxConcurrency: 2 });

const slurm = slurmAvailable();
const why = slurm.ok ? (whyNoMana ?? whyNoMpich) : slurm.reason;

const flow = (ranks: number) => `crflow 1
workflow count {
  application { run = "../ring 100 20000 hold"  nodes = 2  tasks = ${ranks}  memory = 20MiB }
  checkpoint {
    engine = mana // crc: allow CRF580 because this is a test
    interval = 10min  lead = 2min
  }
  schedule { time = 10min  total = 2h }
}
`;

describe.skipIf(why !== null)(`MANA on two nodes${why === null ? '' : ` (skipped: ${why})`}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ graceSeconds: 90, cpus: 4, nodes: 10 });
    compileRing(cluster.work);
  });
  afterAll(() => cluster?.stop());

  const start = (
    folder: string,
    ranks: number,
    nodes: string,
    options: { env?: object; sbatchArgs?: string[] } = {},
  ) =>
    startRun(cluster, {
      dmtcp: standIn,
      folder,
      last: 0,
      flow: flow(ranks),
      env: {
        PATH: `${manaBin}${delimiter}${process.env['PATH'] ?? ''}`,
        CRFLOW_PROVE: '5',
        CRFLOW_STARTUP: '300',
        ...options.env,
      },
      sbatchArgs: ['-w', nodes, ...(options.sbatchArgs ?? [])],
    });
  const letEnd = (run: RunOnSlurm) => writeFileSync(join(run.folder, 'go'), '');
  const events = (run: RunOnSlurm, wanted: string) => run.entries().filter(({ event }) => event === wanted);
  const asUndisturbed = (run: RunOnSlurm, ranks: number) => {
    // srun and slurmstepd write there as well.
    const output = run.output().replaceAll(/^(?:srun|slurmstepd-\w+): .*\n/gm, '');
    return output !== '' && output === undisturbed(cluster.work, ranks, output);
  };
  const ranksOf = (run: RunOnSlurm) =>
    processesIn(run.folder)
      .filter((line) => / \.\.\/ring | lower-half |ring$/.test(line))
      .map((line) => Number.parseInt(line, 10));

  // More than ten minutes each.
  for (const [at, ranks, nodes] of [
    [0, 2, 'n1,n2'],
    [1, 4, 'n5,n6'],
  ] as const)
    firstOf(at, `${ranks} ranks: three time limits, with a requeue each`, async ({ expect }) => {
      const run = await start(`limits-${ranks}`, ranks, nodes, {
        env: { CRFLOW_LEAD: '60', CRFLOW_INTERVAL: '30' },
        sbatchArgs: ['--time=2', '--signal=B:USR1@60'],
      });
      await run.until(
        'a fourth attempt',
        () => run.entries().some(({ attempt, event }) => attempt >= 4 && event === 'restored'),
        1100,
      );
      letEnd(run);
      expect(await run.ended(run.id, 400), run.log(run.id)).toMatchObject({
        JobState: 'FAILED',
        ExitCode: '7:0',
      });
      expect(asUndisturbed(run, ranks), run.output()).toBe(true);
      // A rank that MANA ends at the first checkpoint of all, before anything is sealed, makes the run begin anew.
      const anew = events(run, 'inner_ended').filter(({ outcome }) => outcome === 'anew');
      expect(events(run, 'launched'), run.log(run.id)).toHaveLength(1 + anew.length);
      expect(processesIn(run.state)).toEqual([]);
      expect(existsSync(join(run.state, 'generations/1'))).toBe(false);
      expect(readdirSync('/tmp').filter((name) => name.startsWith('crflow-') && name.endsWith('.4'))).toEqual(
        [],
      );
    });

  // Without the coordinator, nothing can be saved, and the ranks end; without srun, Slurm ends them.
  for (const [at, whose, pattern, nodes] of [
    [0, "MANA's coordinator", / --exit-on-last /, 'n7,n8'],
    [1, 'srun', /^\d+ srun .*\/rank /, 'n9,n10'],
  ] as const)
    firstOf(at, `kill -9 of ${whose}, then again after the restore`, async ({ expect }) => {
      const run = await start(`killed-${at}`, 4, nodes);
      await run.sealed(2);
      for (const times of [2, 3]) {
        const victims = processesIn(run.folder).filter((line) => pattern.test(line));
        expect(victims, processesIn(run.folder).join('\n')).not.toEqual([]);
        for (const line of victims) process.kill(Number.parseInt(line, 10), 'SIGKILL');
        await run.until(`restore ${times}`, () => events(run, 'restored').length >= times, 400);
        await run.sealed(times + 1);
      }
      letEnd(run);
      expect(await run.ended(run.id, 400), run.log(run.id)).toMatchObject({ ExitCode: '7:0' });
      expect(asUndisturbed(run, 4), run.output()).toBe(true);
      expect(processesIn(run.state)).toEqual([]);
    });

  test.concurrent('a preemption on one of its nodes, and then kill -9 of a restored rank', async ({
    expect,
  }) => {
    const run = await start('preempted', 2, 'n3,n4');
    await run.sealed(1);
    await run.until('restored', () => events(run, 'restored').length > 0, 400);
    await takeNode(run, 'n4');
    await run.until('a second attempt', () => run.entries().some(({ attempt }) => attempt === 2), 400);
    await run.until('restored again', () => events(run, 'restored').length > 1, 600);
    const [victim] = ranksOf(run);
    if (victim === undefined) throw new Error(`no rank in ${processesIn(run.folder).join('\n')}`);
    process.kill(victim, 'SIGKILL');
    await run.until('restored a third time', () => events(run, 'restored').length > 2, 600);
    letEnd(run);
    expect(await run.ended(run.id, 400), run.log(run.id)).toMatchObject({ ExitCode: '7:0' });
    expect(asUndisturbed(run, 2), run.output()).toBe(true);
    expect(processesIn(run.state)).toEqual([]);
  });
});
