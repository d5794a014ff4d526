import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

const available = slurmAvailable();
const title = available.ok ? 'the test cluster' : `the test cluster (skipped: ${available.reason})`;

describe.skipIf(!available.ok)(title, () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster();
  }, 120_000);

  afterAll(async () => {
    await cluster?.stop();
  }, 120_000);

  function script(name: string, ...lines: string[]): string {
    const path = join(cluster.work, name);
    writeFileSync(
      path,
      `${['#!/bin/bash', `#SBATCH --output=${name}.log --open-mode=append`, ...lines].join('\n')}\n`,
    );
    return path;
  }

  const log = (name: string) => readFileSync(join(cluster.work, `${name}.log`), 'utf8');

  test('runs a job and reports its status', async () => {
    const path = script('seven', 'srun --overlap echo "$SLURM_JOB_ID $1 $MARK $(uname -n)"', 'exit 7');
    const id = await cluster.submit(path, {
      args: ['an argument'],
      env: { MARK: 'a mark' },
      sbatchArgs: ['--cpus-per-task=2'],
    });
    const job = await cluster.waitForJob(id, 'ended', 170);
    expect(job).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0', Partition: 'low', NumCPUs: '2' });
    expect(log('seven')).toMatch(new RegExp(`^${id} an argument a mark \\S+\n$`));
  });

  test('runs a job again that requeues itself', async () => {
    const path = script(
      'again',
      'echo "count ${SLURM_RESTART_COUNT:-0}"',
      '[[ ${SLURM_RESTART_COUNT:-0} -gt 0 ]] && exit 0',
      "trap '' TERM",
      'scontrol requeue "$SLURM_JOB_ID"',
      'sleep 60',
    );
    const id = await cluster.submit(path);
    const job = await cluster.waitForJob(id, 'ended', 170);
    expect(job).toMatchObject({ JobState: 'COMPLETED', Restarts: '1' });
    expect(log('again')).toMatch(/^count 0\n(.*\n)*count 1\n$/);
  });

  test('sends the signal asked for before the time limit', async () => {
    // Slurm looks every 30 s and sends at the first look within lead + 30 s of the limit: here 15 to 45 s after the
    // start, never before the trap is set.
    const path = script('signal', "trap 'echo USR1; exit 3' USR1", 'sleep 55 & wait');
    const id = await cluster.submit(path, { sbatchArgs: ['--time=1', '--signal=B:USR1@15'] });
    const job = await cluster.waitForJob(id, 'ended', 170);
    expect(job).toMatchObject({ JobState: 'FAILED', ExitCode: '3:0' });
    expect(log('signal')).toContain('USR1');
  });

  test('leaves nothing behind, not even a process that left its job', async () => {
    const other = await startCluster();
    try {
      const path = script('leaver', 'setsid sleep 600 & env -i sleep 601 & touch up; wait');
      const id = await other.submit(path, { cwd: other.work });
      await other.waitForJob(id, (job) => job.JobState === 'RUNNING', 170);
      await expect.poll(() => existsSync(join(other.work, 'up')), { timeout: 170_000 }).toBe(true);
      const before = await other.processes();
      for (const part of [
        'munged',
        'slurmctld',
        'slurmd -D -N n1',
        'slurmd -D -N n2',
        `slurmstepd: [${id}.batch]`,
        'sleep 600',
        'sleep 601',
      ]) {
        expect(before.map(({ command }) => command).join('\n')).toContain(part);
      }
      await other.stop();
      expect(before.filter(({ pid }) => isRunning(pid))).toEqual([]);
      expect(await cluster.processes()).not.toEqual([]);
      expect(existsSync(other.dir)).toBe(false);
    } finally {
      await other.stop();
    }
  });
});

/** A zombie does not count: whether pid 1 collects it is not ours to say. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
