import { type Evidence, eventsOf, recorded, struckBy } from '../evidence.ts';
import type { Found } from './verdict.ts';

/** Promise 8: at most `keep` + 1 generations; the last good one is never removed; a full disk costs no run. */
export function judgeStorage(evidence: Evidence): Found {
  const { keep, looks, seals } = evidence;
  const broken: string[] = [];
  const most = Math.max(0, ...looks.map(({ generations }) => generations.length));
  if (most > keep + 1) broken.push(`there were ${most} generations at once, and the flow keeps ${keep}`);
  const finished = recorded(evidence)?.at ?? Number.POSITIVE_INFINITY;
  const first = seals[0]?.seen ?? Number.POSITIVE_INFINITY;
  const bad = new Set(seals.filter((one) => one.damaged !== undefined).map(({ generation }) => generation));
  const ending = eventsOf(evidence, 'inner_ended').find((one) => one['outcome'] === 'done')?.seen ?? finished;
  const none = looks.find(
    ({ at, generations }) =>
      at > first && at < Math.min(finished, ending) - 500 && !generations.some((one) => !bad.has(one)),
  );
  if (none !== undefined && seals.length > bad.size)
    broken.push('there was a moment without any good generation');
  const full = struckBy(evidence, 'disk-full');
  const skipped = eventsOf(evidence, 'checkpoint_skipped', 'checkpoint_failed').length;
  if (full && evidence.status === null && evidence.cutShort === undefined)
    broken.push('after the disk had been full, the run did not come to its end');
  if (full && skipped === 0 && evidence.cutShort === undefined)
    broken.push('the disk was full, and crflow did not look for space before it wrote');
  const pruned = seals.length > keep + 1;
  const kept = `${seals.length} generations were sealed, and there were never more than ${most} at once`;
  return {
    broken,
    held:
      pruned && full
        ? `${kept}; while the disk was full, ${skipped} checkpoint${skipped === 1 ? ' was' : 's were'} skipped, and the run went on`
        : undefined,
    untried:
      evidence.engine === 'none'
        ? 'with engine none there are no checkpoints'
        : pruned
          ? `${kept}, but the disk was never full: --fault disk-full`
          : seals.length === 0
            ? 'no checkpoint was made in this rehearsal'
            : `only ${seals.length} ${seals.length === 1 ? 'generation was' : 'generations were'} sealed, and none had to be removed`,
  };
}
