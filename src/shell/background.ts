import { isSmall } from './quick.ts';
import type { Background, ShellText } from './read.ts';
import type { Place } from './words.ts';

/**
 * What is left to run by itself (`… &`) when the shell ends, if that is certain: the last such list, where no `wait`
 * and no work come behind it.
 */
export function notAwaited({ backgrounds, commands, functions }: ShellText): Background | undefined {
  const isWork = (name: string) => name === '' || functions.has(name) || !isSmall(name);
  const inside = (place: Place, other: Place) => other.start <= place.start && place.end <= other.end;
  const last = backgrounds
    .filter(({ where }) => where.function === undefined && !where.trap && !where.substitution)
    .filter((one) => commands.some((command) => inside(command, one) && isWork(command.name)))
    // Of lists that hold one another the outermost.
    .reduce<Background | undefined>((a, b) => (a === undefined || b.end > a.end ? b : a), undefined);
  if (last === undefined) return undefined;
  const follows = commands.some(
    ({ name, start, where }) =>
      (name === 'wait' && (where.function !== undefined || where.trap)) ||
      (start >= last.end && where.function === undefined && !where.trap && isWork(name)),
  );
  return follows ? undefined : last;
}
