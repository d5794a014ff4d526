import coordinator from '../dmtcp/coordinator.sh';
import type { Engine } from '../engine.ts';
import output from '../output.sh';
import again from '../plain/again.sh';
import plain from '../plain/plain.sh';
import images from './images.sh';
import saving from './mana.sh';
import rank from './rank.sh';

/** Transparent checkpoints of MPI over nodes, with MANA 1.4: experimental. */
export const mana: Engine = {
  name: 'mana',
  saves: true,
  usesSteps: true,
  bash: () => [saving, images, rank, again, coordinator, output, plain],
};
