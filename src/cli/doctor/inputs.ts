import { resolve } from 'node:path';
import { inputsOf } from '../../check/inputs.ts';
import { readIncluded } from '../../host/files.ts';
import type { Plan } from '../../model/plan.ts';
import { readShell } from '../../shell/read.ts';
import type { Check } from './check.ts';

/** Checks the inputs of programs that save themselves, as far as `run` and `again` name them literally. */
export function checkInputs(
  of: (what: string) => string,
  { run, checkpoint }: Plan,
  folder: string | undefined,
): readonly Check[] {
  const { own } = checkpoint;
  if (own === undefined || folder === undefined) return [];
  const commandsIn = (text: string, isAgain: boolean) =>
    readShell(text).commands.map((command) => ({ command, isAgain }));
  const { ask, files, done, again } = own;
  const inputs = inputsOf(
    [...commandsIn(run.text, false), ...commandsIn(again ?? '', true)],
    {
      ask: ask?.how === 'file' ? { file: ask.file } : ask?.how === 'signal' ? { signal: ask.signal } : {},
      files,
      doneText: done.text ?? undefined,
      again: again ?? undefined,
    },
    (file) => {
      const found = readIncluded(resolve(folder, file), '');
      return 'source' in found ? found.source.text : undefined;
    },
  );
  return inputs.map(({ file, title, isThere, wrong }): Check => {
    const what = of(`${file} for ${title}`);
    if (!isThere) return { what, verdict: 'unknown', says: 'it is not there, or cannot be read' };
    return wrong === undefined
      ? { what, verdict: 'fine', says: 'nothing in it prevents checkpoints' }
      : { what, verdict: 'wrong', says: `${wrong.why}: ${wrong.help}` };
  });
}
