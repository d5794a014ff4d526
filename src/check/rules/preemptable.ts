import type { Context } from '../context.ts';
import type { Blocks } from '../facts.ts';

/**
 * Does the site's profile say that nobody preempts this job? False where it says nothing about preemption, where it does not list what
 * the flow names, or where the flow names nothing and there is no default.
 */
export function isNeverPreempted({ schedule }: Blocks, { site }: Context): boolean {
  const { partitions, qos, slurm } = site;
  if (/\/none$/.test(slurm.preemptType ?? '')) return true;
  if (!partitions.some(({ preemptMode }) => preemptMode !== undefined) && !qos.some(isMarked)) return false;
  const { partition, qos: named } = schedule?.values ?? {};
  const jobs = [
    chosen(partitions, schedule?.given.has('partition') === true, partition?.value.split(',')),
    chosen(qos, schedule?.given.has('qos') === true, named && [named.value]),
  ];
  return jobs.every((all) => all !== undefined && !all.some(isPreempted));
}

type Queue = { readonly name: string; readonly default?: boolean; readonly preemptMode?: string } & {
  readonly preemptable?: boolean;
};

const isMarked = ({ preemptable }: Queue) => preemptable !== undefined;
const isPreempted = ({ preemptable, preemptMode = 'off' }: Queue) =>
  preemptable === true || preemptMode !== 'off';

/** Those that a job may be in; undefined if that is not known. */
function chosen(
  all: readonly Queue[],
  isGiven: boolean,
  names: readonly string[] | undefined,
): readonly Queue[] | undefined {
  if (all.length === 0) return isGiven && names === undefined ? undefined : [];
  if (isGiven) {
    const found = names?.map((name) => all.find((one) => one.name === name));
    return found?.every((one) => one !== undefined) ? found : undefined;
  }
  const byDefault = all.filter((one) => one.default === true);
  return byDefault.length > 0 ? byDefault : all;
}
