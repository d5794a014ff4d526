import type { Engine } from '../engine.ts';
import plain from '../plain/plain.sh';
import restart from './none.sh';

/** Nothing is saved: work that starts again after a loss, or goes on by itself from where it was. */
export const none: Engine = { name: 'none', saves: false, bash: () => [restart, plain] };
