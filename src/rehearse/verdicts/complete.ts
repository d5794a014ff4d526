import { type Evidence, eventsOf, type Seal } from '../evidence.ts';
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
    const hit = evidence.struck.some(({ at }) => Math.abs(at - failed.seen) < 8000 * evidence.slowness);
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
  const seen = damaged.filter(({ generation }) => passedOver.has(generation));
  return {
    broken,
    held:
      seen.length > 0
        ? seen
            .map((one) => `generation ${one.generation} was damaged; ${insteadOf(evidence, one)}`)
            .join('. ')
        : undefined,
    untried: untried(evidence, damaged),
  };
}

/** What the job did when it had passed over a damaged generation. */
function insteadOf(evidence: Evidence, { generation, damaged: since = 0 }: Seal): string {
  const next = eventsOf(evidence, 'restored', 'launched', 'left').find(
    ({ seen, event, whose }) => seen > since && (event !== 'left' || whose === 'crflow'),
  );
  if (next?.event === 'restored' && Number(next['generation']) < generation)
    return `it was passed over for generation ${next['generation']}`;
  if (next?.event === 'launched') return 'it was passed over, and the program began anew';
  if (next?.event === 'left') return `it was passed over, and the run stopped with ${next['status']}`;
  return 'it was passed over';
}

function untried({ engine, cutShort }: Evidence, damaged: readonly Seal[]): string {
  if (engine === 'none') return 'with engine none there are no checkpoints';
  if (damaged.length === 0) return 'no checkpoint was damaged in this rehearsal: --fault damage';
  const numbers = damaged.map(({ generation }) => generation).join(', ');
  return `generation ${numbers} was damaged, but the job did not look at it again${cutShort === undefined ? '' : `: ${cutShort}`}`;
}
