import type { EngineName } from '../../src/language/words.ts';
import { faults, type Row } from './faults.ts';
import { type Moment, moments } from './moments.ts';
import { own } from './own.ts';
import { ranks } from './ranks.ts';

/** The axis of engines: the rows and the columns of each one's table, and how its runs differ. */
export interface EngineUnderTest {
  readonly faults: Readonly<Record<string, Row>>;
  readonly moments: Readonly<Record<string, Moment>>;
  /** The whole flow, for a program that counts to so much; by default the counting program, which knows of no checkpoint. */
  readonly flow?: (last: number) => string;
  readonly env?: Readonly<Record<string, string>>;
  /** The file that the program counts into, instead of its output. */
  readonly output?: string;
  /** Makes what it needs in the folder of submission; a sentence where this machine does not have that. */
  prepare?(folder: string): string | undefined;
}

export const engines: Readonly<Partial<Record<EngineName | 'ranks', EngineUnderTest>>> = {
  dmtcp: { faults, moments },
  own,
  ranks,
};
