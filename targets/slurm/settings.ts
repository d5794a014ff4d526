import { code, comment, number, type ShellText, word } from '../../src/emit/shell-text.ts';
import type { Plan } from '../../src/model/plan.ts';
import { stateFormat } from './runtime.ts';

/** Everything that a rehearsal or a test may want to be quicker: a default each, and what it means. */
export function settings(plan: Plan): ShellText[] {
  const { checkpoint, total } = plan;
  const all: [string, number, string][] = [
    ['INTERVAL', checkpoint.interval, 'from one checkpoint to the next'],
    ['LEAD', checkpoint.lead, 'how long before the time limit Slurm is asked to warn'],
    ['TOTAL', total, 'walltime of all attempts of a run together'],
    ['CHECKPOINT_LIMIT', checkpoint.limit, 'a checkpoint or a restore that takes longer is given up'],
    ['PATIENCE', 3, 'attempts (not seconds) without a new generation after which a run stops'],
    ['HEARTBEAT', 30, 'between two entries in the account of time used'],
    ['TICK', 1, 'between two looks at anything'],
    ['SLURM_LIMIT', 20, 'for an answer from Slurm'],
    ['REQUEUE_WAIT', 300, 'for Slurm to end an attempt that it has requeued'],
  ];
  return aligned(
    all.map(([name, value, says]) => [code`: "\${CRFLOW_${word(name)}:=${number(value)}}"`, says]),
  );
}

/** What is fixed for every attempt of a run. */
export function facts(plan: Plan): ShellText[] {
  const { checkpoint } = plan;
  return aligned([
    [code`readonly name=${word(plan.workflow)}`, 'of the workflow; runs are kept in STATE/NAME/RUN'],
    [code`readonly format=${number(stateFormat)}`, "of a run's folder"],
    [code`readonly keep=${number(checkpoint.keep)}`, 'sealed generations'],
    [
      code`readonly expect=${number(checkpoint.expect)}`,
      'bytes, the expected size of a first checkpoint; 0: not known',
    ],
    [code`readonly warning_signal=${word(checkpoint.signal)}`, "Slurm's warning before the time limit"],
    [code`readonly continue=${word(plan.continue)}`, 'after the time limit: requeue, or wait for resume'],
  ]);
}

/** Code with its comments in one column. */
export function aligned(lines: [ShellText, string][]): ShellText[] {
  const width = Math.max(...lines.map(([line]) => line.text.length));
  return lines.map(([line, says]) => code`${line}${spaces(width - line.text.length)} # ${comment(says)}`);
}

/** Layout: the one thing that is safe to build from a count. */
const spaces = (count: number): ShellText => comment(' '.repeat(count));
