import { type Compiled, type CompileInputs, compile as compileFor } from '../../src/compile.ts';
import type { Source } from '../../src/model/span.ts';
import { targets } from './targets.ts';

export type { Compiled, CompileInputs, Flow } from '../../src/compile.ts';

/** The spine with all targets, as the command line has it. */
export const compile = (source: Source, given?: CompileInputs): Compiled =>
  compileFor(source, targets, given);
