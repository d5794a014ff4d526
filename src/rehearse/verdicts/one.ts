import { type Evidence, eventsOf, struckBy } from '../evidence.ts';
import type { Found } from './verdict.ts';

/** Promise 4: one attempt at a time. */
export function judgeOne(evidence: Evidence): Found {
  const broken: string[] = [];
  const started = eventsOf(evidence, 'started');
  for (const sealed of eventsOf(evidence, 'sealed')) {
    const newer = started.find(({ attempt, seen }) => attempt > sealed.attempt && seen + 500 < sealed.seen);
    if (newer !== undefined)
      broken.push(
        `attempt ${sealed.attempt} sealed generation ${sealed['generation']} after attempt ${newer.attempt} had taken over`,
      );
  }
  for (const { older, newer, processes } of evidence.survivors)
    broken.push(
      `${processes.length} process${processes.length === 1 ? '' : 'es'} of attempt ${older} survived when attempt ${newer} had begun to work: ${processes.slice(0, 3).join('; ')}`,
    );
  const numbers = started.map(({ attempt }) => attempt);
  if (new Set(numbers).size < numbers.length)
    broken.push('two starts of the job took themselves for the same attempt');
  if (evidence.left.length > 0)
    broken.push(
      `after the end of the run, these processes were left: ${evidence.left.slice(0, 3).join('; ')}`,
    );
  const struck = ['node-loss', 'kill-batch'].filter((name) => struckBy(evidence, name));
  // Only then were the processes of the older attempt looked for.
  const worked = eventsOf(evidence, 'launched', 'restored').some(({ attempt }) => attempt > 1);
  return {
    broken,
    held:
      struck.length > 0 && worked
        ? `no process of an older attempt survived or sealed anything once the next one worked (${struck.join(', ')})`
        : undefined,
    untried:
      struck.length > 0
        ? `no attempt worked after ${struck.join(' and ')}${evidence.cutShort === undefined ? '' : `: ${evidence.cutShort}`}`
        : `no attempt outlived its job in this rehearsal: --fault node-loss or --fault kill-batch${evidence.cutShort === undefined ? '. (Nothing was left at the end)' : ''}`,
  };
}
