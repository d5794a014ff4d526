import { ENGINES, type EngineName } from '../language/words.ts';
import { greatest } from '../model/greatest.ts';
import type {
  Attempt,
  Ending,
  PhaseKind,
  Remark,
  RunFacts,
  Sample,
  StaleFile,
  Story,
  Wait,
  Warning,
} from '../model/story.ts';
import { describeDuration } from '../time/duration.ts';
import { follow, type Ledger } from './computation.ts';
import { type Line, readLines } from './lines.ts';
import { remarkOn } from './remarks.ts';

/** Events that this version knows; what a newer version writes is left out, and counted. */
const KNOWN = new Set(
  'started container deaf early launched folder_gone output_shrank put_away suspended foreign_peer hangs doubted believed set_aside differs warned changed_since restored restore_failed passed_over sealed checkpoint_failed checkpoint_skipped asked inner_ended requeued resubmitted left asked_application ended_early measured'.split(
    ' ',
  ),
);

export type ReadStory =
  | { readonly ok: true; readonly story: Story }
  /** `empty`: no line at all; `foreign`: no line of a journal; `headless`: no attempt begins in it. */
  | { readonly ok: false; readonly why: 'empty' | 'foreign' | 'headless' };

/**
 * The story of a run from its journal. Lines that cannot be read are left out: a killed job can leave a torn one.
 * @param facts what the run's folder knows besides
 */
export function readStory(journal: string, facts: RunFacts = {}): ReadStory {
  const { lines, torn, setBack } = readLines(journal);
  if (lines.length === 0) return { ok: false, why: journal.trim() === '' ? 'empty' : 'foreign' };
  const first = lines.find(({ event }) => event === 'started');
  if (first === undefined) return { ok: false, why: 'headless' };
  const began = lines[0]?.time ?? first.time;
  const groups = byAttempt(lines);
  const ledger: Ledger = {
    phases: [],
    sealed: [],
    checkpoints: [],
    restores: [],
    losses: [],
    hasFailed: false,
  };
  const attempts: Attempt[] = [];
  for (const [index, [number, own]] of groups.entries()) {
    const after = groups[index + 1]?.[1];
    const end = endOf(number, own, after, facts);
    const relative = end === undefined ? undefined : end - began;
    attempts.push(
      follow(own, began, { end: relative, isOver: after !== undefined || facts.isOver === true }, ledger),
    );
  }
  const remarks: Remark[] = [];
  const warnings: Warning[] = [];
  const stale: StaleFile[] = [];
  const samples: Sample[] = [];
  for (const line of lines) {
    const at = line.time - began;
    const { attempt } = line;
    const text = remarkOn(line);
    if (text !== undefined) remarks.push({ at, attempt, text });
    if (line.event === 'warned')
      warnings.push({ at, attempt, file: line.text('file'), why: line.text('why') });
    if (line.event === 'changed_since')
      stale.push({
        at,
        attempt,
        generation: line.number('generation') ?? 0,
        file: line.text('file'),
        how: line.text('how'),
      });
    if (line.event === 'measured')
      samples.push({
        at,
        attempt,
        processes: line.number('processes') ?? 0,
        resident: line.number('resident') ?? 0,
        processor: line.number('processor') ?? 0,
        written: line.number('written') ?? 0,
      });
  }
  for (const { line, by } of setBack)
    remarks.push({
      at: line.time - began,
      attempt: line.attempt,
      text: `The clock was set back by ${describeDuration(by)}; all times from here on are later by as much than it showed.`,
    });
  remarks.sort((a, b) => a.at - b.at);
  const latest = lines.findLast(({ event }) => event === 'started') ?? first;
  const used = attempts.reduce((sum, one) => sum + usedBy(one), 0);
  const waits = waitsBetween(attempts);
  const story: Story = {
    workflow: facts.workflow ?? null,
    run: facts.run ?? null,
    engine: engineOf(latest),
    began,
    length: greatest([...attempts.map(({ to }) => to), ...lines.map(({ time }) => time - began)], 0),
    ending: endingOf(attempts.at(-1), facts),
    attempts,
    checkpoints: ledger.checkpoints,
    restores: ledger.restores,
    losses: ledger.losses,
    waits,
    warnings,
    stale,
    remarks,
    samples,
    settings: {
      interval: latest.number('interval') ?? facts.interval ?? null,
      lead: latest.number('lead') ?? facts.lead ?? null,
    },
    budget: { used, total: facts.total ?? latest.number('total') ?? null },
    times: timesOf(attempts, waits),
    journal: {
      lines: lines.length,
      torn,
      unknown: [...new Set(lines.map(({ event }) => event).filter((event) => !KNOWN.has(event)))],
    },
  };
  return { ok: true, story };
}

