import type { Report } from '../diagnostics/define.ts';
import type { StringValue } from '../model/ast.ts';
import type { Span } from '../model/span.ts';
import { type Fault, faultOf } from '../shell/fault.ts';
import { readShell, type ShellCommand, type ShellText } from '../shell/read.ts';
import type { Place } from '../shell/words.ts';
import { spanInside, textOf } from './context.ts';

/** The text of `run` as the job will run it: names are put in. */
export interface RunText {
  readonly shell: ShellText;
  /** The commands that are no functions of its own. */
  readonly programs: readonly ShellCommand[];
  /** Why bash cannot read it. */
  readonly fault: Fault | undefined;
  /** What is found behind this place is not to be believed. */
  readonly limit: number;
  /** Where a place in the text stands in the source. */
  readonly spanOf: (place: Place) => Span;
}

/** Reads `run`, filled in as far as that went. */
export function readRun(value: StringValue): RunText {
  const shell = readShell(textOf(value));
  const fault = faultOf(shell.text, shell.script);
  const limit = limitOf(fault);
  const before = <T extends Place>(found: readonly T[]) => found.filter(({ start }) => start < limit);
  return {
    shell: {
      ...shell,
      commands: before(shell.commands),
      substitutions: before(shell.substitutions),
      devices: before(shell.devices),
      assignments: before(shell.assignments),
      backgrounds: before(shell.backgrounds),
      unclosed: before(shell.unclosed),
    },
    programs: before(shell.commands).filter(({ isFunction }) => !isFunction),
    fault,
    limit,
    spanOf: ({ start, end }) => spanInside(value, start, end),
  };
}

/** Of a kind so many are told: a text that is full of them is of another making. */
const MOST = 20;

/** The report, for `MOST` findings of each kind. */
export function sparing(report: Report): Report {
  const told = new Map<string, number>();
  return (kind, ...rest) => {
    const count = (told.get(kind.code) ?? 0) + 1;
    told.set(kind.code, count);
    if (count <= MOST) report(kind, ...rest);
  };
}

/** A quote that is missing turns text into commands, and the other way round, from nobody knows where on. */
function limitOf(fault: Fault | undefined): number {
  if (fault === undefined) return Number.POSITIVE_INFINITY;
  if (fault.kind !== 'unclosed') return fault.start;
  return /^\w/.test(fault.closer) ? Number.POSITIVE_INFINITY : /["'`]/.test(fault.what) ? 0 : fault.start;
}
