import { isSmall } from './quick.ts';
import type { Background, ShellText } from './read.ts';

/**
 * The command that still runs in the background (`… &`) when the shell ends, if that is certain: the last such list that
 * is followed by neither `wait` nor work.
 */
export function notAwaited({ backgrounds, commands, functions }: ShellText): Background | undefined {
  const isWork = (name: string) => name === '' || functions.has(name) || !isSmall(name);
  // Of nested lists, the outermost comes first.
  const lists = backgrounds
    .filter(({ where }) => where.function === undefined && !where.trap && !where.substitution)
    .sort((a, b) => b.end - a.end || a.start - b.start);
  const work = commands.filter(({ name }) => isWork(name));
  // The last command decides: if it is in no such list, the run waits for it.
  const last = work.findLast(({ where }) => where.function === undefined && !where.trap);
  const list = lists.find(({ start, end }) => last !== undefined && start <= last.start && last.start < end);
  if (list === undefined) return undefined;
  return commands.some(
    ({ name, start, where }) =>
      name === 'wait' && (where.function !== undefined || where.trap || start >= list.end),
  )
    ? undefined
    : list;
}
