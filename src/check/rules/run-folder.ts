import { run as kinds } from '../../diagnostics/run.ts';
import { quote } from '../../diagnostics/words.ts';
import { asWritten } from '../../model/path.ts';
import { type Departure, departures } from '../../shell/folder.ts';
import type { Context } from '../context.ts';
import type { Blocks } from '../facts.ts';
import { limitFindings, type RunText } from '../run-text.ts';

/** Where `run` leaves the work folder. DMTCP 4.1 restores a process only in the folder that it is told to use, or below it. */
export function runFolderRules(
  { application, environment }: Blocks,
  { report: tell, scope }: Context,
  run: RunText | undefined,
): void {
  if (run === undefined || (application?.given.has('workdir') && application.values.workdir === undefined))
    return;
  const { shell, limit, spanOf } = run;
  const report = limitFindings(tell);
  const workdir = application?.values.workdir?.value;
  const set = environment?.set.names ?? [];
  const read = shell.commands
    .filter(({ name }) => /^(?:read|mapfile|readarray|printf|local|declare|typeset|getopts)$/.test(name))
    .flatMap(({ args }) => args.flatMap(({ word, text }) => (word === undefined ? [] : [text])));
  const assigned = new Map<string, string | undefined>();
  // The value of a variable that is set more than once is unknown.
  for (const { name, value, path } of shell.assignments)
    assigned.set(name, assigned.has(name) ? undefined : (value ?? path));
  for (const name of [...read, ...set, ...scope.names()]) assigned.set(name, undefined);
  for (const one of departures(shell.script, workdir && asWritten(workdir), assigned)) {
    if (one.start >= limit) continue;
    const isCertain = one.isSure && one.isForGood;
    report(isCertain ? kinds.leaves : kinds.mayLeave, spanOf(one), {
      command: one.text,
      why: whyOf(one, isCertain),
      help: helpFor(one, application?.given.has('workdir') === true),
    });
  }
}

function whyOf({ why, isSure }: Departure, isCertain: boolean): string | undefined {
  if (why === 'copy') return 'the job runs a copy of `run` from the folder of the run, so this leads there';
  if (why === 'temporary') return "it leads into the node's temporary folder";
  if (isCertain || isSure) return undefined;
  return why === 'home'
    ? 'it leads into your home'
    : 'it stays inside only if it leads to the folder of submission, or below';
}

function helpFor({ why, path, isForGood, text }: Departure, hasWorkdir: boolean): readonly string[] {
  if (why === 'copy') return ['leave it out: `run` starts in the folder of submission, or in `workdir`'];
  if (why === 'temporary') return ['create a folder in the work folder, for instance with `mktemp -d -p .`'];
  const instead =
    path === undefined
      ? 'set the parent folder as `workdir` in `application`, and use subfolders of it'
      : `${hasWorkdir ? 'make that the work folder' : 'set it in `application`'}: ${quote(`workdir = "${path}"`)}`;
  const command = text.startsWith('pushd') ? 'pushd' : 'cd';
  return isForGood
    ? [`${instead}${path === undefined ? '' : `, and leave the \`${command}\` out`}`]
    : ['this is harmless if it is short; otherwise stay in the work folder, and give the program full paths'];
}
