import type { Seconds } from '../model/flow.ts';
import { greatest } from '../model/greatest.ts';
import type { Story } from '../model/story.ts';
import { dalyInterval, type Failures, shareLost, slowdown, youngInterval } from '../time/daly.ts';

/** What the interval cost in a run, and which would have been best with what was measured. Durations are in seconds. */
export interface Intervals {
  /** The setting, and the mean work between two checkpoints on time; null if not known. */
  readonly used: Seconds | null;
  readonly mean: Seconds | null;
  /** Of a checkpoint, on average, and the longest. */
  readonly cost: Seconds;
  readonly longest: Seconds;
  /** From a failure until work continues, without the queue: the mean of all restores but the proofs; of those if there was no other. */
  readonly restart: Seconds;
  /** Failures without a warning, and the walltime between two; if there was none, the walltime of the run, which is a lower bound. */
  readonly failures: number;
  readonly mtbf: Seconds;
  /** The share of the walltime that went into checkpoints, restores and lost work in this run. */
  readonly measured: number;
  readonly young: Seconds;
  readonly daly: Seconds;
  /** The share of the walltime that is lost at an interval, as expected with these numbers: 0.02 is 2 %. Null: too large to calculate. */
  readonly expected: (interval: Seconds) => number | null;
  readonly lead: Lead;
}

export interface Lead {
  /** The one that was set. */
  readonly used: Seconds | null;
  /** The longest that an attempt took to end after it had been asked; null if none was. */
  readonly needed: Seconds | null;
  /** 1.5 times the longest checkpoint, and 20 s. */
  readonly recommended: Seconds;
  /** Did an attempt not end within it, or fail to save? */
  readonly isTooShort: boolean;
}

/** Undefined if no checkpoint was sealed: then nothing was measured. */
export function intervalsOf(story: Story): Intervals | undefined {
  const { budget, times, losses, restores, attempts, settings } = story;
  const sealed = story.checkpoints.flatMap(({ seconds }) => seconds ?? []);
  if (sealed.length === 0 || budget.used <= 0) return undefined;
  // A checkpoint of less than a second is recorded as 0.
  const cost = Math.max(mean(sealed), 0.5);
  const longest = greatest(sealed, 1);
  const failures = losses.filter(({ failure }) => failure).length;
  const mtbf = budget.used / Math.max(failures, 1);
  const succeeded = restores.filter(({ ok }) => ok);
  // A proof needs no start-up: it counts only where nothing else is known.
  const real = succeeded.filter(({ kind }) => kind !== 'proof');
  const restart = mean((real.length > 0 ? real : succeeded).map(({ seconds }) => seconds));
  const terms: Failures = { cost, restart, mtbf };
  return {
    used: settings.interval,
    mean: meanWork(attempts),
    cost,
    longest,
    restart,
    failures,
    mtbf,
    measured: (times.save + times.restore + times.lost) / budget.used,
    young: youngInterval(cost, mtbf),
    daly: dalyInterval(cost, mtbf),
    expected: (interval) => {
      const overhead = slowdown(interval, terms) - 1;
      return Number.isFinite(overhead) ? shareLost(overhead) : null;
    },
    lead: leadOf(story, longest),
  };
}

function leadOf({ attempts, checkpoints, settings }: Story, longest: Seconds): Lead {
  const warned = attempts.filter(({ asked }) => asked !== null);
  const took = warned.flatMap(({ asked }) => asked?.took ?? []);
  const failed = new Set(
    checkpoints.flatMap(({ last, why, attempt }) => (last && why !== null ? attempt : [])),
  );
  // Of the time limit, the job warns by itself as early as the lead says. TERM comes without one, at the limit or at a preemption.
  const isLate = (attempt: Story['attempts'][number]) => {
    const { number, reason, asked, status } = attempt;
    if (reason !== 'limit' || asked === null || asked.signal === 'TERM') return false;
    if (failed.has(number)) return true;
    if (asked.took === null) return status !== null || attempt !== attempts.at(-1);
    return settings.lead !== null && asked.took > settings.lead;
  };
  return {
    used: settings.lead,
    needed: took.length === 0 ? null : greatest(took, 0),
    recommended: Math.ceil(longest * 1.5 + 20),
    isTooShort: warned.some(isLate),
  };
}

/** The mean work before a checkpoint. */
function meanWork(attempts: Story['attempts']): Seconds | null {
  const before = attempts.flatMap(({ phases }) =>
    phases.flatMap(({ kind, from, to }, index) =>
      (kind === 'work' || kind === 'lost') && phases[index + 1]?.kind === 'save' ? to - from : [],
    ),
  );
  return before.length === 0 ? null : mean(before);
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, one) => sum + one, 0) / values.length;
