import { type Evidence, eventsOf } from '../evidence.ts';
import type { Found } from './verdict.ts';

/** Promise 10: every path and value reaches the program byte for byte. */
export function judgeNames(evidence: Evidence): Found {
  const { asked, found, program, starts } = evidence;
  const broken: string[] = [];
  const isOver = starts.some(({ to, requeued }) => to !== undefined && requeued === undefined);
  if (program.counts && found.length === 0 && (isOver || eventsOf(evidence, 'launched').length > 0))
    broken.push(`the program could not be started in ${JSON.stringify(asked.folder)}`);
  for (const one of found) {
    if (one.folder !== asked.folder)
      broken.push(
        `the program ran in ${JSON.stringify(one.folder)} instead of ${JSON.stringify(asked.folder)}`,
      );
    if (one.value !== asked.value)
      broken.push(
        `a variable reached the program as ${JSON.stringify(one.value)} instead of ${JSON.stringify(asked.value)}`,
      );
  }
  return {
    broken: [...new Set(broken)],
    held:
      found.length > 0
        ? `the folder and a variable with blanks, quotes, a dollar sign and a line end reached the program as they were`
        : undefined,
    untried: program.counts
      ? 'the program was never started'
      : 'your own program does not tell what it was given: leave out --real',
  };
}
