import { type Evidence, eventsOf, statusOf } from '../evidence.ts';
import type { Found } from './verdict.ts';

/** Promise 9: every decision is a line of JSON that fits the schema. */
export function judgeJournal(evidence: Evidence): Found {
  const { journal, seals, starts } = evidence;
  const broken: string[] = [];
  for (const { text, entry } of journal)
    if (entry === undefined) broken.push(`a line is not what the schema asks for: ${text.slice(0, 80)}`);
  const sealed = new Set(eventsOf(evidence, 'sealed').map((one) => one['generation']));
  for (const { generation } of seals)
    if (!sealed.has(generation))
      broken.push(`generation ${generation} is there, and no line says that it was sealed`);
  const began = eventsOf(evidence, 'started');
  const charged = evidence.charged.filter(({ attempt }) => attempt > 0);
  for (const { attempt } of charged)
    if (!began.some((one) => one.attempt === attempt))
      broken.push(`no line says that attempt ${attempt} started`);
  const ran = new Set(eventsOf(evidence, 'launched', 'restored').map(({ attempt }) => attempt));
  const worked = new Set(eventsOf(evidence, 'sealed').map(({ attempt }) => attempt));
  for (const attempt of worked)
    if (!ran.has(attempt))
      broken.push(`attempt ${attempt} sealed generations, and no line says how it began to work`);
  const itself = starts.filter(({ requeued }) => requeued === 'itself').length;
  // Where Slurm requeued it and did not answer, the job learns that when it is ended.
  const learned = eventsOf(evidence, 'left').filter(({ why }) => /^Slurm has requeued/.test(String(why)));
  const requeued = new Set([...eventsOf(evidence, 'requeued'), ...learned].map(({ attempt }) => attempt))
    .size;
  if (requeued < itself) broken.push(`the job requeued itself ${itself} times, and ${requeued} lines say so`);
  const left = eventsOf(evidence, 'left');
  const own = starts.filter(
    (start) => start.requeued === undefined && start.to !== undefined && /:0$/.test(start.exitCode ?? ''),
  );
  for (const start of own)
    if (!left.some(({ status }) => status === statusOf(start)))
      broken.push(`job ${start.job} ended with ${statusOf(start)}, and no line says why`);
  const numbers = began.map(({ attempt }) => attempt);
  if (numbers.some((one, i) => i > 0 && one <= (numbers[i - 1] ?? 0)))
    broken.push('the attempts are not in order');
  return {
    broken: [...new Set(broken)],
    held:
      journal.length > 0
        ? `${journal.length} lines, all as the schema asks; they account for all that was seen`
        : undefined,
    untried: evidence.cutShort ?? 'there is no journal',
  };
}
