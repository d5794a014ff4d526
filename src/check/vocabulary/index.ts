import type { ClauseName } from '../../model/clauses.ts';
import { application, environment } from './application.ts';
import { checkpoint } from './checkpoint.ts';
import { container, image } from './container.ts';
import { schedule } from './schedule.ts';
import type { BlockSpec } from './spec.ts';

export { SIGNALS } from './checkpoint.ts';
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

/** The block that a clause stands in. */
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

/** Variables: free names, any text as a value. */
export const SET = {
  owner: 'environment',
  name: 'set',
  doc: 'Variables exported to the application, values to the letter.',
  example: 'set { OMP_PROC_BIND = "close" }',
  aliases: ['export', 'env', 'variables', 'vars', 'setenv'],
  /** Prefixes of names that are somebody else's. */
  reserved: { CRFLOW_: 'crflow', DMTCP_: 'DMTCP', SLURM_: 'Slurm' },
} as const;

/** The blocks inside blocks. */
export const INNER = [SET, SLURM] as const;

/** The block that has such a key, or such a block inside it. */
export function ownerOf(key: string): BlockName | undefined {
  const inner = INNER.find(({ name }) => name === key);
  return inner !== undefined ? inner.owner : BLOCKS.find((name) => Object.hasOwn(vocabulary[name].keys, key));
}

/**
 * What {{name}} puts in beside params and lets: the key that holds it, and its default where there is one. Durations
 * in seconds, sizes in bytes.
 */
export const INSERTS = {
  threads: { block: 'application', type: 'Int', byDefault: 1 },
  memory: { block: 'application', type: 'Size' },
  interval: { block: 'checkpoint', type: 'Duration' },
  lead: { block: 'checkpoint', type: 'Duration' },
  signal: { block: 'checkpoint', type: 'String', byDefault: 'USR1' },
  keep: { block: 'checkpoint', type: 'Int', byDefault: 2 },
  time: { block: 'schedule', type: 'Duration' },
  time_min: { block: 'schedule', type: 'Duration' },
  total: { block: 'schedule', type: 'Duration' },
  mem: { block: 'schedule', type: 'Size' },
} as const satisfies Readonly<Record<string, InsertSpec>>;
export type InsertName = keyof typeof INSERTS;

interface InsertSpec {
  readonly block: BlockName;
  readonly type: 'Int' | 'Duration' | 'Size' | 'String';
  readonly byDefault?: number | string;
}
