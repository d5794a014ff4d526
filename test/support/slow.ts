/**
 * Tests that take minutes, of a kind of which the default tests run a part: whole jobs on a real Slurm, real programs over nodes,
 * every container runtime and every mutant. `npm run test:all` sets CRFLOW_SLOW=1 and runs them as well.
 */
export const slow = process.env['CRFLOW_SLOW'] === '1';

/** For the names of tests. */
export const whySlow = slow ? '' : ' (skipped: it takes minutes; npm run test:all runs it)';
