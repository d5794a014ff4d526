import type { ClauseName } from '../clauses.ts';
import { typeOf } from '../types.ts';
import { application, environment } from './application.ts';
import { checkpoint } from './checkpoint.ts';
import { container, image } from './container.ts';
import { schedule } from './schedule.ts';
import type { BlockSpec, KeySpec } from './spec.ts';

export { SIGNALS } from '../words.ts';
export type { BlockSpec, KeySpec, KeyType } from './spec.ts';

/** The blocks of a workflow and their keys, in the order of the reference. */
export const vocabulary = {
  application,
  environment,
  container,
  image,
  checkpoint,
  schedule,
} as const satisfies Readonly<Record<string, BlockSpec>>;

export type BlockName = keyof typeof vocabulary;
/** The blocks of a workflow, in the order of the reference. */
export const BLOCKS = Object.keys(vocabulary) as readonly BlockName[];

/** The block to which a clause belongs. */
export function clauseOwner(clause: ClauseName): BlockName {
  const owns = (name: BlockName) => (vocabulary[name] as BlockSpec).clauses?.includes(clause) === true;
  return BLOCKS.find(owns) as BlockName;
}

/** The block for further options of sbatch. */
export const SLURM = {
  owner: 'schedule',
  name: 'slurm',
  doc: 'Further options of sbatch, without their dashes.',
  example: 'slurm { licenses = "cfs" }',
  aliases: ['options', 'extra', 'sbatch', 'directives'],
} as const;

/** Variables: any names, with any text as a value. */
export const SET = {
  owner: 'environment',
  name: 'set',
  doc: 'Variables exported to the application, with their values as written.',
  example: 'set { OMP_PROC_BIND = "close" }',
  aliases: ['export', 'env', 'variables', 'vars', 'setenv'],
  /** Names, and prefixes of names (with `_` at the end), that belong to other programs. */
  reserved: { CRFLOW_: 'crflow', DMTCP_: 'DMTCP', IN_CONTAINER: 'crflow', SLURM_: 'Slurm' },
} as const;

/** What a flow says about its program: the values of the parameters in the program's record. */
export const WITH = {
  owner: 'checkpoint',
  name: 'with',
  doc: "Values for the parameters of the program's record.",
  example: 'with { deffnm = "md" }',
  aliases: ['parameters', 'params', 'names'],
} as const;

/** The blocks inside blocks. */
export const INNER = [SET, WITH, SLURM] as const;

/** The block that has such a key, or such a block inside it. */
export function ownerOf(key: string): BlockName | undefined {
  const inner = INNER.find(({ name }) => name === key);
  return inner !== undefined ? inner.owner : BLOCKS.find((name) => Object.hasOwn(vocabulary[name].keys, key));
}

/**
 * What {{name}} can insert besides params and lets: the keys that hold a number or a name, with their defaults if
 * they have any. Durations in seconds, sizes in bytes.
 */
export const INSERTS: ReadonlyMap<string, Insert> = new Map(
  BLOCKS.flatMap((block) =>
    Object.entries<KeySpec>(vocabulary[block].keys).flatMap(([key, { type, byDefault, example }]) => {
      const { named } = typeOf(type);
      return named === undefined ? [] : [[key, { block, type: named, byDefault, example }] as const];
    }),
  ),
);

export interface Insert {
  readonly block: BlockName;
  readonly type: 'Int' | 'Duration' | 'Size' | 'String';
  readonly byDefault: number | string | undefined;
  readonly example: string;
}

/** How the value of a key of that name is written, in whichever block it is: alone, in a list, or as text. */
export function formOf(key: string): 'bare' | 'quoted' | 'list' | undefined {
  const owner = BLOCKS.find((name) => Object.hasOwn(vocabulary[name].keys, key));
  const keys: Readonly<Record<string, KeySpec>> | undefined = owner && vocabulary[owner].keys;
  const type = keys?.[key]?.type;
  return type && typeOf(type).form;
}
