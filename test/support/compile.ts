import { type Compiled, compile as compileFor, type Given } from '../../src/compile.ts';
import type { Source } from '../../src/model/span.ts';
import { targets } from './targets.ts';

export type { Compiled, Flow, Given } from '../../src/compile.ts';

/** The spine with all targets, as the command line has it. */
export const compile = (source: Source, given?: Given): Compiled => compileFor(source, targets, given);
