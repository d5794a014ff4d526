import { type Evidence, eventsOf, statusOf, struckBy } from '../evidence.ts';
import { type Found, seconds } from './verdict.ts';

/** What an attempt needs before its account begins, and after its last entry: bash starts, the controller answers. In seconds. */
const SLACK = 3;

/** How long the last checkpoint of an attempt may take here, in seconds. */
const LAST = 15;

/** Promise 5: `total` counts the allocated time of all attempts, to a heartbeat. */
export function judgeBudget(evidence: Evidence): Found {
  const { settings, starts, charged, slowness } = evidence;
  const broken: string[] = [];
  const slack = SLACK * slowness;
  const last = LAST * slowness;
  const tolerance = settings.heartbeat + slack;
  for (const started of eventsOf(evidence, 'started')) {
    const before = charged
      .filter(({ attempt }) => attempt < started.attempt)
      .reduce((sum, one) => sum + one.seconds, 0);
    // One that was cut off goes on, and charges, until it sees that it has lost the lease.
    const late = struckBy(evidence, 'node-loss') ? 4 * settings.heartbeat + slack : 1;
    if (Math.abs(Number(started['spent']) - before) > late)
      broken.push(
        `attempt ${started.attempt} began with ${started['spent']} s on its account, but the attempts before it had used ${before} s`,
      );
  }
  const allocated = starts.reduce((sum, { from, to }) => sum + ((to ?? from) - from) / 1000, 0);
  const counted = charged.reduce((sum, one) => sum + one.seconds, 0);
  const isCompared = starts.length > 0 && charged.length > 0 && starts.every(({ to }) => to !== undefined);
  if (isCompared) {
    // A node that was cut off goes on without being allocated.
    const more = struckBy(evidence, 'node-loss') ? 4 * settings.heartbeat + 10 : 0;
    if (counted > allocated + tolerance + more || counted < allocated - starts.length * tolerance - more)
      broken.push(
        `the run counted ${counted} s, but Slurm had allocated ${seconds(allocated * 1000)} over ${starts.length} starts`,
      );
  }
  let over = 0;
  const tried = struckBy(evidence, 'small-budget');
  const stopped = starts.find((start) => statusOf(start) === 72);
  if (tried && evidence.cutShort === undefined) {
    if (stopped === undefined)
      broken.push(`the run had a total of ${settings.total} s, and never stopped with 72`);
    else {
      const used = starts
        .slice(0, starts.indexOf(stopped) + 1)
        .reduce((sum, { from, to = from }) => sum + (to - from) / 1000, 0);
      over = used - settings.total;
      if (used < settings.total - tolerance)
        broken.push(`the run stopped after ${seconds(used * 1000)} of a total of ${settings.total} s`);
      if (used > settings.total + tolerance + last)
        broken.push(
          `the run stopped only after ${seconds(used * 1000)}, with a total of ${settings.total} s`,
        );
    }
  } else if (stopped === undefined && counted > settings.total + tolerance + last)
    broken.push(`the run used ${counted} s of a total of ${settings.total} s, and did not stop`);
  const agrees = isCompared
    ? `the account was right (${counted} s of ${seconds(allocated * 1000)} allocated)`
    : 'the account was not compared with what Slurm had allocated, because an attempt had not ended';
  return {
    broken,
    held:
      tried && stopped !== undefined && evidence.status !== null
        ? `the run stopped with 72 at its total of ${settings.total} s${over > 1 ? ` and ${seconds(over * 1000)} for its last checkpoint` : ''}, and went on when it got more; ${agrees}`
        : undefined,
    untried:
      tried && evidence.cutShort !== undefined
        ? `${agrees}; ${evidence.cutShort}`
        : `${agrees}${isCompared ? ', but' : '.'} ${isCompared ? 'the' : 'The'} run did not come to its total: --fault small-budget`,
  };
}
