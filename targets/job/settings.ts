import { aligned } from '../../src/emit/aligned.ts';
import { code, number, type ShellText, word, words } from '../../src/emit/shell-text.ts';
import type { EngineName } from '../../src/language/words.ts';
import type { Container } from '../../src/model/container.ts';
import { nothingLeft } from '../../src/model/nothing-left.ts';
import type { OwnCheckpoints, Plan } from '../../src/model/plan.ts';
import { FIRST_CHECKPOINT } from '../../src/time/attempt.ts';
import { runtimeOf } from '../runtimes/index.ts';
import { stateFormat } from './runtime.ts';

/** The parts of a plan that a rehearsal or a test may change. */
export type Changeable = Pick<Plan, 'total'> &
  Pick<Plan['checkpoint'], 'engine' | 'interval' | 'mtbf' | 'lead' | 'prove' | 'alive' | 'limit'> &
  Pick<Plan['attempt'], 'max'>;

/** The settings that follow from the flow, each with what it means. Those that no flow changes are in runtime/settings.sh, and with the engines. */
export function settings(of: Changeable): ShellText[] {
  const { engine, total, interval, mtbf, lead, prove, alive, limit, max, ...rest } = of;
  nothingLeft(rest);
  const auto = mtbf !== null;
  const only = (value: number, ...engines: EngineName[]) => (engines.includes(engine) ? value : null);
  const all: [string, number | null, string][] = [
    [
      'INTERVAL',
      only(interval, 'dmtcp', 'own', 'mana'),
      `from one checkpoint to the next${auto ? ', until one was measured' : ''}`,
    ],
    ['MTBF', mtbf, 'between two failures, on average; with the cost of a checkpoint, this sets the interval'],
    ['LEAD', lead, 'how long before the time limit Slurm is asked to warn'],
    ['TOTAL', total, 'walltime of all attempts of a run together'],
    ['ATTEMPTS', max, 'attempts (not seconds) of a run'],
    [
      'PROVE',
      only(prove ? FIRST_CHECKPOINT : 0, 'dmtcp', 'own', 'mana'),
      'from the launch to the checkpoint that is restored at once, as a proof; 0: none',
    ],
    ['ALIVE', alive, 'an application whose output does not grow for longer hangs'],
    ['CHECKPOINT_LIMIT', limit, 'a checkpoint or a restore that takes longer is given up'],
  ];
  return aligned(
    all.flatMap(([name, value, says]) =>
      value === null ? [] : [[code`: "\${CRFLOW_${word(name)}:=${number(value)}}"`, says]],
    ),
  );
}

/** The parts of a plan that are fixed for every attempt of a run. */
export type Fixed = Pick<Plan, 'workflow' | 'continue'> &
  Pick<Plan['checkpoint'], 'engine' | 'keep' | 'expect' | 'signal' | 'protect' | 'strict'> & {
    readonly container: Plan['container'] | undefined;
    readonly pass: Plan['pass'] | undefined;
    readonly own: Plan['checkpoint']['own'];
    readonly mpi: Plan['resources']['mpi'];
    readonly ranks: number | undefined;
    readonly isArray: boolean;
  };

/** The settings that are fixed for every attempt of a run. */
export function facts(of: Fixed): ShellText[] {
  const { workflow, continue: goOn, container, pass, ...checkpoint } = of;
  const { engine, keep, expect, signal, protect, strict, own, mpi, ranks, isArray, ...rest } = checkpoint;
  nothingLeft(rest);
  const kept: [ShellText, string][] =
    protect.length > 0
      ? [[code`readonly protect=(${words(protect)})`, 'files of workdir that each generation has copies of']]
      : [];
  const careful: [ShellText, string][] = strict
    ? [[code`readonly strict=yes`, 'no restore that would leave a changed file as it is']]
    : [];
  const ranked: [ShellText, string][] =
    ranks === undefined
      ? []
      : [
          [
            code`readonly ranks=${number(ranks)}`,
            engine === 'mana'
              ? 'of MPI, which srun starts'
              : 'of MPI, which $CRFLOW_MPIEXEC starts on this node',
          ],
        ];
  return aligned([
    [code`readonly name=${word(workflow)}`, 'of the workflow; runs are kept in STATE/NAME/RUN'],
    [code`readonly format=${number(stateFormat)}`, "of a run's folder"],
    [code`readonly keep=${number(keep)}`, 'sealed generations'],
    [code`readonly expect=${number(expect)}`, 'bytes, the expected size of a first checkpoint; 0: not known'],
    [code`readonly warning_signal=${word(signal)}`, "Slurm's warning before the time limit"],
    [code`readonly after_limit=${word(goOn)}`, 'after the time limit: requeue, resubmit, or wait for resume'],
    [code`readonly is_array=${number(isArray ? 1 : 0)}`, 'whether the job is an array'],
    ...kept,
    ...careful,
    ...(mpi === null
      ? []
      : ([[code`readonly mpi=${word(mpi)}`, 'how ranks that srun starts find each other']] as [
          ShellText,
          string,
        ][])),
    ...ranked,
    ...(own === undefined ? [] : ownFacts(own)),
    ...(container === undefined ? [] : containerFacts(container, pass ?? [], engine)),
  ]);
}

