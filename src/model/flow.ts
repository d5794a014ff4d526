import type { KeyType } from '../language/types.ts';
import type { BlockName, vocabulary } from '../language/vocabulary/index.ts';
import type { ImageSource, Mount } from './container.ts';
import type { ValueOf } from './values.ts';

export type { WarningSignal } from '../language/words.ts';
export type { HostPath, PathPart } from './path.ts';
export type { Bytes, Seconds } from './values.ts';

type Keys<B extends BlockName> = (typeof vocabulary)[B]['keys'];

/** The value of a key: of its type or, for a word, one of its words. */
export type ValueFor<Spec> = Spec extends { type: 'choice'; choices: readonly (infer Word)[] }
  ? Word
  : Spec extends { type: infer Type extends KeyType }
    ? ValueOf[Type]
    : never;

/** The required keys of a block. */
export type RequiredKey<B extends BlockName> = {
  [K in keyof Keys<B>]: Keys<B>[K] extends { required: true } ? K : never;
}[keyof Keys<B>];

/** The keys of a block with their values. What the flow does not say is absent: the plan fills in defaults. */
export type BlockValues<B extends BlockName> = {
  readonly [K in RequiredKey<B>]: ValueFor<Keys<B>[K]>;
} & {
  readonly [K in Exclude<keyof Keys<B>, RequiredKey<B>>]?: ValueFor<Keys<B>[K]>;
};

/** What blocks contain besides their keys. */
interface Inside {
  readonly environment: { readonly set: readonly Variable[] };
  readonly container: { readonly mounts: readonly Mount[] };
  readonly image: { readonly sources: readonly ImageSource[] };
  readonly schedule: { readonly options: readonly SlurmOption[] };
}

/** A block with valid names and types, and normalised units. */
export type BlockModel<B extends BlockName> = BlockValues<B> & (B extends keyof Inside ? Inside[B] : unknown);

type RequiredBlock = {
  [B in BlockName]: (typeof vocabulary)[B] extends { required: true } ? B : never;
}[BlockName];

/** One workflow: its blocks, by the vocabulary. */
export type Workflow = { readonly name: string } & {
  readonly [B in RequiredBlock]: BlockModel<B>;
} & {
  readonly [B in Exclude<BlockName, RequiredBlock>]?: BlockModel<B>;
};

/** A variable that is exported to the application, its value taken literally. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** A long option of sbatch, without its dashes; null if it has no value. */
export interface SlurmOption {
  readonly name: string;
  readonly value: string | null;
}
