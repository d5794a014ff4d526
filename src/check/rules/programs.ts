import { engines } from '../../diagnostics/engines.ts';
import { programs } from '../../diagnostics/programs.ts';
import type { StringValue } from '../../model/ast.ts';
import { readShell } from '../../shell/read.ts';
import { type Context, textOf } from '../context.ts';
import { type Blocks, engineOf } from '../facts.ts';
import type { RunText } from '../run-text.ts';

/** Traps of programs that save themselves. Source: facts of programs/*.json. */
export function programRules(blocks: Blocks, context: Context, run: RunText | undefined): void {
  if (engineOf(blocks.checkpoint) !== 'own') return;
  againRule(blocks, context);
  stopFileRule(blocks, context);
  lightningRule(blocks, context, run);
  partsRule(blocks, context, run);
}

/** A program that needs another command to continue would start anew. */
function againRule({ application, checkpoint }: Blocks, { report }: Context): void {
  const chosen = checkpoint?.values.program;
  const run = application?.values.run?.value;
  if (chosen?.value.record.continues !== 'again' || run === undefined || application?.given.has('again'))
    return;
  if (/\bCRFLOW_(?:NEWEST|GENERATION)\b/.test(textOf(run))) return;
  const { name, title } = chosen.value.record;
  report(programs.needsAgain, chosen.span, { title, program: name });
}

/** A stop file that the flow makes itself is there at the next start, too. */
function stopFileRule({ checkpoint }: Blocks, { report }: Context): void {
  const { ask_command: ask, clear } = checkpoint?.values ?? {};
  if (ask === undefined || checkpoint?.values.answer?.value === 'continues') return;
  const cleared = (clear?.value ?? []).map((one) => one.replace(/^\.\//, ''));
  const files = filesMadeBy(ask.value).filter((file) => !cleared.some((pattern) => matches(pattern, file)));
  if (files.length > 0) report(engines.stopStays, ask.span, { files });
}

/** The files of plain names that `touch` makes. */
const filesMadeBy = (text: StringValue): readonly string[] =>
  readShell(textOf(text)).commands.flatMap(({ name, args }) =>
    name === 'touch'
      ? args.map((one) => one.text.replace(/^\.\//, '')).filter((one) => /^[\w.+][\w./+-]*$/.test(one))
      : [],
  );

/** As far as patterns of one name go. */
export function matches(pattern: string, file: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(file);
}

/** Lightning takes USR1 and requeues the job by itself. */
function lightningRule({ checkpoint }: Blocks, { report }: Context, run: RunText | undefined): void {
  const ask = checkpoint?.values.ask_signal;
  if (ask?.value !== 'USR1' || run === undefined) return;
  const isTorch = checkpoint?.values.program?.value.record.name === 'pytorch';
  if (isTorch || /\blightning\b/i.test(run.shell.text)) report(engines.lightning, ask.span, undefined);
}

/** The last structure, which is there only when all is done, has a number in its name after `mdrun -noappend`. */
function partsRule({ checkpoint }: Blocks, { report }: Context, run: RunText | undefined): void {
  const done = checkpoint?.values.done_files;
  const isNumbered = run?.programs.some(({ name, args }) =>
    ['mdrun', '-noappend'].every((word) => name === word || args.some(({ text }) => text === word)),
  );
  if (done === undefined || isNumbered !== true) return;
  const file = done.value.find((one) => /^[^*?[]+\.(?:gro|g96|pdb)$/.test(one) && !/\.part\d{4}\./.test(one));
  if (file !== undefined)
    report(programs.mdrunParts, done.span, { file, parts: file.replace(/\.\w+$/, '.part*$&') });
}
