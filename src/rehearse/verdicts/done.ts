import { type Evidence, eventsOf, recorded, statusOf } from '../evidence.ts';
import type { Found } from './verdict.ts';

/** Promise 7: once the status is on disk, the work is never run again. */
export function judgeDone(evidence: Evidence): Found {
  const { looks, starts, status } = evidence;
  const broken: string[] = [];
  const since = recorded(evidence);
  if (since === undefined)
    return { broken, untried: evidence.cutShort ?? 'the program did not come to its end in this rehearsal' };
  for (const { attempt, event, seen } of eventsOf(evidence, 'launched', 'restored'))
    if (seen > since.at + 500)
      broken.push(`attempt ${attempt} ${event} the program after its status was on disk`);
  const later = looks.filter(({ at }) => at > since.at + 500);
  if (later.some(({ lines }) => lines !== since.lines))
    broken.push('the output changed after the status was on disk');
  if (later.some((one) => one.status !== since.status))
    broken.push('the recorded status changed, or was removed');
  const again = starts.filter(({ from }) => from > since.at);
  const ended = again.filter(({ to, requeued }) => to !== undefined && requeued === undefined);
  for (const start of ended)
    if (statusOf(start) !== status)
      broken.push(
        `the job was started again when all was done, and ended with ${statusOf(start)} instead of ${status}`,
      );
  return {
    broken,
    held:
      ended.length > 0
        ? `the job was started again after its end, ran nothing, and ended with ${status} again`
        : undefined,
    untried:
      again.length > 0
        ? `the job was started again after its end, and did not come to an end again${evidence.cutShort === undefined ? '' : `: ${evidence.cutShort}`}`
        : 'nobody started the job again after its end: --fault requeue@end',
  };
}
