import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { startRun } from '../support/run-on-slurm.ts';
import { startTestCluster, type TestCluster, whyNoScheduler } from '../support/test-cluster.ts';

// A run that leaves a node, and what the job that goes on with it asks for, on a real Slurm. The rest is in test/emitted/elsewhere.test.ts.
vi.setConfig({ maxConcurrency: 2 });

const why = whyNoScheduler();
const dmtcp = dmtcpUnderTest();

describe.skipIf(why !== null)(
  `another job goes on, with ${dmtcp.name}${why === null ? '' : ` (skipped: ${why})`}`,
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await startTestCluster({ nodes: 3, gres: { disk: 4 } });
    });
    afterAll(() => cluster?.stop());

    test.concurrent('where the second attempt finds a node without DMTCP: on another', async ({ expect }) => {
      const run = await startRun(cluster, {
        dmtcp,
        folder: 'no dmtcp',
        last: 20,
        held: true,
        sbatchArgs: ['-x', 'n3'],
        commands: {
          // Broken on the node that asks first, from the moment that there is a file `break`.
          dmtcp_launch: `if [[ -e $FOLDER/break ]]; then
  [[ -e $FOLDER/bad ]] || echo "$SLURMD_NODENAME" >"$FOLDER/bad"
  [[ $(<"$FOLDER/bad") != "$SLURMD_NODENAME" ]] || exit 127
fi
next "$@"`,
        },
      });
      await run.sealed(1);
      writeFileSync(join(run.folder, 'break'), '');
      await cluster.run('scontrol', ['requeue', run.id]);
      await run.until('another job', () => run.entries().some(({ event }) => event === 'resubmitted'));
      const resubmitted = run.entries().find(({ event }) => event === 'resubmitted');
      expect(resubmitted).toMatchObject({ reason: 'node' });
      const bad = readFileSync(join(run.folder, 'bad'), 'utf8').trim();
      const next = String(resubmitted?.['job']);
      run.letOn();
      const job = await run.ended(next);
      expect(job, run.log(next)).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0' });
      expect(job['NodeList']).toMatch(/^n[12]$/);
      expect(job['NodeList']).not.toBe(bad);
      expect(job['ExcNodeList']).toMatch(/^n\[[12],3\]$/);
      expect(run.output()).toBe(run.expected);
      expect(existsSync(join(run.state, 'avoid'))).toBe(false);
    });

    test.concurrent('it asks for what was given on the command line', async ({ expect }) => {
      const run = await startRun(cluster, {
        dmtcp,
        folder: 'asked for',
        last: 20,
        held: true,
        schedule: 'continue = resubmit',
        sbatchArgs: ['-w', 'n3', '--gres=disk:2', '--mem=77M', '--time=1', '--signal=B:USR1@25'],
        env: { CRFLOW_LEAD: '45' },
      });
      expect(await run.ended(), run.log(run.id)).toMatchObject({ ExitCode: '75:0' });
      const next = String(run.entries().findLast(({ event }) => event === 'resubmitted')?.['job']);
      expect(await cluster.job(next), run.log(run.id)).toMatchObject({
        ReqNodeList: 'n3',
        MinMemoryNode: '77M',
        TresPerNode: expect.stringMatching(/^gres[:/]disk:2$/),
      });
      run.letOn();
      await run.ended(next);
    });
  },
);
