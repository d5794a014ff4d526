import type { Word } from 'unbash';
import { LAUNCHERS } from '../language/words.ts';
import { readShell } from './read.ts';
import { staticValue, variableAndRest } from './words.ts';
import { isShell } from './wrappers.ts';

/** Commands of the shell itself, and those that run any other: nothing to be started once for each rank. */
const OF_THE_SHELL =
  /^(?:\.|:|alias|bg|break|builtin|cd|command|continue|declare|echo|env|eval|exec|exit|export|false|fg|let|local|module|nohup|printf|pwd|read|readonly|return|set|shift|source|test|time|timeout|times|trap|true|type|ulimit|umask|unset|wait)$/;

/** What runs a script or a workflow, which may start ranks by itself; whether it does cannot be seen. */
const DRIVER =
  /\.(?:ba)?sh$|^(?:python[\d.]*|perl|ruby|Rscript|julia|node|make|parallel|snakemake|nextflow|accelerate|flux)$/;

/**
 * Where the one program of a shell text begins, if that is all of the text, with its arguments and redirections: `srun` can
 * start its ranks from there. Undefined for anything else, above all for a text that starts ranks itself, also by way of
 * another command: each of its ranks would start all of them again. In UTF-16 units.
 */
export function onlyProgram(text: string): number | undefined {
  const { script, commands } = readShell(text);
  const [statement, ...others] = script.commands;
  if (script.errors?.length || others.length > 0 || statement === undefined || statement.background) return;
  const { command } = statement;
  if (command.type !== 'Command' || command.prefix.length > 0 || command.name === undefined) return;
  const names = [fileName(command.name), ...commands.map(({ name }) => name)];
  const isPlain = names.every((name) => name !== undefined && !isNoProgram(name));
  return isPlain ? command.pos : undefined;
}

const isNoProgram = (name: string) =>
  [LAUNCHERS, OF_THE_SHELL, DRIVER].some((no) => no.test(name)) || isShell(name);

function fileName(word: Word): string | undefined {
  const { rest } = variableAndRest(word) ?? {};
  return (staticValue(word) ?? (rest?.includes('/') ? rest : undefined))?.split('/').pop();
}
