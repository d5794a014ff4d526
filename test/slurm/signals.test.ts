import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { processesIn } from '../support/run-folder.ts';
import { startRun, takeNode } from '../support/run-on-slurm.ts';
import { scheduler, startTestCluster, type TestCluster, whyNoScheduler } from '../support/test-cluster.ts';

// Why a job is told to go, and what it does then: each reason once.
// They mostly wait.
vi.setConfig({ maxConcurrency: 5 });

const why = whyNoScheduler();
const dmtcp = dmtcpUnderTest();
/** Or the first checkpoint is restored at once, and a signal may meet that. */
const unproven = { CRFLOW_PROVE: '0' };

describe.skipIf(why !== null)(
  `a signal, with ${dmtcp.name}, on ${scheduler}${why === null ? '' : ` (skipped: ${why})`}`,
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await startTestCluster({ graceSeconds: 20, cpus: 5, killWait: 30 });
    });
    afterAll(() => cluster?.stop());

    test.concurrent('of a preemption with grace: saved within the grace, requeued, carried to its end', async ({
      expect,
    }) => {
      const run = await startRun(cluster, {
        dmtcp,
        folder: 'preempted',
        last: 20,
        held: true,
        env: unproven,
        sbatchArgs: ['-w', 'n1'],
      });
      await run.sealed(1);
      await takeNode(run, 'n1');
      await run.until('requeued', () => run.entries().some(({ event }) => event === 'requeued'));
      run.letOn();
      const job = await run.ended();
      expect(job, run.log(run.id)).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0' });
      // Slurm 24.11 requeues it once more when it has ended; what is done is done then.
      expect(job.Restarts).toMatch(/^[12]$/);
      expect(run.entries().filter(({ event }) => event === 'restored')).toHaveLength(1);
      expect(run.output()).toBe(run.expected);
      const asked = run.entries().findIndex(({ event }) => event === 'asked');
      // A heartbeat that asks Slurm in that second may hear of it before the TERM does.
      expect(run.entries()[asked]).toMatchObject({
        signal: expect.stringMatching(/^(TERM|)$/),
        reason: 'preemption',
      });
      // Where a checkpoint was sealed just before, that one stands.
      expect(run.entries()[asked + 1]).toMatchObject({
        event: expect.stringMatching(/^(sealed|inner_ended)$/),
      });
      expect(run.entries().find(({ event }) => event === 'inner_ended')).toMatchObject({ outcome: 'saved' });
    });

    test.concurrent('of scancel: never comes back by itself; resumed by hand, it loses nothing', async ({
      expect,
    }) => {
      const sbatchArgs = ['-w', 'n2'];
      const run = await startRun(cluster, { dmtcp, folder: 'cancelled', last: 20, held: true, sbatchArgs });
      await run.sealed(1);
      await cluster.run('scancel', [run.id]);
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'CANCELLED', Restarts: '0' });
      await sleep(8000); // longer than a requeued job waits here
      expect((await cluster.job(run.id)).JobState).toBe('CANCELLED');
      expect(processesIn(run.state)).toEqual([]);
      expect((await run.verb('status')).stdout).toMatch(
        /stopped: status 77[\s\S]*to resume +sbatch count.sbatch resume/,
      );
      run.letOn();
      const again = await run.submit('resume', run.id);
      expect(await run.ended(again), run.log(again)).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0' });
      expect(run.output()).toBe(run.expected);
    });

    test.concurrent('of the owner: checkpoint, then stop, then resume', async ({ expect }) => {
      const env = { ...unproven, CRFLOW_INTERVAL: '600' };
      const run = await startRun(cluster, {
        dmtcp,
        folder: 'stopped',
        last: 20,
        held: true,
        env,
        sbatchArgs: ['-w', 'n2', '--comment', 'for Ann | 2'],
      });
      await run.until('launched', () => run.entries().some(({ event }) => event === 'launched'));
      expect((await run.verb('checkpoint')).stdout).toContain(`asked run ${run.name} for a checkpoint`);
      await run.sealed(1);
      expect((await run.verb('status')).stdout).toContain(`run ${run.name} of count: running, attempt 1`);
      const { stdout } = await cluster.run('scontrol', ['show', 'job', run.id]);
      expect(stdout).toMatch(/Comment=for Ann \| 2 \| crflow: attempt 1, \d+ % of total, /);
      expect((await run.verb('stop')).status).toBe(0);
      expect(await run.ended(), run.log(run.id)).toMatchObject({
        JobState: 'FAILED',
        ExitCode: '71:0',
        Restarts: '0',
      });
      expect(run.entries().find(({ event }) => event === 'inner_ended')).toMatchObject({ outcome: 'saved' });
      expect(await run.verb('checkpoint')).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('is not running'),
      });
      run.letOn();
      const again = await run.submit('resume', run.id);
      expect(await run.ended(again), run.log(again)).toMatchObject({ ExitCode: '7:0' });
      expect(run.output()).toBe(run.expected);
    });

    test.concurrent('of a time limit, where requeue is refused: another job goes on', async ({ expect }) => {
      const sbatchArgs = ['-w', 'n2', '--no-requeue', '--time=1', '--signal=B:USR1@25'];
      const run = await startRun(cluster, {
        dmtcp,
        folder: 'no requeue',
        last: 20,
        held: true,
        sbatchArgs,
        env: { CRFLOW_LEAD: '45', SBATCH_SIGNAL: 'B:USR1@25' },
      });
      expect(await run.ended(), run.log(run.id)).toMatchObject({ ExitCode: '75:0', Restarts: '0' });
      run.letOn();
      let job = '';
      for (let links = 0; links < 6; links++) {
        const next = run
          .entries()
          .filter(({ event }) => event === 'resubmitted')
          .at(-1)?.['job'];
        if (next === undefined || next === job) break;
        job = String(next);
        await run.ended(job);
      }
      expect(await cluster.job(job), run.log(job)).toMatchObject({ ExitCode: '7:0' });
      expect(run.output()).toBe(run.expected);
    });

    test.concurrent('of a time limit, to a task of an array: it alone goes on, as another job', async ({
      expect,
    }) => {
      const run = await startRun(cluster, {
        dmtcp,
        folder: 'array',
        last: 20,
        held: true,
        schedule: 'array = "0-1"  continue = resubmit',
        task: '1',
        // Not where the preemption strikes: from 24.11 on, a job that exits in a grace is PREEMPTED 0:0, whatever its status.
        sbatchArgs: ['-w', 'n2', '--time=1', '--signal=B:USR1@25'],
        env: { CRFLOW_LEAD: '45', SBATCH_SIGNAL: 'B:USR1@25' },
      });
      expect(await run.ended(), run.log(run.id)).toMatchObject({ ExitCode: '75:0' });
      run.letOn();
      const next = String(run.entries().findLast(({ event }) => event === 'resubmitted')?.['job']);
      const job = await run.ended(`${next}_1`);
      expect(job, run.log(`${next}_1`)).toMatchObject({ ArrayTaskId: '1' });
      await expect(cluster.job(`${next}_0`)).rejects.toThrow();
      // Its owner is told how to go on with one task, and a job of another does nothing with it.
      const wrong = await cluster.submit('count.sbatch', {
        cwd: run.folder,
        sbatchArgs: ['--array=0'],
        args: ['resume', run.id],
      });
      expect(await run.ended(`${wrong}_0`)).toMatchObject({ ExitCode: '70:0' });
      expect(run.log(`${wrong}_0`)).toContain(`sbatch --array=1 count.sbatch resume ${run.name}`);
    });
  },
);
