import { programs } from '../../diagnostics/programs.ts';
import { type Context, textOf } from '../context.ts';
import { type Blocks, engineOf } from '../facts.ts';
import { inputsOf } from '../inputs.ts';
import { type RunText, readRun } from '../run-text.ts';

/** What the inputs of a program that saves itself say against its checkpoints, if they are beside the flow. */
export function inputRules(blocks: Blocks, { report, input }: Context, run: RunText | undefined): void {
  const { application, checkpoint } = blocks;
  const folder = workFolder(blocks);
  if (engineOf(checkpoint) !== 'own' || run === undefined || folder === undefined) return;
  const { again } = application?.values ?? {};
  const continued = again && readRun(again.value);
  const { ask_file, ask_signal, files, done_text } = checkpoint?.values ?? {};
  const inputs = inputsOf(
    [
      ...run.programs.map((command) => ({ command, isAgain: false })),
      ...(continued?.programs ?? []).map((command) => ({ command, isAgain: true })),
    ],
    {
      ask: { file: ask_file?.value, signal: ask_signal?.value },
      files: files?.value ?? [],
      doneText: done_text?.value,
      again: again && textOf(again.value),
    },
    (file) => input(`${folder}${file}`),
  );
  for (const { command, file, wrong } of inputs) {
    const place = command.args.find(({ value }) => value === file) ?? command;
    const text = run.programs.includes(command) ? run : (continued ?? run);
    if (wrong !== undefined) report(programs.wrongInput, text.spanOf(place), { file, ...wrong });
  }
}

/** The work folder, from that of the flow on; undefined if it is another one, or not known. */
function workFolder({ application, container }: Blocks): string | undefined {
  const { workdir } = application?.values ?? {};
  if (workdir === undefined) return '';
  const parts = workdir.value.map((part) => (part.kind === 'text' ? part.text : undefined));
  const isKnown = parts.every((part) => part !== undefined);
  const path = parts.join('');
  return isKnown && !(container !== undefined && path.startsWith('/')) ? `${path}/` : undefined;
}
