import type { Forecast } from '../model/forecast.ts';
import { describeDuration } from '../time/duration.ts';
import { type Evidence, eventsOf, recorded } from './evidence.ts';
import type { Verdict } from './verdicts/verdict.ts';

/** What `crc plan` predicts of the real run, beside what was seen in the rehearsal: name, prediction, seen. */
export type Comparison = readonly [what: string, predicted: string, seen: string];

/** @param unit seconds that a line of the program's output takes */
export function compare(forecast: Forecast, all: readonly Evidence[], unit: number): readonly Comparison[] {
  const [evidence] = all;
  if (evidence === undefined) return [];
  const attempts = eventsOf(evidence, 'started').length;
  const checkpoints = eventsOf(evidence, 'sealed').length;
  const { interval, run } = forecast;
  const begun = eventsOf(evidence, 'sealed', 'launched');
  const done = recorded(evidence)?.at ?? Number.POSITIVE_INFINITY;
  const most = Math.max(
    0,
    ...evidence.struck.map(({ at }) => {
      if (at > done) return 0;
      const saved = begun.filter(({ seen }) => seen <= at).at(-1)?.seen ?? at;
      return (at - saved) / 1000;
    }),
  );
  return [
    ['attempts', String(run.attempts), `${attempts}, because of the faults`],
    ['checkpoints', String(run.checkpoints), String(checkpoints)],
    ['interval', describeDuration(Math.round(interval.used.seconds)), `${evidence.settings.interval} s`],
    ...(forecast.engine === 'none'
      ? []
      : [
          [
            'a failure costs',
            `at most ${describeDuration(Math.round(interval.used.seconds + interval.cost))} of work`,
            evidence.program.counts && unit > 0 ? `at most ${Math.round(most * 10) / 10} s of work` : '',
          ] as Comparison,
        ]),
    ['delay of a requeue', describeDuration(forecast.queue.delay), '1 s'],
  ];
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
