import { listing, plural } from '../diagnostics/words.ts';
import type { Attempt, Story } from '../model/story.ts';
import { duration } from '../page/text.ts';

/** What the text and the page say in the same words. */

/** The run in one sentence. */
export function inShort(story: Story): string {
  const { attempts, budget, times, ending } = story;
  const waited = times.waiting > 0 ? `, and ${duration(times.waiting)} between attempts` : '';
  const took = `${plural(attempts.length, 'attempt')}, ${duration(budget.used)}${waited}`;
  return `${nameOf(story)}: ${endingInWords(ending)}; ${took}`;
}

export function nameOf({ workflow, run, attempts }: Story): string {
  const id = run === null ? `job ${attempts[0]?.job || 'unknown'}` : `run ${run}`;
  return workflow === null ? id : `${workflow}, ${id}`;
}

export function endingInWords(ending: Story['ending']): string {
  switch (ending.kind) {
    case 'done':
      return `done, with status ${ending.status}`;
    case 'stopped':
      return `stopped, with status ${ending.status}`;
    case 'waiting':
      return 'waiting for its next attempt';
    case 'killed':
      return 'killed, and recorded no status';
    case 'open':
      return 'no status recorded: it is running, or was killed';
  }
}

const REASONS: Readonly<Record<string, string>> = {
  limit: 'time limit',
  preemption: 'preempted',
  request: 'stopped on request',
  cancelled: 'cancelled',
  requeued: 'requeued by Slurm',
  unclear: 'warned, Slurm did not say why',
  budget: 'total used up',
  superseded: 'superseded',
  node: 'unfit node',
};

/** Why an attempt ended, in a few words. */
export function endOf(attempt: Attempt, isLast: boolean): string {
  if (attempt.whose === 'application') return `done, status ${attempt.status}`;
  const words: string[] = [];
  if (attempt.reason !== null) words.push(REASONS[attempt.reason] ?? attempt.reason);
  if (attempt.status !== null && attempt.status !== 75) words.push(`stopped, status ${attempt.status}`);
  if (attempt.status === null && attempt.next === null) words.push(isLast ? 'no status recorded' : 'killed');
  if (attempt.next !== null) words.push(attempt.next);
  return words.length === 0 ? 'ended' : words.join(', ');
}

/** What somebody should look at, in sentences. */
export function alerts(story: Story): string[] {
  const { stale, warnings, losses, checkpoints, journal, ending } = story;
  const found: string[] = [];
  if (ending.kind === 'stopped') found.push(`The run stopped with status ${ending.status}: ${ending.why}.`);
  const files = [...new Set(stale.map(({ file }) => file))];
  if (files.length > 0)
    found.push(
      `${plural(files.length, 'file')} ${files.length === 1 ? 'was' : 'were'} not rolled back by a restore: ${some(files)}. Check the results in ${files.length === 1 ? 'it' : 'them'}; \`protect\` keeps copies.`,
    );
  const atRisk = [...new Set(warnings.map(({ file }) => file))].filter((file) => !files.includes(file));
  if (atRisk.length > 0)
    found.push(`No restore brings back ${some(atRisk)} as ${atRisk.length === 1 ? 'it was' : 'they were'}.`);
  const failures = losses.filter(({ failure }) => failure);
  if (failures.length > 0)
    found.push(
      `${plural(failures.length, 'failure')} came without a warning, and cost ${duration(failures.reduce((sum, one) => sum + one.seconds, 0))} of work: ${some(
        failures.map(({ why }) => why || 'no reason is known'),
        3,
      )}.`,
    );
  const failed = checkpoints.filter(({ generation }) => generation === null);
  if (failed.length > 0)
    found.push(
      `${plural(failed.length, 'checkpoint')} did not succeed${failed.some(({ last }) => last) ? ' (also a last one, at the end of an attempt)' : ''}: ${some(
        failed.map(({ why }) => why ?? ''),
        3,
      )}.`,
    );
  if (journal.torn.length > 0)
    found.push(
      `${plural(journal.torn.length, 'line')} of the journal cannot be read (${journal.torn.slice(0, 5).join(', ')}${journal.torn.length > 5 ? '…' : ''}) and ${journal.torn.length === 1 ? 'is' : 'are'} left out.`,
    );
  if (journal.unknown.length > 0)
    found.push(
      `The journal has events that this crc does not know (${listing(journal.unknown)}): it was written by a newer version.`,
    );
  return found;
}

/** Each thing once, and the first of many. */
function some(all: readonly string[], most = 5): string {
  const once = [...new Set(all)];
  const rest = once.length - most;
  return rest > 0 ? `${once.slice(0, most).join('; ')}; and ${rest} more` : once.join('; ');
}
