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
  const bad = new Map(seals.map(({ generation, damaged }) => [generation, damaged]));
  const ending = eventsOf(evidence, 'inner_ended').find((one) => one['outcome'] === 'done')?.seen ?? finished;
  const isGood = (generation: number, at: number) => (bad.get(generation) ?? Number.POSITIVE_INFINITY) > at;
  // What the rehearsal has damaged, the job has not removed.
  const none = looks.find(({ at, generations }, i) => {
    if (at <= first || at >= Math.min(finished, ending) - 500) return false;
    const before = looks[i - 1]?.generations.filter((one) => isGood(one, at)) ?? [];
    return !generations.some((one) => isGood(one, at)) && before.length > 0;
  });
  if (none !== undefined) broken.push('there was a moment without any good generation');
  const full = struckBy(evidence, 'disk-full');
  const skipped = eventsOf(evidence, 'checkpoint_skipped', 'checkpoint_failed').filter(({ seen }) =>
    evidence.struck.some(
      ({ fault, at, until = Number.POSITIVE_INFINITY }) =>
        fault.name === 'disk-full' && seen >= at && seen <= until + 1000,
    ),
  ).length;
  if (full && evidence.status === null && evidence.cutShort === undefined)
    broken.push('after the disk had been full, the run did not come to its end');
  if (full && skipped === 0 && evidence.cutShort === undefined)
    broken.push('the disk was full, and crflow did not look for space before it wrote');
  const pruned = seals.length > keep;
  // As many as are kept, and the one that is being sealed.
  const kept = `${seals.length} generations were sealed, and there were never more than ${most} at once`;
  return {
    broken,
    held:
      pruned && full && skipped > 0 && evidence.status !== null
        ? `${kept}; while the disk was full, ${skipped} checkpoint${skipped === 1 ? ' was' : 's were'} skipped, and the run went on`
        : undefined,
    untried: untried(evidence, pruned, kept),
  };
}

function untried(evidence: Evidence, pruned: boolean, kept: string): string {
  const { engine, seals, cutShort } = evidence;
  if (engine === 'none') return 'with engine none there are no checkpoints';
  if (seals.length === 0) return 'no checkpoint was made in this rehearsal';
  const full = struckBy(evidence, 'disk-full');
  if (full && cutShort !== undefined) return cutShort;
  if (!pruned)
    return `only ${seals.length} ${seals.length === 1 ? 'generation was' : 'generations were'} sealed, and none had to be removed`;
  return full ? kept : `${kept}, but the disk was never full: --fault disk-full`;
}
