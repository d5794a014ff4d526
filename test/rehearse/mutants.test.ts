import { describe, expect, test } from 'vitest';
import { compile } from '../support/compile.ts';
import { hostFlow, rehearsed } from '../support/rehearsed.ts';
import { slow } from '../support/slow.ts';
import { type Mutant, mutants, mutate } from './mutants.ts';

// Broken runtimes, which the verdicts must find. All of them take some minutes: `npm run mutants`.

const chosen = mutants.filter(({ quick }) => slow || quick);
const left = mutants.length - chosen.length;

test('each promise has at least three', () => {
  for (let promise = 1; promise <= 10; promise++)
    expect(mutants.filter((one) => one.promise === promise).length).toBeGreaterThanOrEqual(3);
});

describe.concurrent('a runtime that', () => {
  test.each(
    chosen.map((one) => [one.promise, one.name, one] as const),
  )('breaks promise %i: it %s', async (promise: number, _: string, mutant: Mutant) => {
    const { verdicts, evidence } = await rehearsed(mutant.faults, {
      change: (script) => mutate(script, mutant),
      limit: 170,
    });
    const verdict = verdicts.find((one) => one.promise === promise);
    expect(verdict?.outcome, `${verdict?.why} ${evidence.cutShort}`).toBe('broken');
  });
});

test.skipIf(left === 0).skip(`${left} further mutants: npm run mutants`, () => {});

test('the runtime has the text that each of them replaces', () => {
  const { flows } = compile({ name: 'count.crflow', text: hostFlow });
  const script = flows[0]?.script.text ?? '';
  for (const one of mutants) expect(mutate(script, one)).not.toBe(script);
});
