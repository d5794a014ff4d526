import { directive, type ShellText } from '../../../src/emit/shell-text.ts';
import { nothingLeft } from '../../../src/model/nothing-left.ts';
import type { AskedMemory } from '../../../src/model/plan.ts';
import { runtimeOf } from '../../runtimes/index.ts';
import type { Asked } from '../scheduler.ts';

/** The job's `#SBATCH` lines. They are fixed at submission; Slurm expands nothing in them. */
export function directives(of: Asked): ShellText[] {
  const { workflow, resources, container, continue: goOn, queue, signal, lead, time, timeMin, ...rest } = of;
  nothingLeft(rest);
  // Ranks are not tasks of Slurm: crflow starts them in the one that there is.
  const { nodes, tasks, threads, ranks: _, gpus, gpusPerTask = null, mpi: __, memory, ...noMore } = resources;
  nothingLeft(noMore);
  const { account, qos, partition, reservation, constraint, array, options = [], ...more } = queue;
  nothingLeft(more);
  const asked: [string, (string | number | null)?][] = [
    ['--job-name', workflow],
    ['--array', array ?? null],
    ['--output', `${workflow}-${array === undefined ? '%j' : '%A_%a'}.log`],
    // Otherwise, a requeue would truncate the log of the attempts before.
    ['--open-mode', 'append'],
    ['--account', account],
    ['--qos', qos],
    ['--partition', partition],
    ['--reservation', reservation],
    ['--constraint', constraint],
    ['--nodes', nodes],
    ['--ntasks', tasks],
    ['--cpus-per-task', threads],
    ['--gpus-per-node', gpus],
    ['--gpus-per-task', gpusPerTask],
    ['--mem', askedOf(memory)],
    ['--time', minutes(time)],
    ['--time-min', timeMin && minutes(timeMin)],
    // B: only the batch shell gets the signal, and not the programs in it.
    ['--signal', `B:${signal}@${lead}`],
    // Also if another job continues the run, because a failing node gives no choice.
    [goOn === 'resume' ? '--no-requeue' : '--requeue'],
    ...(container === undefined ? [] : (runtimeOf(container.runtime).directives?.(container) ?? [])).map(
      ([option, value]): [string, string?] => [option, value],
    ),
    ...options.map(({ name, value }): [string, string?] =>
      value === null ? [`--${name}`] : [`--${name}`, value],
    ),
  ];
  return asked
    .filter(([, value]) => value !== null)
    .map(([option, value]) => directive(option, value ?? undefined));
}

/** Why it is asked for is for `crc plan` and people. */
function askedOf({ ask, by: _, beside: __, ...rest }: AskedMemory): string | null {
  nothingLeft(rest);
  return ask === null ? null : size(ask);
}

/** As sbatch takes a size: whole GiB or, rounded up, MiB. */
const size = (bytes: number) =>
  bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30}G` : `${Math.ceil(bytes / 2 ** 20)}M`;

/** Slurm's time limits are whole minutes; Slurm rounds up, and crc does so visibly. */
const minutes = (seconds: number) => Math.ceil(seconds / 60);
