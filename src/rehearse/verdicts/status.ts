import { type Evidence, eventsOf, lastStart, recorded, statusOf, struckBy } from '../evidence.ts';
import type { Found } from './verdict.ts';

/** Statuses that are crflow's own, which no program of a rehearsal uses. */
const isOwn = (status: number) => status >= 70 && status <= 79;

/** Promise 1: the job ends with the status of the program; nothing unfinished ends with 0. */
export function judgeStatus(evidence: Evidence): Found {
  const broken: string[] = [];
  const { program, starts, status, output } = evidence;
  const last = lastStart(evidence);
  const ended = last && statusOf(last);
  const expected = expectedStatus(evidence);
  for (const start of starts.slice(0, -1)) {
    // Slurm ends a requeued attempt, and its status then says nothing.
    if (start.state === 'PENDING' || start.requeued !== undefined) continue;
    if (
      statusOf(start) === 0 &&
      (status === null || start.to === undefined || start.to < finishedAt(evidence))
    )
      broken.push(`job ${start.job} ended with 0 although the program was not done`);
  }
  if (status !== null && expected !== undefined && status !== expected)
    broken.push(`the run recorded the status ${status}, but the program ended with ${expected}`);
  if (last?.to !== undefined && ended !== undefined && last.requeued === undefined) {
    if (status !== null && ended !== status)
      broken.push(`the job ended with ${ended}, but the status of the program is ${status}`);
    if (status === null && ended === 0)
      broken.push('the job ended with 0, but no status of the program was recorded');
  }
  if (program.counts && status === 0 && !isComplete(output))
    broken.push(`the run ended with 0, but its output has ${output.length} lines and no last one`);
  for (const { status: said, whose, attempt } of eventsOf(evidence, 'left'))
    if (whose === 'crflow' && !isOwn(Number(said)))
      broken.push(`attempt ${attempt} says that its status ${said} is crflow's own, but those are 70 to 79`);
  const tried = status !== null && ended === status;
  const whose = struckBy(evidence, 'program-fails')
    ? `the program ended with ${status} on purpose, and so did the job`
    : `the job ended with ${status}, the program's own status, and no unfinished attempt with 0`;
  return {
    broken,
    held: tried && expected !== undefined ? whose : undefined,
    untried:
      evidence.cutShort ??
      (tried
        ? `the job ended with ${status}, as recorded; only the stand-in tells with what it ended: leave out --real`
        : 'the program did not come to its end in this rehearsal'),
  };
}

/** The program of a rehearsal prints `done` last, and behind it what the flow looks for. */
export const isLast = (line: string | undefined) => line !== undefined && /^done( |$)/.test(line);
const isComplete = (output: readonly string[]) => isLast(output.at(-1));

/** With which status the program ended, if that is known from outside. */
function expectedStatus({ program, struck, engine }: Evidence): number | undefined {
  if (program.status === null) return undefined;
  // With DMTCP such an end is doubted, and the program restored; with the others, the program may really end by it.
  const killed = struck.some(({ fault }) => fault.name === 'kill-program');
  return killed && engine === 'none' ? 137 : program.status;
}

const finishedAt = (evidence: Evidence) => recorded(evidence)?.at ?? Number.POSITIVE_INFINITY;
