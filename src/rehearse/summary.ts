import type { Forecast } from '../model/forecast.ts';
import { describeDuration } from '../time/duration.ts';
import { type Evidence, eventsOf } from './evidence.ts';
import { linesLost } from './verdicts/loss.ts';
import type { Verdict } from './verdicts/verdict.ts';

/** What `crc plan` predicts of the real run, beside what was seen in the rehearsal: name, prediction, seen. */
export type Comparison = readonly [what: string, predicted: string, seen: string];

/**
 * @param all what was seen of each run of the rehearsal
 * @param unit seconds that a line of the program's output takes; 0: it prints what it likes
 */
export function compare(forecast: Forecast, all: readonly Evidence[], unit: number): readonly Comparison[] {
  const [evidence] = all;
  if (evidence === undefined) return [];
  const { interval, run } = forecast;
  const inEach = (event: string) => all.map((one) => eventsOf(one, event).length);
  const ofRuns = all.length === 1 ? '' : ` in the ${all.length} runs`;
  const attempts = inEach('started');
  const byFaults = attempts.some((count, i) => count > 1 && all[i]?.struck.length !== 0);
  return [
    [
      'attempts',
      String(run.attempts),
      `${attempts.join(', ')}${ofRuns}${byFaults ? ', because of the faults' : ''}`,
    ],
    ...(interval === null
      ? []
      : ([
          ['checkpoints', String(run.checkpoints), `${inEach('sealed').join(', ')}${ofRuns}`],
          [
            'interval',
            describeDuration(Math.round(interval.used.seconds)),
            `${evidence.settings.interval} s`,
          ],
          [
            'a failure costs',
            `at most ${describeDuration(Math.round(interval.used.seconds + interval.cost))} of work`,
            costOf(all, unit),
          ],
        ] as Comparison[])),
    ['delay of a requeue', describeDuration(forecast.queue.delay), '1 s'],
  ];
}

/** The most work that had to be done again: the lines of it, in the time that they take. */
function costOf(all: readonly Evidence[], unit: number): string {
  if (unit === 0) return 'your own program does not tell';
  const lost = all.map(linesLost).filter((one) => one !== undefined);
  return lost.length === 0
    ? 'nothing was restored'
    : `at most ${Math.round(Math.max(...lost) * unit * 10) / 10} s of work`;
}

/** `8 promises held, 2 were not tried`. */
export function inShort(verdicts: readonly Verdict[]): string {
  const count = (outcome: Verdict['outcome']) => verdicts.filter((one) => one.outcome === outcome).length;
  const parts = [
    count('broken') > 0 ? `${count('broken')} broken` : '',
    count('held') > 0 ? `${count('held')} held` : '',
    count('untried') > 0 ? `${count('untried')} not tried` : '',
  ];
  return `promises: ${parts.filter((one) => one !== '').join(', ')}`;
}
