import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';
import { dmtcpEnvironment, dmtcpImplementations, dmtcpUnderTest, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { exists, filesUnder, journal, processesIn } from '../support/run-folder.ts';
import { slurmAvailable, startCluster } from '../support/slurm-cluster.ts';
import { SmallCluster } from '../support/small-cluster.ts';
import type { TestCluster } from '../support/test-cluster.ts';

// The main thing: a program that needs three attempts and more gets them, and nobody can tell from its output.
const last = 90;
const count = join(import.meta.dirname, '../programs/count-alone.sh');
// The same bytes as a user's script; only quicker. The clock warns 45 s before a limit of 60 s, if Slurm does not. Slurm does so 5 to
// 35 s after a start: with a longer lead it might before bash has read the script, as with no flow that compiles.
const quicker = (cluster: TestCluster) => ({
  CRFLOW_LEAD: cluster.seconds(45),
  CRFLOW_PROVE: cluster.seconds(2),
  CRFLOW_INTERVAL: cluster.seconds(6),
  CRFLOW_HEARTBEAT: cluster.seconds(5),
  CRFLOW_SUSPECT: '0', // or the end, which is soon after some restore, would have to come twice
});
const sbatchArgs = ['--time=1', '--signal=B:USR1@25'];

const flow = (step: number) => `crflow 1

workflow count {
  application { run = "bash '${count}' ${last} ${step} 7" }
  checkpoint { interval = 10min   lead = 2min }
  schedule { time = 10min   total = 1h }
}
`;

const slurm = slurmAvailable();

test.skipIf(whyNoRealDmtcp !== null)(
  `there is a real DMTCP to run it with${whyNoRealDmtcp ? ` (skipped: ${whyNoRealDmtcp})` : ''}`,
  () => {
    expect(dmtcpImplementations.some(({ real }) => real)).toBe(true);
  },
);

// On the small scheduler, a minute takes 20 s.
describe.each([
  {
    where: 'Slurm',
    why: slurm.ok ? '' : slurm.reason,
    start: startCluster,
    implementations: [dmtcpUnderTest()],
  },
  {
    where: 'the small scheduler',
    why: '',
    start: () => SmallCluster.start({ pace: 1 / 3 }),
    implementations: dmtcpImplementations,
  },
])('a program that outlives its time limit, on $where', ({ why, start, implementations }) => {
  describe.skipIf(why !== '')(why === '' ? 'here' : `(skipped: ${why})`, () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await start();
    });
    afterAll(() => cluster?.stop());

    test.concurrent.for(implementations)('is carried to its end, with $name', async (dmtcp, { expect }) => {
      // Every path of the run goes through this name, DMTCP's included. No backslash: Slurm's own log has none.
      const folder = join(cluster.work, `it's "${dmtcp.name}" $HOME * é`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'count.crflow'), flow(0.5 * cluster.pace));
      const compiled = crc(['compile', '--no-verify', 'count.crflow'], { cwd: folder });
      expect(compiled).toMatchObject({ status: 0, stderr: expect.not.stringContaining('error') });

      const { PATH = '', DMTCP_STANDIN_NODE = '' } = dmtcpEnvironment(dmtcp);
      const env = { ...quicker(cluster), PATH, DMTCP_STANDIN_NODE };
      const id = await cluster.submit('count.sbatch', { cwd: folder, env, sbatchArgs });
      const job = await cluster.waitForJob(id, 'ended', 580);
      const log = readFileSync(join(folder, `count-${id}.log`), 'utf8');

      // As seen from outside: Slurm's word, the output, what is left.
      expect(job, log).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0' });
      expect(Number(job.Restarts), log).toBeGreaterThanOrEqual(2);
      const numbers = Array.from({ length: last }, (_, i) => `${i + 1}\n`).join('');
      expect(readFileSync(join(folder, `count-${id}.${cluster.name}.out`), 'utf8')).toBe(numbers);
      const run = join(folder, 'crflow-state/count', `${id}.${cluster.name}`);
      expect(filesUnder(run).filter((path) => path.endsWith('.temp') || path.includes('.partial'))).toEqual(
        [],
      );
      expect(processesIn(run)).toEqual([]);
      expect(
        filesUnder(join(run, 'generations')).filter((path) => /^\d+$/.test(path)).length,
      ).toBeLessThanOrEqual(2);
      expect(exists(join(run, 'status'))).toBe(true);

      // And as it tells the story itself.
      const entries = journal(run);
      const restored = entries.filter(({ event }) => event === 'restored');
      const times = (attempt: number) => restored.filter((entry) => entry.attempt === attempt).length;
      const others = Array.from({ length: Number(job.Restarts) }, (_, i) => times(i + 2));
      expect(others, log).toEqual(others.map(() => 1));
      // In the first for a proof; if the warning came while that was made, on a slow machine, it may have been given up.
      const toldEarly =
        entries.findIndex(({ event }) => /^(asked|requeued)$/.test(event)) <
        entries.findIndex(({ event }) => event === 'restored');
      expect(times(1), log).toBeLessThanOrEqual(1);
      if (!toldEarly) expect(times(1), log).toBe(1);
      expect(entries.filter(({ event }) => event === 'launched')).toHaveLength(1);
      expect(entries.at(-1)).toMatchObject({ event: 'left', status: 7, whose: 'application' });
      const status = await cluster.run('bash', ['count.sbatch', 'status'], { cwd: folder });
      expect(status.stdout).toContain(`run ${id}.${cluster.name} of count: done, with status 7`);
    });
  });
});
