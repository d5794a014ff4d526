import { vocabulary } from '../language/vocabulary/index.ts';
import { type EngineName, usesContainer } from '../language/words.ts';
import type { SlurmOption } from '../model/flow.ts';
import { textOf } from '../model/text.ts';
import { onlyProgram } from '../shell/one-program.ts';
import { memoryOfRanks, memoryOverNodes } from '../time/memory.ts';
import type { Read } from './blocks.ts';
import type { ReadContainer, ReadImage } from './container.ts';
import type { Located } from './context.ts';
import type { ReadSet } from './environment.ts';

/**
 * A workflow after reading, as the rules see it. No text in it contains a name that is still to be filled in, so a value
 * behind a `let` or a `param` is judged like the same value written out.
 */
export interface Blocks {
  readonly application?: Read<'application'>;
  readonly environment?: Read<'environment'> & { readonly set: ReadSet };
  readonly container?: ReadContainer;
  readonly image?: ReadImage;
  readonly checkpoint?: Read<'checkpoint'>;
  readonly schedule?: Read<'schedule'> & { readonly options: readonly SlurmOption[] };
}

/** What saves the program. */
export const engineOf = (checkpoint: Read<'checkpoint'> | undefined): EngineName =>
  checkpoint?.values.engine?.value ?? vocabulary.checkpoint.keys.engine.byDefault;

/** Has the job several ranks? */
export const isRanked = ({ application }: Blocks): boolean =>
  [application?.values.tasks, application?.values.nodes].some((one) => (one?.value ?? 1) > 1);

/** How many ranks crflow starts under DMTCP, in the one task of the job; 1: the program runs by itself. */
export const ranksUnderDmtcp = ({ application, checkpoint }: Blocks): number =>
  engineOf(checkpoint) === 'dmtcp' ? (application?.values.tasks?.value ?? 1) : 1;

/** The memory of the program on a node: under DMTCP, `memory` is that of a rank. */
export function memoryOnNode(blocks: Blocks): Located<number> | undefined {
  const memory = blocks.application?.values.memory;
  return memory && { ...memory, value: memoryOfRanks(memory.value, ranksUnderDmtcp(blocks)) };
}

const ranksOnNode = ({ application }: Blocks): number =>
  Math.ceil((application?.values.tasks?.value ?? 1) / (application?.values.nodes?.value ?? 1));

/** What a checkpoint contains: the memory of the program; undefined if the flow does not say, or if `memory` says nothing about checkpoints. */
export function memoryToSave(blocks: Blocks): Located<number> | undefined {
  const memory = memoryOnNode(blocks);
  if (engineOf(blocks.checkpoint) === 'dmtcp') return memory;
  if (memory === undefined || engineOf(blocks.checkpoint) !== 'mana') return undefined;
  const { nodes, tasks } = blocks.application?.values ?? {};
  return { ...memory, value: memoryOverNodes(memory.value, nodes?.value ?? 1, tasks?.value ?? 1) };
}

/** The cores of a node that the program uses, for `besideProgram`. */
export const coresOnNode = (blocks: Blocks): number =>
  engineOf(blocks.checkpoint) === 'mana'
    ? ranksOnNode(blocks)
    : ranksUnderDmtcp(blocks) * (blocks.application?.values.threads?.value ?? 1);

/** Does each rank get its own container, so that `run` itself is on the host? */
export function hasContainerForRank(blocks: Blocks): boolean {
  const { application, checkpoint, container } = blocks;
  if (container === undefined || engineOf(checkpoint) === 'dmtcp') return false;
  const [run, again] = [application?.values.run, application?.values.again].map(
    (one) => one && textOf(one.value),
  );
  return (
    [run, again].some((text) => text !== undefined && usesContainer(text)) ||
    (isRanked(blocks) && run !== undefined && onlyProgram(run) !== undefined)
  );
}