/** How the application saves itself. */
function ownFacts({
  program,
  files,
  grows,
  ask,
  answer,
  stopStatus,
  ranks,
  done,
  clear,
  again,
  ...rest
}: OwnCheckpoints): [ShellText, string][] {
  nothingLeft(rest);
  const { files: doneFiles, text, in: where, command, ...noMore } = done;
  nothingLeft(noMore);
  const of = (key: string, says: string) =>
    program?.gives.includes(key) ? `${says} (from program ${program.name})` : says;
  const asked = ask === null ? 'ask_signal' : `ask_${ask.how}`;
  return [
    [code`readonly saved_files=(${words(files)})`, of('files', "of workdir: the application's checkpoint")],
    [
      code`readonly grown_files=(${words(grows)})`,
      of('grows', 'files that are only added to, as the output is'),
    ],
    [
      code`readonly asks=${word(ask?.how ?? '')}`,
      of(asked, 'how the application is asked to save: signal, file, command'),
    ],
    [code`readonly ask_signal=${word(ask?.how === 'signal' ? ask.signal : '')}`, 'by this signal'],
    [code`readonly ask_file=${word(ask?.how === 'file' ? ask.file : '')}`, 'by this file of workdir'],
    [code`readonly ask_text=${word(ask?.how === 'file' ? ask.text : '')}`, 'with this in it'],
    [code`readonly after_asking=${word(answer)}`, of('answer', 'what it does then: it ends, or continues')],
    [
      code`readonly done_files=(${words(doneFiles)})`,
      of('done_files', 'are there only when all work is done'),
    ],
    [
      code`readonly stop_status=${word(stopStatus === null ? '' : String(stopStatus))}`,
      of('stop_status', 'the status after a save, besides 0'),
    ],
    [
      code`readonly number_of_ranks=${word(ranks)}`,
      of('ranks', 'any, or fixed: that with which a checkpoint was made'),
    ],
    [code`readonly done_text=${word(text ?? '')}`, of('done_text', 'is there only when all work is done')],
    [code`readonly done_in=${word(where ?? '')}`, of('done_in', 'in this file, or in the output')],
    [
      code`readonly done_command=${word(command === null ? '' : 'yes')}`,
      of('done_command', 'whether done_block is asked as well'),
    ],
    [code`readonly cleared_files=(${words(clear)})`, of('clear', 'removed before each start')],
    [code`readonly again=${word(again === null ? 'run_block' : 'again_block')}`, 'what is run to continue'],
  ];
}

/** The fixed settings of the container. Paths are not among them, because the job expands them. */
function containerFacts(container: Container, pass: readonly string[], engine: EngineName) {
  // Mounts are with the paths, on the first page.
  const { runtime, image, dmtcp, modules, options, mounts: _, ranks, ...rest } = container;
  nothingLeft(rest);
  const lines: [ShellText, string][] = [
    [
      code`readonly runtime=${word(runtime)}`,
      ranks ? 'runs a container for each rank' : 'runs the container of the application',
    ],
  ];
  if (image.kind === 'name')
    lines.push([code`image=${word(runtimeOf(runtime).spell(image))}`, 'the image of the container']);
  if (engine === 'dmtcp') lines.push([code`readonly dmtcp=${word(dmtcp)}`, "DMTCP's prefix in it"]);
  const asked = [...(runtimeOf(runtime).moduleOptions?.(modules) ?? []), ...options];
  lines.push([code`runtime_options=(${words(asked)})`, 'of the runtime, besides those that every job uses']);
  lines.push([code`pass=(${words(pass)})`, 'variables of the submission that the container gets']);
  return lines;
}
