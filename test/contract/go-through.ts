import { test } from 'vitest';
import { type Bench, Stage, scenarios, silences } from './scenarios.ts';

/** The GraceTime of the partition `low` for scenarios, in seconds. */
export const GRACE = 8;

/** A test for each scenario: together, and then one by one those in which the controller answers nobody. */
export function goThrough(bench: () => Bench): void {
  for (const [name, { run, expected }] of Object.entries(scenarios))
    test.concurrent(name, async ({ expect }) => {
      expect(await run(new Stage(bench(), name))).toEqual(expected);
    });
  for (const [name, { run, expected }] of Object.entries(silences))
    test(name, async ({ expect }) => {
      expect(await run(new Stage(bench(), name))).toEqual(expected);
    });
}
