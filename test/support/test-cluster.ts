import { slurmAvailable } from './slurm-available.ts';
import { type Cluster, type ClusterOptions, startCluster } from './slurm-cluster.ts';
import { SmallCluster, type SmallClusterOptions } from './small-cluster.ts';

/** A real Slurm, or the small scheduler: tests of jobs run on either. */
export type TestCluster = Cluster | SmallCluster;

/** CRFLOW_TEST_SCHEDULER=slurm: the tests whose subject is not Slurm itself run on a real one, too. */
const wantsSlurm = process.env['CRFLOW_TEST_SCHEDULER'] === 'slurm';

/** Why these tests cannot run here; null if they can. */
export function whyNoScheduler(): string | null {
  if (!wantsSlurm)
    return process.platform === 'linux' ? null : `a rehearsal needs Linux, this is ${process.platform}`;
  const slurm = slurmAvailable();
  return slurm.ok ? null : slurm.reason;
}

/** For the names of tests. */
export const scheduler = wantsSlurm ? 'Slurm' : 'the small scheduler';

/**
 * What jobs run on, if their subject is not Slurm itself: the small scheduler, at this pace, whose behaviour test/contract/scheduler.test.ts
 * holds against a real Slurm's.
 */
export async function startTestCluster(
  options: ClusterOptions & Pick<SmallClusterOptions, 'killWait'> = {},
  pace = 1,
): Promise<TestCluster> {
  if (wantsSlurm) return startCluster(options);
  const { nodes, cpus, graceSeconds, killWait } = options;
  return SmallCluster.start({
    pace,
    ...(nodes !== undefined && { nodes }),
    ...(cpus !== undefined && { cpus }),
    ...(killWait !== undefined && { killWait }),
    ...(graceSeconds !== undefined && { graceSeconds: graceSeconds * pace }),
  });
}
