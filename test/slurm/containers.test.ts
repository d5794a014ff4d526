import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import type { RuntimeName } from '../../src/model/container.ts';
import { kill, preempt, scontrol } from '../matrix/strikes.ts';
import {
  containersIn,
  containersOf,
  removeContainers,
  runtimes,
  type TestContainer,
} from '../support/containers.ts';
import { type Dmtcp, dmtcpImplementations, dmtcpUnderTest } from '../support/dmtcp.ts';
import { processesIn } from '../support/run-folder.ts';
import { type RunOnSlurm, startRun } from '../support/run-on-slurm.ts';
import { firstOf, slowTest } from '../support/slow.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';
import { startTestCluster, type TestCluster, whyNoScheduler } from '../support/test-cluster.ts';

// The same promises as on the host, in each runtime that is here. All faults at all moments: `npm run matrix`.
// They mostly wait.
vi.setConfig({ maxConcurrency: 5 });

const slurm = slurmAvailable();
const why = whyNoScheduler();
const present = runtimes.filter(({ why }) => why === null).map(({ runtime }) => runtime);
const best = dmtcpUnderTest();
const cells = present.flatMap((runtime) =>
  (runtime === 'podman' ? dmtcpImplementations : [best]).map((dmtcp) => ({
    runtime,
    dmtcp,
    name: dmtcp.name,
  })),
);
/** What is shown in one runtime takes them by turns. */
const turn = (at: number): RuntimeName => present[at % present.length] ?? 'podman';

// In others all of it is in the job's own tree of processes.
const podman = present.find((runtime) => runtime === 'podman') ?? present.find((one) => one === 'podman-hpc');

for (const { runtime, why: lacks } of runtimes)
  test.skipIf(lacks !== null)(
    `there is ${runtime} to run in${lacks ? ` (skipped: ${lacks})` : ''}`,
    ({ expect }) => {
      expect(present).toContain(runtime);
    },
  );

