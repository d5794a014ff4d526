import type { PromiseNumber } from '../faults/catalogue.ts';

/** What a rehearsal says of a promise. `untried`: it did not put the promise to the test, so it says nothing. */
export type Outcome = 'held' | 'broken' | 'untried';

export interface Verdict {
  readonly promise: PromiseNumber;
  readonly title: string;
  readonly outcome: Outcome;
  /** One sentence: what held, or why it was not tried. Of a broken promise, what broke it first. */
  readonly why: string;
  /** Of a broken promise: everything that was seen, one sentence each. */
  readonly evidence: readonly string[];
}

/** What a rule found: the ways in which a promise was broken; and if there is none, whether it was put to the test. */
export interface Found {
  readonly broken: readonly string[];
  /** What was tried and held; absent if it was not tried. */
  readonly held?: string | undefined;
  /** Why it was not tried. */
  readonly untried: string;
}

/** The verdict on a promise. What is broken is broken, whether or not the rehearsal set out to try it. */
export function verdict(promise: PromiseNumber, title: string, { broken, held, untried }: Found): Verdict {
  const [first] = broken;
  if (first !== undefined) return { promise, title, outcome: 'broken', why: first, evidence: broken };
  if (held !== undefined) return { promise, title, outcome: 'held', why: held, evidence: [] };
  return { promise, title, outcome: 'untried', why: untried, evidence: [] };
}

/** `2.5 s`, of milliseconds. */
export const seconds = (milliseconds: number) => `${Math.round(milliseconds / 100) / 10} s`;
