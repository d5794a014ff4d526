import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';

/** Is a version in a range, as npm writes it? Undefined if that is not a range. */
export function isInRange(version: string, range: string): boolean | undefined {
  if (range === '' || validRange(range) === null) return undefined;
  return satisfies(version, range, { includePrerelease: true });
}
