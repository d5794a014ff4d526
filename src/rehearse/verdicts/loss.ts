import {
  ancestorsIn,
  type Evidence,
  eventsOf,
  type JournalEntry,
  stoppedWith,
  struckBy,
} from '../evidence.ts';
import { isLast } from './status.ts';
import { type Found, seconds } from './verdict.ts';

type Seen = JournalEntry & { readonly seen: number };

/** Faults after which no checkpoint can be asked of anybody for a while. */
const hindering = ['disk-full', 'no-checkpoint'];

/** Promise 2: at most the work since the newest whole generation is lost. */
export function judgeLoss(evidence: Evidence): Found {
  const restores = restoresOf(evidence);
  const broken = [
    ...olderThanNeeded(evidence),
    ...begunAnew(evidence),
    ...lessThanSaved(evidence),
    ...outputOf(evidence),
    ...unsavedWarnings(evidence),
    ...lateCheckpoints(evidence),
  ];
  const most = linesLost(evidence);
  const others = restores.some((one) => isOlder(evidence, one));
  const from = others ? 'the newest generation that could be restored' : 'the newest whole generation';
  const again =
    most === undefined ? '' : `; at most ${most} line${most === 1 ? '' : 's'} of work had to be done again`;
  const tried = restores.length > 0 && (!evidence.program.counts || evidence.output.length > 0);
  return {
    broken,
    held: tried
      ? `${restores.length === 1 ? 'one restore' : `${restores.length} restores, each`} from ${from}${evidence.program.counts ? again : ''}`
      : undefined,
    untried: notRestored(evidence),
  };
}

/** Why nothing was restored. */
function notRestored(evidence: Evidence): string {
  if (evidence.engine === 'none')
    return 'with engine none nothing is saved, so a loss costs everything since the start';
  const stopped = stoppedWith(evidence);
  if (stopped?.status === 74 && evidence.seals.length > 0)
    return 'no generation was left that could be restored, so all work since the start was lost';
  if (eventsOf(evidence, 'launched').length === 0) return 'the program was never started';
  if (eventsOf(evidence, 'launched').length > 1)
    return 'no generation had been sealed when work was lost, so the program began anew';
  if (evidence.cutShort !== undefined && evidence.starts.some(({ to }) => to !== undefined))
    return `nothing was restored: ${evidence.cutShort}`;
  return 'nothing was lost in this rehearsal, so nothing had to be restored: --fault kill';
}

const restoresOf = (evidence: Evidence) =>
  eventsOf(evidence, 'restored').filter((one) => !isProof(evidence, one));

/** The most lines of work that had to be done again after a restore; undefined if there was none, or nobody saw how many. */
export function linesLost(evidence: Evidence): number | undefined {
  const lost = restoresOf(evidence)
    .map((one) => lostAt(evidence, one))
    .filter((one) => one !== undefined);
  return lost.length === 0 ? undefined : Math.max(...lost);
}

/** Is it the restore that proves the first checkpoint? Nothing is lost there. */
const isProof = ({ journal }: Evidence, { seen, attempt }: Seen) =>
  !journal.some(
    ({ entry, seen: at }) =>
      entry !== undefined && at < seen && (entry.attempt !== attempt || entry.event === 'restored'),
  );

/** The generations that could be restored at a time. */
const usable = ({ seals }: Evidence, at: number) =>
  seals.filter(
    ({ seen, whole, damaged = Number.POSITIVE_INFINITY, gone = Number.POSITIVE_INFINITY }) =>
      whole && seen < at && damaged > at && gone > at,
  );

/** Was there a newer one that was whole? */
const isOlder = (evidence: Evidence, { seen, generation }: Seen) =>
  Number(generation) < (usable(evidence, seen).at(-1)?.generation ?? 0);

function olderThanNeeded(evidence: Evidence): string[] {
  return eventsOf(evidence, 'restored').flatMap((restored) => {
    const newest = usable(evidence, restored.seen).at(-1)?.generation ?? 0;
    const used = Number(restored['generation']);
    if (!isOlder(evidence, restored) || fellBack(evidence, restored)) return [];
    return [
      `attempt ${restored.attempt} restored generation ${used}, although generation ${newest} was there and whole`,
    ];
  });
}

/** Had the job a reason not to use the newest: a restore of it failed, or the program was lost twice after it? */
function fellBack(evidence: Evidence, { attempt, seen }: Seen): boolean {
  const before = evidence.journal.filter((one) => one.seen <= seen && one.entry?.attempt === attempt);
  const lost = before.filter(({ entry }) => entry?.event === 'inner_ended' && entry['outcome'] === 'lost');
  return (
    before.some(({ entry }) => ['restore_failed', 'doubted', 'ended_early'].includes(entry?.event ?? '')) ||
    lost.length > 1
  );
}

function begunAnew(evidence: Evidence): string[] {
  return eventsOf(evidence, 'launched').flatMap(({ attempt, seen }) => {
    const newest = usable(evidence, seen).at(-1)?.generation;
    if (newest === undefined) return [];
    return [
      `attempt ${attempt} started the program from its beginning, although generation ${newest} was there and whole`,
    ];
  });
}

