import { type TestContext, test } from 'vitest';

/**
 * Tests that take minutes, of a kind of which the default tests run a part: whole jobs on a real Slurm, real programs over nodes,
 * every container runtime and every mutant. `npm run test:all` sets CRFLOW_SLOW=1 and runs them as well.
 */
export const slow = process.env['CRFLOW_SLOW'] === '1';

/** For the names of tests. */
export const whySlow = slow ? '' : ' (skipped: it takes minutes; npm run test:all runs it)';

type Body = (context: TestContext) => Promise<void>;

/** A test that takes minutes. */
export const slowTest = (name: string, body: Body): void =>
  slow ? test.concurrent(name, body) : test.skip(`${name}${whySlow}`, body);

/** The first of several tests that hardly differ, by `at`; the others take their minutes. */
export const firstOf = (at: number, name: string, body: Body): void =>
  at === 0 ? test.concurrent(name, body) : slowTest(name, body);
