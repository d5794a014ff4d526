import type { Engine } from '../engine.ts';
import patterns from '../patterns.sh';
import again from '../plain/again.sh';
import plain from '../plain/plain.sh';
import rank from '../plain/rank.sh';
import copies from './copies.sh';
import asking from './own.sh';
import place from './place.sh';

/** The program's own checkpoints: over several nodes, on GPUs, whatever it can save itself. */
export const own: Engine = {
  name: 'own',
  saves: true,
  usesSteps: true,
  bash: () => [asking, again, place, copies, patterns, plain, rank],
};
