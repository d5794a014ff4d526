import type { EngineName } from '../../src/language/words.ts';

/** What saves and restores an application. The job decides when, an engine knows how. */
export interface Engine {
  readonly name: EngineName;
  /** Does it make generations? */
  readonly saves: boolean;
  /** Its part of the runtime, in the order in which it is read: the functions that runtime/inner.sh lists, and what they need. */
  readonly bash: (needs: { readonly protect: boolean; readonly mpi: boolean }) => readonly string[];
}
