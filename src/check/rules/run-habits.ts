import { run as kinds } from '../../diagnostics/run.ts';
import type { ShellCommand } from '../../shell/read.ts';
import { type Context, textOf } from '../context.ts';
import type { Blocks } from '../facts.ts';
import type { RunText } from '../run-text.ts';

/** Habits of interactive shells and of other job scripts that do nothing in `run`. */
export function runHabitRules(blocks: Blocks, context: Context, run: RunText | undefined): void {
  if (run === undefined) return;
  conda(run, context);
  arrayIndex(blocks, context);
}

/** What defines the shell function `conda`, or may do so. */
const HOOKS =
  /conda\.sh\b|\bshell[. ](?:bash|posix)\b|\bhook\b|\.bashrc\b|\.bash_profile\b|\bmodule\b|\bml\b/;

/** `conda activate` is a shell function that only `conda init` defines, and only for interactive shells. */
function conda({ programs, shell, spanOf }: RunText, { report }: Context): void {
  const isActivating = ({ name, args }: ShellCommand) =>
    ['conda', 'mamba', 'micromamba'].includes(name) && args[0]?.value === 'activate';
  const command = programs.find(isActivating);
  if (command === undefined || HOOKS.test(shell.text.slice(0, command.start))) return;
  const { name, start, end } = command;
  const hook = name === 'micromamba' ? 'micromamba shell hook --shell bash' : 'conda shell.bash hook';
  report(kinds.condaActivate, spanOf({ start, end }), { name, hook: `eval "$(${hook})"` });
}

/** Only its index tells a task of an array from the others. */
function arrayIndex({ application, schedule, environment, checkpoint }: Blocks, { report }: Context): void {
  const array = schedule?.values.array;
  const run = application?.values.run;
  if (array === undefined || run === undefined) return;
  const { again, workdir, output } = application?.values ?? {};
  const texts = [run.value, again?.value].flatMap((one) => (one === undefined ? [] : textOf(one)));
  const others = JSON.stringify([workdir, output, environment?.set, environment?.values, checkpoint?.values]);
  if (INDEX.test(texts.join('\n')) || INDEX.test(others)) return;
  report(kinds.noIndex, run.span, undefined, [{ span: array.span, text: 'each of these runs the same' }]);
}

const INDEX = /SLURM_ARRAY_TASK_ID/;
