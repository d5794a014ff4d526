import type { JobRecord, Settings } from './records.ts';
import type { Partition } from './scheduler.ts';
import type { Dependency } from './spec.ts';

/** How many processors a job takes. */
export function cpusOf({ spec }: JobRecord, settings: Settings): number {
  return spec.exclusive ? settings.cpus : Math.max(1, (spec.tasks ?? 1) * (spec.cpusPerTask ?? 1));
}

/** The partition of a job; a scheduler without partitions of its own takes any name for its only one. */
export function partitionOf(
  { spec }: Pick<JobRecord, 'spec'>,
  { partitions }: Settings,
): Partition | undefined {
  if (spec.partition === undefined) return partitions[0];
  return partitions.find(({ name }) => name === spec.partition || name === '');
}

/** Where a pending job can start, or whom it may preempt for that. */
export interface Place {
  readonly node?: string;
  readonly preempts: readonly JobRecord[];
}

/** Finds a node for a job: a free one, or one whose jobs of a lower tier it may preempt. */
export function placeFor(
  job: JobRecord,
  running: readonly JobRecord[],
  nodes: readonly string[],
  settings: Settings,
): Place {
  const needed = cpusOf(job, settings);
  const allowed = nodes.filter(
    (node) => !job.spec.exclude.includes(node) && (job.nodeList.length === 0 || job.nodeList.includes(node)),
  );
  const there = (node: string) => running.filter((other) => other.node === node);
  const used = (jobs: readonly JobRecord[]) => jobs.reduce((sum, other) => sum + cpusOf(other, settings), 0);
  const free = allowed.find((node) => used(there(node)) + needed <= settings.cpus);
  if (free !== undefined) return { node: free, preempts: [] };
  const tier = partitionOf(job, settings)?.tier ?? 0;
  for (const node of allowed) {
    const jobs = there(node);
    const weaker = jobs.filter((other) => {
      const partition = partitionOf(other, settings);
      return partition !== undefined && partition.tier < tier && partition.preemptMode !== 'OFF';
    });
    const preempts: JobRecord[] = [];
    for (const other of weaker) {
      if (used(jobs.filter((one) => !preempts.includes(one))) + needed <= settings.cpus) break;
      preempts.push(other);
    }
    if (used(jobs.filter((one) => !preempts.includes(one))) + needed <= settings.cpus) return { preempts };
  }
  return { preempts: [] };
}

/** Can a job that depends on others start: yes, not yet, or never? Jobs that are not known count as over. */
export function dependencyOf(
  dependencies: readonly Dependency[],
  find: (id: string) => readonly JobRecord[],
): 'met' | 'unmet' | 'never' {
  let answer: 'met' | 'unmet' = 'met';
  for (const { kind, job } of dependencies) {
    const others = find(job);
    const over = others.every(({ phase }) => phase === 'over');
    const wellDone = others.every(({ ending }) => ending === 'COMPLETED');
    const met =
      kind === 'after'
        ? others.every(({ phase, restarts }) => phase !== 'pending' || restarts > 0)
        : over && (kind === 'afterany' || (kind === 'afterok') === wellDone);
    if (met) continue;
    if (over) return 'never';
    answer = 'unmet';
  }
  return answer;
}

/** Is another task of its array to end first? */
export function isThrottled({ array }: JobRecord, running: readonly JobRecord[]): boolean {
  if (array?.atOnce === undefined) return false;
  return running.filter((other) => other.array?.job === array.job).length >= array.atOnce;
}
