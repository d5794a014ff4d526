import { type Evidence, eventsOf, stoppedWith } from '../evidence.ts';
import type { Found } from './verdict.ts';

/** Promise 10: every path and value reaches the program byte for byte. */
export function judgeNames(evidence: Evidence): Found {
  const { asked, found, program } = evidence;
  const broken: string[] = [];
  // A job that ends before it starts the program may have had any reason.
  if (program.counts && found.length === 0 && eventsOf(evidence, 'launched').length > 0)
    broken.push(`the program was launched, but never ran in ${JSON.stringify(asked.folder)}`);
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
      ? neverStarted(evidence)
      : 'your own program does not tell what it was given: leave out --real',
  };
}

function neverStarted(evidence: Evidence): string {
  const stopped = stoppedWith(evidence);
  return `the program was never started${stopped === undefined ? '' : `: the job ended with ${stopped.status}, ${stopped.why}`}`;
}
