import { type Evidence, eventsOf } from '../evidence.ts';
import type { Found } from './verdict.ts';

/** Promise 3: a generation is used only if it is verified and sealed. */
export function judgeComplete(evidence: Evidence): Found {
  const broken: string[] = [];
  const { seals } = evidence;
  for (const { generation, whole } of seals)
    if (!whole) broken.push(`generation ${generation} was in place although its seal did not fit its files`);
  const damaged = seals.filter((one) => one.damaged !== undefined);
  const passedOver = new Set(eventsOf(evidence, 'passed_over').map((one) => one['generation']));
  for (const { generation, damaged: since = 0 } of damaged) {
    const used = eventsOf(evidence, 'restored', 'restore_failed').find(
      (one) => one['generation'] === generation && one.seen > since,
    );
    if (used !== undefined)
      broken.push(`attempt ${used.attempt} used generation ${generation}, which had been damaged`);
  }
  // Of a generation that was never damaged, no restore should fail.
  for (const failed of eventsOf(evidence, 'restore_failed')) {
    const hit = evidence.struck.some(({ at }) => Math.abs(at - failed.seen) < 8000);
    const seal = seals.find(({ generation }) => generation === failed['generation']);
    if (!hit && seal?.damaged === undefined)
      broken.push(`generation ${failed['generation']} was sealed, but could not be restored`);
  }
  const tried = damaged.filter(({ damaged: since = 0 }) =>
    eventsOf(evidence, 'restored', 'launched', 'inner_ended').some(({ seen }) => seen > since),
  );
  // What was restored first after the damage says whether the damaged one was needed.
  const unsaid = tried.filter(({ generation, damaged: since = 0 }) => {
    const next = eventsOf(evidence, 'restored').find(({ seen }) => seen > since);
    return next !== undefined && Number(next['generation']) < generation && !passedOver.has(generation);
  });
  for (const { generation } of unsaid)
    broken.push(`generation ${generation} was damaged, and the journal does not say that it was passed over`);
  return {
    broken,
    held:
      tried.length > 0 && passedOver.size > 0
        ? `generation ${[...passedOver].join(', ')} was damaged; it was passed over for the one before it`
        : undefined,
    untried:
      evidence.engine === 'none'
        ? 'with engine none there are no checkpoints'
        : 'no checkpoint was damaged in this rehearsal: --fault damage',
  };
}
