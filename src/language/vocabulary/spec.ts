import type { ClauseName } from '../clauses.ts';
import type { KeyType } from '../types.ts';
import type { EngineName } from '../words.ts';

export type { KeyType } from '../types.ts';

/** One key of a block: all that the checker, its suggestions and the reference know about it. */
export interface KeySpec {
  readonly type: KeyType;
  readonly required?: true;
  /** The engines that have it; absent: all. */
  readonly engines?: readonly EngineName[];
  /** The engines that require it. */
  readonly requiredBy?: readonly EngineName[];
  /** One line for the reference. */
  readonly doc: string;
  /** What its number counts. */
  readonly unit?: string;
  /** The value if it is left out. */
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
  /** Why these are the valid words. */
  readonly whyLeast?: string;
  readonly whyMost?: string;
  /** Other names that people use for it. */
  readonly aliases?: readonly string[];
  /** The help for somebody who writes it in another block. */
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
