import type { ClauseName } from '../clauses.ts';
import type { KeyType } from '../types.ts';
import type { EngineName } from '../words.ts';

export type { KeyType } from '../types.ts';

/** One key of a block: all that the checker, its suggestions and the reference page know about it. */
export interface KeySpec {
  readonly type: KeyType;
  readonly required?: true;
  /** The engines that it is for; absent: all. */
  readonly engines?: readonly EngineName[];
  /** Those of them that cannot do without it. */
  readonly requiredBy?: readonly EngineName[];
  /** One line for the reference. */
  readonly doc: string;
  /** What its number counts. */
  readonly unit?: string;
  /** What holds where it is left out. */
  readonly byDefault?: string | number;
  /** The default as text, if that differs. */
  readonly default?: string;
  /** A value, as written in a flow. */
  readonly example: string;
  /** The words that it takes. */
  readonly choices?: readonly string[];
  /** Other words for them. */
  readonly called?: Readonly<Record<string, readonly string[]>>;
  readonly least?: number;
  readonly most?: number;
  /** Why they are what they are. */
  readonly whyLeast?: string;
  readonly whyMost?: string;
  /** Other names that people use for it. */
  readonly aliases?: readonly string[];
  /** Said to those who write it in another block. */
  readonly note?: string;
}

export interface BlockSpec {
  readonly required?: true;
  readonly doc: string;
  readonly example: string;
  readonly aliases?: readonly string[];
  /** The clauses of the block. */
  readonly clauses?: readonly ClauseName[];
  readonly keys: Readonly<Record<string, KeySpec>>;
}