/** The fewest lines of the output between a restore and the next save; they are cut to what they were at the checkpoint. */
function linesAfter(evidence: Evidence, { seen }: Seen): number {
  const looks = evidence.looks.filter(({ at }) => at >= seen - 500 && at <= seen + 1500);
  return Math.min(...looks.map(({ lines }) => lines), Number.POSITIVE_INFINITY);
}

const linesBefore = (evidence: Evidence, { seen }: Seen): number =>
  Math.max(
    0,
    ...evidence.looks.filter(({ at }) => at <= seen && at >= seen - 20_000).map(({ lines }) => lines),
  );

const lostAt = (evidence: Evidence, restored: Seen): number | undefined => {
  const after = linesAfter(evidence, restored);
  return Number.isFinite(after) ? Math.max(0, linesBefore(evidence, restored) - after) : undefined;
};

/** The output was cut to less than what a generation had. A checkpoint takes a moment, in which the program of a rehearsal prints some lines. */
function lessThanSaved(evidence: Evidence): string[] {
  if (!evidence.program.counts) return [];
  const ancestors = ancestorsIn(evidence);
  return eventsOf(evidence, 'restored').flatMap((restored) => {
    const seal = evidence.seals.find(({ generation }) => generation === restored['generation']);
    const ancestor = ancestors.get(Number(restored['generation'])) ?? 0;
    const before = evidence.seals.find(({ generation }) => generation === ancestor);
    const after = linesAfter(evidence, restored);
    if (seal === undefined || !Number.isFinite(after)) return [];
    // What the one had that it continues is certainly in it.
    const least = before === undefined ? 0 : before.lines;
    if (after >= least) return [];
    return [
      `after the restore of generation ${seal.generation} the output had ${after} lines, fewer than the ${least} at generation ${ancestor}, which it continues`,
    ];
  });
}

/**
 * The output of a finished run is 1, 2, 3, … done: nothing missing, nothing twice. What was printed before a start from the beginning remains
 * in front, unless DMTCP has rolled it back.
 */
function outputOf(evidence: Evidence): string[] {
  const { program, output, status, engine } = evidence;
  if (!program.counts) return [];
  const lines = isLast(output.at(-1)) ? output.slice(0, -1) : output;
  let begins = engine === 'dmtcp' ? 1 : eventsOf(evidence, 'launched').length;
  let expected = 0;
  const wrong = lines.findIndex((line) => {
    expected = line === '1' && begins-- > 0 ? 1 : expected + 1;
    return line !== String(expected);
  });
  if (wrong < 0) return [];
  // The last line of a run that was ended may be torn.
  if (status === null && wrong === lines.length - 1) return [];
  return [
    `the output is wrong: line ${wrong + 1} is ${JSON.stringify(lines[wrong])}, so work was ${Number(lines[wrong]) < expected ? 'done twice' : 'lost'}`,
  ];
}

/** Asked in time, and nothing was saved. */
function unsavedWarnings(evidence: Evidence): string[] {
  if (!evidence.canAsk || evidence.engine === 'none' || struckBy(evidence, ...hindering)) return [];
  return eventsOf(evidence, 'asked').flatMap(({ attempt, reason, seen }) => {
    if (!['limit', 'preemption', 'unclear'].includes(String(reason))) return [];
    const ended = eventsOf(evidence, 'inner_ended').find(
      (one) => one.attempt === attempt && one.seen >= seen,
    );
    const hit = evidence.struck.some(
      ({ at }) => at >= seen - 500 && at <= (ended?.seen ?? seen) + 500 && isViolent(evidence, at),
    );
    if (ended === undefined || ended['outcome'] !== 'unsaved' || hit) return [];
    // The lead of a rehearsal is seconds, and a busy machine may need more: then the job goes on without the checkpoint, as it should.
    if (String(ended['why']).includes('killed')) return [];
    return [`attempt ${attempt} was warned (${reason}) and saved nothing before it ended: ${ended['why']}`];
  });
}

const isViolent = ({ struck }: Evidence, at: number) =>
  struck.some(
    (one) =>
      one.at === at &&
      !['time-limit', 'preempt', 'controller-silent', 'refuse-requeue'].includes(one.fault.name),
  );

/** Work without a checkpoint for far longer than the interval. */
function lateCheckpoints(evidence: Evidence): string[] {
  const { settings, engine, starts, slowness } = evidence;
  if (!evidence.canAsk || engine === 'none' || struckBy(evidence, ...hindering)) return [];
  const most = Math.max(4 * settings.interval, settings.interval + 20) * 1000 * slowness;
  let since: number | undefined;
  const broken: string[] = [];
  const look = (until: number) => {
    if (since !== undefined && until - since > most)
      broken.push(
        `the program worked for ${seconds(until - since)} without a checkpoint; the interval was ${settings.interval} s`,
      );
  };
  for (const { entry, seen } of evidence.journal) {
    if (entry === undefined) continue;
    const end = starts.find(
      ({ from, to }) => since !== undefined && to !== undefined && from <= since && to > since,
    )?.to;
    look(Math.min(seen, end ?? seen));
    if (['launched', 'restored', 'sealed'].includes(entry.event)) since = seen;
    else if (['inner_ended', 'left', 'started', 'requeued', 'checkpoint_failed'].includes(entry.event))
      since = undefined;
  }
  return [...new Set(broken)].slice(0, 1);
}
