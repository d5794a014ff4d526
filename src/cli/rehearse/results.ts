import type { Painter } from '../../diagnostics/paint.ts';
import { wrap } from '../../diagnostics/width.ts';
import { visible } from '../../diagnostics/words.ts';
import type { Comparison } from '../../rehearse/summary.ts';
import type { Verdict } from '../../rehearse/verdicts/verdict.ts';

/** What a verdict is called on the screen. */
export const WORDS = { held: 'held', broken: 'BROKEN', untried: 'not tried' } as const;

/** The verdict on each promise, for a terminal. */
export function verdictText(verdicts: readonly Verdict[], columns: number, paint: Painter): string {
  const lines = verdicts.flatMap(({ promise, title, outcome, why, evidence }) => {
    const head = `${String(promise).padStart(2)}  ${title.padEnd(26)} `;
    const word = WORDS[outcome].padEnd(10);
    const painted = outcome === 'broken' ? paint.error(word) : outcome === 'held' ? paint.bold(word) : word;
    const rest = outcome === 'broken' ? evidence : [why];
    return [
      `${head}${painted}`.trimEnd(),
      ...rest.flatMap((one) => wrap(visible(one), columns - 4)).map((one) => `    ${one}`),
    ];
  });
  return [paint.bold('Promises'), ...lines].join('\n');
}

/** The prediction and what was seen, for a terminal. */
export function comparisonText(rows: readonly Comparison[], paint: Painter): string {
  const width = Math.max(...rows.map(([, predicted]) => predicted.length), 'crc plan'.length);
  const line = ([what, predicted, seen]: Comparison) =>
    `    ${what.padEnd(20)}${predicted.padEnd(width)}  ${seen}`.trimEnd();
  return [
    paint.bold('The real run, as crc plan predicts it, and this rehearsal'),
    line(['', 'crc plan', 'here']),
    ...rows.map(line),
  ].join('\n');
}
