import { parse, type Word } from 'unbash';
import { staticValue, variableAndRest } from './words.ts';
import { isShell } from './wrappers.ts';

/** What runs in the shell itself, or may have a launcher behind it: nothing to be started once for each rank. */
const NO_PROGRAM =
  /^(?:\.|:|alias|bg|break|builtin|cd|command|continue|declare|echo|env|eval|exec|exit|export|false|fg|let|local|module|nohup|printf|pwd|read|readonly|return|set|shift|source|test|time|timeout|times|trap|true|type|ulimit|umask|unset|wait)$|\.(?:ba)?sh$/;

/**
 * Where the one program of a shell text begins, if that is all of the text, with its arguments and redirections: `srun` can
 * start its ranks from there. Undefined for anything else. In UTF-16 units.
 */
export function onlyProgram(text: string): number | undefined {
  const { commands, errors = [] } = parse(text);
  const [statement] = commands;
  if (errors.length > 0 || commands.length !== 1 || statement === undefined || statement.background) return;
  const { command } = statement;
  if (command.type !== 'Command' || command.prefix.length > 0 || command.name === undefined) return;
  const name = fileName(command.name);
  return name === undefined || isShell(name) || NO_PROGRAM.test(name) ? undefined : command.pos;
}

function fileName(word: Word): string | undefined {
  const { rest } = variableAndRest(word) ?? {};
  return (staticValue(word) ?? (rest?.includes('/') ? rest : undefined))?.split('/').pop();
}
