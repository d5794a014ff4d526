import { aligned } from '../../src/emit/aligned.ts';
import { code, number, type ShellText, word, words } from '../../src/emit/shell-text.ts';
import type { Container } from '../../src/model/container.ts';
import { nothingLeft } from '../../src/model/nothing-left.ts';
import type { Plan } from '../../src/model/plan.ts';
import { FIRST_CHECKPOINT, MARGIN } from '../../src/time/attempt.ts';
import { PATIENCE } from '../../src/time/attempts.ts';
import { runtimeOf } from '../runtimes/index.ts';
import { stateFormat } from './runtime.ts';

/** What of a plan a rehearsal or a test may change. */
export type Changeable = Pick<Plan, 'total'> &
  Pick<Plan['checkpoint'], 'interval' | 'mtbf' | 'lead' | 'prove' | 'alive' | 'limit'> &
  Pick<Plan['attempt'], 'max'>;

/** Everything that a rehearsal or a test may want to be quicker: a default each, and what it means. */
export function settings(of: Changeable): ShellText[] {
  const { total, interval, mtbf, lead, prove, alive, limit, max, ...rest } = of;
  nothingLeft(rest);
  const auto = mtbf !== null;
  const all: [string, number | null, string][] = [
    ['INTERVAL', interval, `from one checkpoint to the next${auto ? ', until one was measured' : ''}`],
    ['MTBF', mtbf, 'between two failures, on average: sets the interval with what a checkpoint costs'],
    ['LEAD', lead, 'how long before the time limit Slurm is asked to warn'],
    ['TOTAL', total, 'walltime of all attempts of a run together'],
    ['ATTEMPTS', max, 'attempts (not seconds) of a run'],
    [
      'PROVE',
      prove ? FIRST_CHECKPOINT : 0,
      'from the launch to the checkpoint that is restored at once, as a proof; 0: none',
    ],
    ['ALIVE', alive, 'an application whose output stands still for longer hangs'],
    ['CHECKPOINT_LIMIT', limit, 'a checkpoint or a restore that takes longer is given up'],
    ['SLOW', 45, 'a checkpoint that takes longer is mentioned'],
    [
      'SUSPECT',
      30,
      "after a checkpoint or a restore an end with another status than 0 may be DMTCP's doing; 0: never",
    ],
    ['MARGIN', MARGIN, 'before the very end the run goes on without the last checkpoint'],
    [
      'PATIENCE',
      PATIENCE,
      'attempts (not seconds) that could have sealed a generation, and did not: then a run stops',
    ],
    ['HEARTBEAT', 30, 'between two entries in the account of time used'],
    ['START_LIMIT', 300, 'for the inner half to start, and for its container to end after it'],
    ['TICK', 1, 'between two looks, where something is about to happen'],
    ['SLURM_LIMIT', 20, 'for an answer from Slurm'],
    ['ANSWER_WAIT', 2, 'for Slurm to say why it warns, before the work is saved without an answer'],
    ['REPORT', 3600, 'between two words to the queue (its comment)'],
    ['CLEAN', 1, 'a run that is over keeps no generations, or the newest if it failed; 0: all'],
    ['REQUEUE_WAIT', 300, 'for Slurm to end an attempt that it has requeued'],
  ];
  return aligned(
    all.flatMap(([name, value, says]) =>
      value === null ? [] : [[code`: "\${CRFLOW_${word(name)}:=${number(value)}}"`, says]],
    ),
  );
}

/** What of a plan is fixed for every attempt of a run. */
export type Fixed = Pick<Plan, 'workflow' | 'continue'> &
  Pick<Plan['checkpoint'], 'keep' | 'expect' | 'signal' | 'protect' | 'strict'> & {
    readonly container: Plan['container'] | undefined;
    readonly pass: Plan['pass'] | undefined;
    readonly isArray: boolean;
  };

/** What is fixed for every attempt of a run. */
export function facts(of: Fixed): ShellText[] {
  const { workflow, continue: goOn, container, pass, ...checkpoint } = of;
  const { keep, expect, signal, protect, strict, isArray, ...rest } = checkpoint;
  nothingLeft(rest);
  const kept: [ShellText, string][] =
    protect.length > 0
      ? [[code`readonly protect=(${words(protect)})`, 'files of workdir that are kept with each generation']]
      : [];
  const careful: [ShellText, string][] = strict
    ? [[code`readonly strict=yes`, 'no restore that would leave a changed file as it is']]
    : [];
  return aligned([
    [code`readonly name=${word(workflow)}`, 'of the workflow; runs are kept in STATE/NAME/RUN'],
    [code`readonly format=${number(stateFormat)}`, "of a run's folder"],
    [code`readonly keep=${number(keep)}`, 'sealed generations'],
    [code`readonly expect=${number(expect)}`, 'bytes, the expected size of a first checkpoint; 0: not known'],
    [code`readonly warning_signal=${word(signal)}`, "Slurm's warning before the time limit"],
    [code`readonly continue=${word(goOn)}`, 'after the time limit: requeue, resubmit, or wait for resume'],
    [code`readonly is_array=${number(isArray ? 1 : 0)}`, 'whether the job is an array'],
    ...kept,
    ...careful,
    ...(container === undefined ? [] : containerFacts(container, pass ?? [])),
  ]);
}

/** What is fixed of the container; paths are not, for they are the job's to expand. */
function containerFacts(container: Container, pass: readonly string[]) {
  // Mounts are on the page with the paths.
  const { runtime, image, dmtcp, modules, options, mounts: _, ...rest } = container;
  nothingLeft(rest);
  const lines: [ShellText, string][] = [
    [code`readonly runtime=${word(runtime)}`, 'runs the container of the application'],
  ];
  if (image.kind === 'name')
    lines.push([code`image=${word(runtimeOf(runtime).spell(image))}`, 'which has DMTCP in it']);
  lines.push([code`readonly dmtcp=${word(dmtcp)}`, "DMTCP's prefix in it"]);
  const asked = [...(runtimeOf(runtime).moduleOptions?.(modules) ?? []), ...options];
  lines.push([
    code`runtime_options=(${words(asked)})`,
    'of the runtime, beside those that every job gives it',
  ]);
  lines.push([code`pass=(${words(pass)})`, 'variables of the submission that the container gets']);
  return lines;
}