describe.skipIf(why !== null || cells.length === 0)(
  `a program in a container${why === null ? '' : ` (skipped: ${why})`}`,

  () => {
    let cluster: TestCluster;
    /** For containers that outlive their job: the small scheduler ends them. */
    let real: Cluster | undefined;
    let folder: string;
    let containers: readonly TestContainer[] = [];
    beforeAll(async () => {
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-images-')));
      containers = containersIn(folder);
      // At the pace of a real one: a checkpoint in a container takes seconds, and an attempt has to have time for it.
      cluster = await startTestCluster({ cpus: 16 });
      if (podman !== undefined && slurm.ok) real = await startCluster({ cpus: 16 });
    });
    afterAll(async () => {
      await cluster?.stop();
      await real?.stop();
      removeContainers(folder);
    });

    const containerOf = (runtime: RuntimeName) => {
      const container = containers.find((one) => one.runtime === runtime);
      if (container === undefined) throw new Error(`no ${runtime}`);
      return container;
    };
    /** One node is for the test that takes a node for itself. */
    const start = (
      name: string,
      runtime: RuntimeName,
      dmtcp: Dmtcp,
      options: Partial<Parameters<typeof startRun>[1]> = {},
      on = cluster,
    ) =>
      startRun(on, {
        dmtcp,
        folder: `${name} ${runtime} ${dmtcp.real ? 'real' : 'stand-in'}`,
        last: 40,
        container: containerOf(runtime),
        ...options,
        sbatchArgs: ['-w', 'n1', ...(options.sbatchArgs ?? [])],
      });
    /** One that waits half way until it is let on. */
    const startHeld = (
      name: string,
      runtime: RuntimeName,
      options: Partial<Parameters<typeof startRun>[1]> = {},
      on = cluster,
    ) =>
      start(
        name,
        runtime,
        best,
        {
          last: 20,
          held: true,
          ...options,
          env: { CRFLOW_PROVE: '0', CRFLOW_INTERVAL: '4', ...options.env },
        },
        on,
      );
    const left = (run: RunOnSlurm, runtime: RuntimeName) => [
      ...processesIn(run.folder),
      ...containersOf(containerOf(runtime), run.state),
    ];
    const resume = (run: RunOnSlurm) => run.submit('resume', run.id);
    const count = (run: RunOnSlurm, wanted: string) =>
      run.entries().filter(({ event }) => event === wanted).length;

    test.concurrent.for(
      present,
    )('what is written into the image is refused, and what is written into /tmp is there, in %s', async (runtime, {
      expect,
    }) => {
      const kept = '/tmp/crflow-kept-$SLURM_JOB_ID';
      const run = await start('writes', runtime, best, {
        run: `echo x >${kept}; cat ${kept}; mkdir /crflow-lost`,
        env: { CRFLOW_PROVE: '0' },
      });
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'FAILED', ExitCode: '1:0' });
      const [first = '', second = ''] = run.output().split('\n');
      expect(first).toBe('x');
      expect(second).toContain('Read-only file system');
      const path = kept.replace('$SLURM_JOB_ID', run.id);
      expect(readFileSync(path, 'utf8')).toBe('x\n');
      rmSync(path);
    });

    // A preemption below does the same, without the minutes of a time limit.
    for (const { runtime, dmtcp, name } of cells)
      slowTest(`outlives its time limit, in ${runtime} with ${name}`, async ({ expect }) => {
        const run = await start('limit', runtime, dmtcp, {
          last: 90,
          env: { CRFLOW_LEAD: cluster.seconds(45) },
          sbatchArgs: ['--time=1', '--signal=B:USR1@25'],
        });
        const job = await run.ended(run.id, 580);
        expect(job, run.log(run.id)).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0' });
        expect(Number(job.Restarts), run.log(run.id)).toBeGreaterThanOrEqual(2);
        expect(run.output()).toBe(run.expected);
        expect(processesIn(run.state)).toEqual([]);
        expect(count(run, 'launched')).toBe(1);
      });

    test.concurrent.for(
      cells,
    )('kill -9 of the runtime: nothing of it is left, and it is restored, in $runtime with $name', async ({
      runtime,
      dmtcp,
    }, { expect }) => {
      const run = await start('killed', runtime, dmtcp, {
        last: 20,
        held: true,
        env: { CRFLOW_PROVE: '0' },
      });
      await run.sealed(1);
      kill(run, 'runtime');
      await run.until('restored', () => count(run, 'restored') > 0);
      run.letOn();
      // Two computations would write to one output; and nothing but one is left when it ends.
      const job = await run.ended();
      expect(job, run.log(run.id)).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0', Restarts: '0' });
      expect(run.output()).toBe(run.expected);
      expect(processesIn(run.state)).toEqual([]);
      expect(count(run, 'started')).toBe(1);
    });

    test.concurrent(`a preemption with grace, in ${turn(0)}: saved in the grace, and gone on with`, async ({
      expect,
    }) => {
      const run = await startHeld('preempted', turn(0), { sbatchArgs: ['-w', 'n2'] });
      await run.sealed(1);
      await preempt(run);
      await run.until('restored', () => count(run, 'restored') > 0);
      run.letOn();
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0' });
      expect(run.output()).toBe(run.expected);
      expect(run.entries()).toContainEqual(
        expect.objectContaining({ event: 'requeued', reason: 'preemption' }),
      );
      expect(left(run, turn(0))).toEqual([]);
    });

    test.concurrent(`kill -9 of the outer half alone, in ${turn(1)}: nothing is lost, nothing runs twice`, async ({
      expect,
    }) => {
      const run = await startHeld('outer', turn(1));
      await run.sealed(1);
      kill(run, 'outer half');
      expect(await run.ended()).toMatchObject({ JobState: 'FAILED', ExitCode: '0:9' });
      const job = await resume(run);
      await run.until('restored', () => count(run, 'restored') > 0);
      run.letOn();
      expect(await run.ended(job), run.log(job)).toMatchObject({ ExitCode: '7:0' });
      expect(run.output()).toBe(run.expected);
      expect(count(run, 'launched')).toBe(1);
      expect(left(run, turn(1))).toEqual([]);
    });

    test.concurrent(`scancel, in ${turn(2)}: all of it ends, it does not come back, and can be resumed`, async ({
      expect,
    }) => {
      const run = await startHeld('cancelled', turn(2));
      await run.sealed(1);
      await cluster.run('scancel', [run.id]);
      expect(await run.ended()).toMatchObject({ JobState: 'CANCELLED' });
      await run.until('nothing left', () => left(run, turn(2)).length === 0);
      const job = await resume(run);
      run.letOn();
      expect(await run.ended(job), run.log(job)).toMatchObject({ ExitCode: '7:0' });
      expect(run.output()).toBe(run.expected);
      expect(count(run, 'launched')).toBe(1);
      expect(left(run, turn(2))).toEqual([]);
    });

    for (const [at, runtime] of present.entries())
      firstOf(
        at,
        `an image that was built again meanwhile, in ${runtime}: the run goes on in the one that it began in`,
        async ({ expect }) => {
          const { container, rebuild } = containerOf(runtime).exchangeable();
          const run = await startHeld('rebuilt', runtime, { container });
          await run.sealed(1);
          rebuild();
          // In the same attempt, and in the next one.
          kill(run, 'runtime');
          await run.until('restored', () => count(run, 'restored') > 0);
          await scontrol(run, 'requeue', run.id);
          await run.until('restored again', () => count(run, 'restored') > 1);
          run.letOn();
          expect(await run.ended(), run.log(run.id)).toMatchObject({ ExitCode: '7:0' });
          expect(run.output()).toBe(run.expected);
          expect(count(run, 'launched')).toBe(1);
          expect(run.log(run.id)).toContain(
            'means another image by now: this run continues in the one that it began in',
          );
        },
      );

    test.concurrent(`an image that is gone, in ${turn(3)}: 70, until it is put back`, async ({ expect }) => {
      const { container, replace, putBack } = containerOf(turn(3)).exchangeable();
      const run = await startHeld('replaced', turn(3), { container });
      await run.sealed(1);
      replace();
      await scontrol(run, 'requeue', run.id);
      expect(await run.ended(), run.log(run.id)).toMatchObject({ ExitCode: '70:0' });
      const [, began, is] =
        /it began in (\S+), and \S+ is now (\S+)\. Put that image back/.exec(run.log(run.id)) ?? [];
      expect(began).toBeDefined();
      expect(is).not.toBe(began);
      putBack();
      const job = await resume(run);
      run.letOn();
      expect(await run.ended(job), run.log(job)).toMatchObject({ ExitCode: '7:0' });
      expect(run.output()).toBe(run.expected);
      expect(count(run, 'launched')).toBe(1);
    });

    test
      .skipIf(podman === undefined || !slurm.ok)
      .concurrent(
        'a container that outlived its job and all that looked after it: the next attempt ends it',
        async ({ expect }) => {
          const run = await startHeld(
            'orphan',
            podman ?? 'podman',
            { env: { CRFLOW_HEARTBEAT: '600' } },
            real,
          );
          await run.sealed(1);
          kill(run, 'all that looks after a container');
          await run.cluster.run('scancel', [run.id]);
          await run.ended();
          await run.sealed(2); // it goes on
          const job = await resume(run);
          await run.until('restored', () => count(run, 'restored') > 0);
          expect(containersOf(containerOf(podman ?? 'podman'), run.state)).toHaveLength(1);
          run.letOn();
          expect(await run.ended(job), run.log(job)).toMatchObject({ ExitCode: '7:0' });
          expect(run.output()).toBe(run.expected);
          expect(count(run, 'launched')).toBe(1);
          expect(left(run, podman ?? 'podman')).toEqual([]);
        },
      );

    test
      .skipIf(podman === undefined || !slurm.ok)
      .concurrent('the same where nobody comes again: it saves, and ends itself', async ({ expect }) => {
        const run = await startHeld(
          'alone',
          podman ?? 'podman',
          {
            env: { CRFLOW_HEARTBEAT: '2', CRFLOW_SLURM_LIMIT: '3' },
          },
          real,
        );
        await run.sealed(1);
        kill(run, 'all that looks after a container');
        await run.cluster.run('scancel', [run.id]);
        await run.until('nothing left', () => left(run, podman ?? 'podman').length === 0);
        const job = await resume(run);
        run.letOn();
        expect(await run.ended(job), run.log(job)).toMatchObject({ ExitCode: '7:0' });
        expect(run.output()).toBe(run.expected);
        expect(count(run, 'launched')).toBe(1);
      });
  },
);
