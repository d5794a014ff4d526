import { listing } from '../diagnostics/words.ts';
import type { Seconds } from '../model/flow.ts';
import type { Forecast, Run } from '../model/forecast.ts';
import type { OwnCheckpoints, Plan, PlannedProgram } from '../model/plan.ts';
import type { Terms } from '../time/attempt.ts';
import { HANDLING, leadForWriting } from '../time/cost.ts';
import { describeDuration } from '../time/duration.ts';

/** If a program needs more than this many times its own duration, an attempt gains too little to forecast its end. */
export const TOO_MUCH = 20;

/**
 * What a user should know before submitting, in sentences that contain the numbers.
 * @param all the run of the forecast, and its other possible values
 */
export function remarks(
  { engine, own }: Plan['checkpoint'],
  terms: Terms,
  forecast: Omit<Forecast, 'remarks'>,
  all: readonly Run[],
): string[] {
  const { interval } = forecast;
  if (interval === null)
    return [
      'nothing is saved (engine = none): what is said here of work and of the end holds only if the program itself continues where it was. One that begins anew must end within one attempt',
      ...remarksOnEnd(forecast, 'does any work'),
    ];
  return [
    ...(own === undefined ? [] : ofOwn(own, interval)),
    ...(engine === 'mana'
      ? [
          'engine = mana is experimental: a step of the program takes longer under MANA (0.8 ms instead of 0.5 ms, for one that does nothing but communicate), and checkpoints can fail that would not with another engine',
        ]
      : []),
    ...remarksOnEnd(forecast, 'seals a generation'),
    ...ofAttempts(terms, forecast.run, interval, all),
    ...ofTheInterval(interval),
  ];
}

type Interval = NonNullable<Forecast['interval']>;

/** What the forecast takes for granted of a program that saves itself. */
function ofOwn({ ask, answer, program }: OwnCheckpoints, interval: Interval): string[] {
  const each = describeDuration(Math.round(interval.used.seconds));
  const period =
    ask !== null && answer === 'continues'
      ? `the program is asked to save every ${each}`
      : `the program saves itself, and crflow copies what it finds every ${each}: set the program to save at least as often, or a failure costs more than is said here`;
  const last =
    ask === null
      ? ['nothing asks the program to save at a time limit: what it did since its last save is done again']
      : [];
  return [period, ...last, ...(program === undefined ? [] : [ofProgram(program)])];
}

function ofProgram({ name, title, tried, gives }: PlannedProgram): string {
  const keys =
    gives.length === 0
      ? 'nothing, because the flow gives all keys itself'
      : listing(gives.map((key) => `\`${key}\``));
  return `program ${name} gives ${keys}: ${tried === null ? `from the manual of ${title}, not tried` : `measured with ${tried}`}`;
}

function remarksOnEnd({ run, needs, program }: Omit<Forecast, 'remarks'>, what: string): string[] {
  if (run.ending === 'done') return [];
  if (run.ending === 'manual')
    return ['the run stops at the end of its first attempt (status 71) and waits until you resume it'];
  if (run.ending === 'no-progress') return [`no attempt ${what}, so the run stops with status 73`];
  if (program === null) return [];
  if (needs === null)
    return [
      `even in ${TOO_MUCH} times its own time, the program would not end, because attempts make almost no progress. Give each attempt more time`,
    ];
  return [
    run.ending === 'total'
      ? `the program does not end within total: it needs ${describeDuration(wholeMinutes(needs.total))} of walltime, and more with failures`
      : `the program does not end within max_attempts: it needs ${needs.attempts}, and more if one is preempted`,
  ];
}

function ofAttempts(
  { cost, last = cost, lead }: Terms,
  run: Run,
  interval: Interval,
  all: readonly Run[],
): string[] {
  const found: string[] = [];
  if (last !== null && all.some((one) => one.lost > 0))
    found.push(
      `the last checkpoint of an attempt takes ${describeDuration(last)}, which is not always done ${describeDuration(lead)} after the warning, so work is lost. Raise lead to ${describeDuration(leadForWriting(Math.max(0, last - HANDLING)))}`,
    );
  const full = run.groups.map(({ attempt }) => attempt).filter(({ ending }) => ending === 'limit');
  if (full.some(({ work, lost }) => work + lost <= 0))
    found.push('some attempts end before they have done any work');
  else if (
    full.length > 0 &&
    !full.some(({ cycles }) => cycles.some(({ work }) => work === interval.used.seconds))
  )
    found.push(
      `no attempt lasts as long as the interval, ${describeDuration(Math.round(interval.used.seconds))}: work is saved only at the end of attempts`,
    );
  return found;
}

/** Half a per cent is not worth mentioning. */
function ofTheInterval({ used, daly, auto }: Interval): string[] {
  if (auto || daly === null) return [];
  if (used.overhead !== null && used.overhead <= 2 * (daly.overhead ?? 0) + 0.005) return [];
  return [
    `an interval of ${describeDuration(Math.round(daly.seconds))} would lose less, if failures are as frequent as assumed`,
  ];
}

const wholeMinutes = (time: Seconds): Seconds => Math.ceil(time / 60) * 60;
