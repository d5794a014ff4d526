import type { Engine } from '../engine.ts';
import plain from '../plain/plain.sh';
import rank from '../plain/rank.sh';
import restart from './none.sh';

/** Nothing is saved: for work that starts again after a loss, or continues by itself from where it was. */
export const none: Engine = {
  name: 'none',
  saves: false,
  usesSteps: true,
  bash: () => [restart, plain, rank],
};
