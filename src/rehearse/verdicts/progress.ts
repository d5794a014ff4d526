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
  const told = eventsOf(evidence, 'left').find(({ status }) => status === 73);
  if (stopped && !tried && hadProgress(evidence, told?.attempt))
    broken.push('the run stopped for lack of progress (73) although checkpoints worked');
  if (stopped && told === undefined) broken.push('the run stopped with 73, and its journal does not say why');
  return {
    broken,
    held: stopped ? `the run stopped with 73: ${told?.['why']}` : undefined,
    untried: untried(evidence, tried),
  };
}

/** Was a generation sealed in one of the attempts for which a run has patience, before this one or the last? */
function hadProgress(evidence: Evidence, stopped?: number): boolean {
  const last = stopped ?? eventsOf(evidence, 'started').at(-1)?.attempt ?? 0;
  return eventsOf(evidence, 'sealed').some(({ attempt }) => attempt >= last - evidence.settings.patience);
}

function untried({ engine, cutShort, seals }: Evidence, tried: boolean): string {
  if (engine === 'none') return 'with engine none there are no checkpoints';
  if (tried && cutShort !== undefined) return cutShort;
  const made = seals.length;
  return made === 0
    ? 'no checkpoint was made in this rehearsal'
    : `nothing kept checkpoints from succeeding (${made} ${made === 1 ? 'was' : 'were'} made): --fault no-checkpoint`;
}
