/** The public repository, from which the releases below are fetched. */
export const dmtcpRepository = 'https://github.com/dmtcp/dmtcp.git';

/**
 * Releases of DMTCP that crflow knows, each with the commit that its tag stands on: git verifies by it what it gets,
 * while a tag can be moved, and a tag's archive can change.
 */
export const dmtcpReleases: ReadonlyMap<string, string> = new Map([
  ['3.2.0', 'bc38d1a3bdfca87905f1a3adfada1e63d64042e5'],
  ['4.0.0', 'd4cfc0e8f382e0f080f71b66cf0da325941a704f'],
  ['4.1.1', 'e015fca84038a87a21da4b03750ac1e7ade5a1fe'],
  ['4.2.0', 'f8009ce7b4ad211311ca2f72a929b975e4aa1155'],
]);
