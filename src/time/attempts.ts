import type { Attempt, Run } from '../model/forecast.ts';
import { nothing, type RunProgress, simulateAttempt, type Terms } from './attempt.ts';

/** How many attempts in a row may seal nothing. */
export const PATIENCE = 3;

/**
 * A run without failures, attempt by attempt, by the rules of the job's two halves (its bash: attempt.sh, inner.sh,
 * outer.sh, run.sh). Exact: nothing is averaged, and the last attempt is only as long as it needs to be.
 */
export function simulate(terms: Terms): Run {
  const attempts: { count: number; attempt: Attempt }[] = [];
  let standing: RunProgress = { spent: 0, saved: 0, sealed: false };
  let number = 0;
  let idle = 0;
  for (;;) {
    number += 1;
    const endsAtStart =
      standing.spent >= terms.total ? 'total' : idle >= PATIENCE ? 'no-progress' : undefined;
    const attempt = endsAtStart === undefined ? simulateAttempt(terms, standing) : nothing(endsAtStart);
    const before = attempts.at(-1);
    if (before !== undefined && isSame(before.attempt, attempt)) before.count += 1;
    else attempts.push({ count: 1, attempt });
    if (before !== undefined && before.count > 1) {
      const alike = equalAttemptsAfter(terms, { ...standing, number }, attempt);
      before.count += alike;
      number += alike;
      standing = advanced(standing, attempt, alike);
    }
    idle = isProgress(terms, attempt) ? 0 : idle + 1;
    standing = advanced(standing, attempt, 1);
    const ending = attempt.ending !== 'limit' ? attempt.ending : endsBetween(terms, number);
    if (ending !== undefined) return summed(attempts, ending);
  }
}

/** A new generation; without generations, any work. */
const isProgress = ({ saves }: Terms, { checkpoints, work }: Attempt): boolean =>
  checkpoints > 0 || (saves === false && work > 0);

function advanced({ spent, saved, sealed }: RunProgress, attempt: Attempt, times: number): RunProgress {
  return {
    spent: spent + times * attempt.walltime,
    saved: saved + times * attempt.work,
    sealed: sealed || attempt.checkpoints > 0,
  };
}

/**
 * How many of the following attempts are certainly the same, so that nothing has to simulate millions: as long as neither the
 * work nor the remaining total ends within one, whatever that attempt does.
 */
function equalAttemptsAfter(
  terms: Terms,
  { spent, saved, number }: RunProgress & { number: number },
  attempt: Attempt,
): number {
  const { limit, total, work, maxAttempts } = terms;
  if (attempt.ending !== 'limit' || !isProgress(terms, attempt)) return 0;
  const room = (left: number, each: number) =>
    each > 0 ? Math.floor((left - 2 * limit) / each) : Number.POSITIVE_INFINITY;
  return Math.max(
    0,
    Math.min(
      room(total - spent, attempt.walltime),
      room((work ?? Number.POSITIVE_INFINITY) - saved, attempt.work),
      (maxAttempts ?? Number.POSITIVE_INFINITY) - number - 1,
    ),
  );
}

/** What the job decides after its answer to a warning. */
function endsBetween({ once, maxAttempts }: Terms, number: number): 'manual' | 'attempts' | undefined {
  if (once) return 'manual';
  return maxAttempts !== null && number >= maxAttempts ? 'attempts' : undefined;
}

function isSame(one: Attempt, other: Attempt): boolean {
  const same = (key: keyof Attempt) => one[key] === other[key];
  if (!(['walltime', 'work', 'restore', 'end', 'last', 'lost', 'ending'] as const).every(same)) return false;
  return (
    one.cycles.length === other.cycles.length &&
    one.cycles.every((cycle, i) => {
      const twin = other.cycles[i];
      return twin?.count === cycle.count && twin.work === cycle.work && twin.restore === cycle.restore;
    })
  );
}

function summed(groups: readonly { count: number; attempt: Attempt }[], ending: Run['ending']): Run {
  const sum = (of: (attempt: Attempt) => number) =>
    groups.reduce((total, { count, attempt }) => total + count * of(attempt), 0);
  const attempts = sum(() => 1);
  return {
    ending,
    attempts,
    requeues: attempts - 1,
    checkpoints: sum((one) => one.checkpoints),
    periodic: sum((one) => one.periodic),
    restores: sum((one) => one.restores),
    walltime: sum((one) => one.walltime),
    work: sum((one) => one.work),
    saving: sum((one) => one.saving),
    lost: sum((one) => one.lost),
    groups,
  };
}
