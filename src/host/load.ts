import { availableParallelism, loadavg } from 'node:os';

/** How many times as long as on an idle machine things take here: 1 up to two waiting programs for each processor. Up to `most`. */
export function slowness(most = 10): number {
  const [lately = 0] = loadavg();
  return Math.min(most, Math.max(1, lately / availableParallelism() / 2));
}