/** The lines of each attempt, in order; those of one that was superseded can stand between those of the next. */
function byAttempt(lines: readonly Line[]): [number, Line[]][] {
  const groups = new Map<number, Line[]>();
  for (const line of lines) {
    const own = groups.get(line.attempt);
    if (own === undefined) groups.set(line.attempt, [line]);
    else own.push(line);
  }
  return [...groups.entries()].sort(([a], [b]) => a - b);
}

/** When an attempt without a last word ended, by the account: the time that the next one found charged to all before it. */
function endOf(
  number: number,
  own: readonly Line[],
  after: readonly Line[] | undefined,
  { seconds }: RunFacts,
): number | undefined {
  const start = own.find(({ event }) => event === 'started');
  if (start === undefined) return undefined;
  const next = after?.find(({ event }) => event === 'started');
  const before = start.number('spent');
  const later = next?.number('spent');
  const charged =
    seconds?.[number] ?? (before !== undefined && later !== undefined ? later - before : undefined);
  if (charged === undefined || charged < 0) return undefined;
  const paused = own.reduce(
    (sum, line) => sum + (line.event === 'suspended' ? (line.number('seconds') ?? 0) : 0),
    0,
  );
  const end = start.time + charged + paused;
  return next === undefined ? end : Math.min(end, next.time);
}

function usedBy({ from, to, phases }: Attempt): number {
  const paused = phases.filter(({ kind }) => kind === 'suspended');
  return to - from - paused.reduce((sum, one) => sum + one.to - one.from, 0);
}

function waitsBetween(attempts: readonly Attempt[]): Wait[] {
  return attempts.slice(1).flatMap((attempt, index): Wait[] => {
    const before = attempts[index];
    if (before === undefined || attempt.from <= before.to) return [];
    return [{ from: before.to, to: attempt.from, kind: isByItself(before, attempt) ? 'queue' : 'owner' }];
  });
}

/** Did the run go on by itself: was the job requeued, or had it submitted the next one? */
function isByItself({ status, next, job }: Attempt, after: Attempt): boolean {
  // Whoever resumes a run does so with another job.
  if (job !== '' && job === after.job) return true;
  if (status !== null && status !== 75) return false;
  return next !== null || job === '' || after.job === '';
}

function timesOf(attempts: readonly Attempt[], waits: readonly Wait[]): Story['times'] {
  const times: Record<PhaseKind | 'waiting', number> = {
    start: 0,
    restore: 0,
    work: 0,
    lost: 0,
    save: 0,
    end: 0,
    suspended: 0,
    waiting: waits.reduce((sum, { from, to }) => sum + to - from, 0),
  };
  for (const { phases } of attempts) for (const { kind, from, to } of phases) times[kind] += to - from;
  return times;
}

function endingOf(last: Attempt | undefined, { status, isOver }: RunFacts): Ending {
  if (last?.whose === 'application' && last.status !== null)
    return { kind: 'done', status: last.status, why: last.why };
  if (status !== undefined)
    return { kind: 'done', status, why: `the application ended with status ${status}` };
  if (last === undefined || last.status === null) {
    if (last?.next) return { kind: 'waiting', why: last.next };
    return { kind: isOver === true ? 'killed' : 'open' };
  }
  return last.status === 75
    ? { kind: 'waiting', why: last.why }
    : { kind: 'stopped', status: last.status, why: last.why };
}

function engineOf(line: Line): EngineName | null {
  const named = line.text('engine');
  return ENGINES.find((one) => one === named) ?? null;
}
