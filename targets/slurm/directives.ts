import { directive, type ShellText } from '../../src/emit/shell-text.ts';
import type { Plan } from '../../src/model/plan.ts';
import { runtimeOf } from '../runtimes/index.ts';

/** The job's `#SBATCH` lines. Everything here is fixed at submission; Slurm expands nothing in it. */
export function directives(plan: Plan): ShellText[] {
  const { queue, checkpoint, attempt } = plan;
  const asked: [string, (string | number | null)?][] = [
    ['--job-name', plan.workflow],
    ['--array', queue.array ?? null],
    ['--output', `${plan.workflow}-${queue.array === undefined ? '%j' : '%A_%a'}.log`],
    // Without this a requeue truncates the log of the attempts before.
    ['--open-mode', 'append'],
    ['--account', queue.account],
    ['--qos', queue.qos],
    ['--partition', queue.partition],
    ['--reservation', queue.reservation],
    ['--constraint', queue.constraint],
    ['--nodes', 1],
    ['--ntasks', 1],
    ['--cpus-per-task', plan.threads],
    ['--mem', queue.mem && `${Math.ceil(queue.mem / 2 ** 20)}M`],
    ['--time', minutes(attempt.time)],
    ['--time-min', attempt.timeMin && minutes(attempt.timeMin)],
    // B: the batch shell alone is told; what runs in it is left in peace.
    ['--signal', `B:${checkpoint.signal}@${checkpoint.lead}`],
    // Also where another job goes on: a node that fails asks nobody.
    [plan.continue === 'resume' ? '--no-requeue' : '--requeue'],
    ...(plan.container === undefined
      ? []
      : (runtimeOf(plan.container.runtime).directives?.(plan.container) ?? [])
    ).map(([option, value]): [string, string?] => [option, value]),
    ...(queue.options ?? []).map(({ name, value }): [string, string?] =>
      value === null ? [`--${name}`] : [`--${name}`, value],
    ),
  ];
  return asked
    .filter(([, value]) => value !== null)
    .map(([option, value]) => directive(option, value ?? undefined));
}

/** Slurm's time limits are whole minutes; it rounds up, and so do we, in the open. */
const minutes = (seconds: number) => Math.ceil(seconds / 60);
