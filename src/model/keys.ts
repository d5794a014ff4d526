/**
 * What the parser has to know of keys, to say how several values are written behind one. The vocabulary has their types;
 * test/unit/check.test.ts holds these against it.
 */

/** Keys that take a list. */
export const LIST_KEYS: readonly string[] = [
  'load',
  'pass',
  'modules',
  'options',
  'packages',
  'build_packages',
  'build_cache',
  'results',
  'protect',
];

/** Keys that take one number, duration, size or word. */
export const SINGLE_KEYS: readonly string[] = [
  'threads',
  'memory',
  'mpi',
  'alive',
  'runtime',
  'distribution',
  'strategy',
  'interval',
  'mtbf',
  'lead',
  'signal',
  'keep',
  'prove',
  'strict',
  'time',
  'time_min',
  'total',
  'max_attempts',
  'continue',
  'mem',
];
