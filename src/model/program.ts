import type { FlowFile } from './ast.ts';
import type { Source } from './span.ts';

/** A file that was read, and those that it includes directly; a file that is included twice is one module. */
export interface Module {
  readonly source: Source;
  readonly file: FlowFile;
  readonly includes: readonly Module[];
}

/** Texts that `--set` gives to parameters, by name. */
export type Settings = ReadonlyMap<string, string>;
