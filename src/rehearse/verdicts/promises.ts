import { listing } from '../../diagnostics/words.ts';
import type { Evidence } from '../evidence.ts';
import type { PromiseNumber } from '../faults/catalogue.ts';
import { judgeBudget } from './budget.ts';
import { judgeComplete } from './complete.ts';
import { judgeDone } from './done.ts';
import { judgeJournal } from './journal.ts';
import { judgeLoss } from './loss.ts';
import { judgeNames } from './names.ts';
import { judgeOne } from './one.ts';
import { judgeProgress } from './progress.ts';
import { judgeStatus } from './status.ts';
import { judgeStorage } from './storage.ts';
import { type Found, type Verdict, verdict } from './verdict.ts';

/** What a compiled job promises, in the order of docs/rehearse.md. */
export const PROMISES: readonly {
  readonly number: PromiseNumber;
  readonly title: string;
  readonly judge: (evidence: Evidence) => Found;
}[] = [
  { number: 1, title: 'Status', judge: judgeStatus },
  { number: 2, title: 'No needless loss', judge: judgeLoss },
  { number: 3, title: 'Only complete checkpoints', judge: judgeComplete },
  { number: 4, title: 'One at a time', judge: judgeOne },
  { number: 5, title: 'Budget', judge: judgeBudget },
  { number: 6, title: 'Progress or stop', judge: judgeProgress },
  { number: 7, title: 'Done is done', judge: judgeDone },
  { number: 8, title: 'Bounded storage', judge: judgeStorage },
  { number: 9, title: 'A journal', judge: judgeJournal },
  { number: 10, title: 'Names are safe', judge: judgeNames },
];

/** The verdict on each promise, from what was seen of one run. */
export const judge = (evidence: Evidence): readonly Verdict[] =>
  PROMISES.map(({ number, title, judge: look }) => verdict(number, title, look(evidence)));

/** The verdicts of several runs as one: broken if one of them broke it, held if one of them tried it. Each sentence says of which run it is. */
export function together(all: readonly (readonly Verdict[])[]): readonly Verdict[] {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return first ?? [];
  return PROMISES.flatMap(({ number }) => {
    const own = all.flatMap((verdicts, at) =>
      verdicts.filter(({ promise }) => promise === number).map((one) => ({ ...one, run: at + 1 })),
    );
    const broken = own.filter(({ outcome }) => outcome === 'broken');
    const held = own.filter(({ outcome }) => outcome === 'held');
    const [chosen, ...same] = broken.length > 0 ? broken : held.length > 0 ? held : own;
    if (chosen === undefined) return [];
    const { run, ...verdict } = chosen;
    if (broken.length > 0) {
      const evidence = broken.flatMap((one) => one.evidence.map((text) => `run ${one.run}: ${text}`));
      return [{ ...verdict, why: evidence[0] ?? verdict.why, evidence }];
    }
    if (own.every(({ why, outcome }) => why === verdict.why && outcome === verdict.outcome)) return [verdict];
    const more = held.length > 1 ? ` (held also in ${runs(same.map((one) => one.run))})` : '';
    return [{ ...verdict, why: `run ${run}: ${verdict.why}${more}` }];
  });
}

const runs = (numbers: readonly number[]) =>
  numbers.length === 1 ? `run ${numbers[0]}` : `runs ${listing(numbers.map(String))}`;
