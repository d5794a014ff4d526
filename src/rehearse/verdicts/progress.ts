import { type Evidence, eventsOf, statusOf, struckBy } from '../evidence.ts';
import type { Found } from './verdict.ts';

/** Promise 6: a run without progress stops. */
export function judgeProgress(evidence: Evidence): Found {
  const { settings, starts, engine } = evidence;
  const broken: string[] = [];
  // Attempts that came to their time limit without a new generation, one after the other.
  let idle = 0;
  let most = 0;
  for (const { entry } of evidence.journal) {
    if (entry?.event === 'sealed' || entry?.event === 'launched')
      idle = entry.event === 'sealed' || idle === 0 ? 0 : idle;
    if (entry?.event === 'asked' && entry['reason'] === 'limit') idle += 1;
    if (entry?.event === 'inner_ended' && entry['outcome'] === 'done') idle = 0;
    most = Math.max(most, idle);
  }
  if (engine !== 'none' && most > settings.patience + 1)
    broken.push(
      `${most} attempts came to their time limit without a new generation, and the run did not stop`,
    );
  const tried = struckBy(evidence, 'no-checkpoint');
  const stopped = starts.some((start) => statusOf(start) === 73);
  if (tried && !stopped && evidence.cutShort === undefined)
    broken.push('no checkpoint succeeded any more, and the run did not stop with 73');
  if (stopped && !tried) broken.push('the run stopped for lack of progress (73) although checkpoints worked');
  const told = eventsOf(evidence, 'left').find(({ status }) => status === 73);
  if (stopped && told === undefined) broken.push('the run stopped with 73, and its journal does not say why');
  return {
    broken,
    held: tried && stopped ? `the run stopped with 73: ${told?.['why']}` : undefined,
    untried:
      evidence.seals.length === 0
        ? 'no checkpoint was made in this rehearsal'
        : 'every few seconds a checkpoint succeeded, so there was progress: --fault no-checkpoint',
  };
}
