import type { Report } from '../diagnostics/define.ts';
import type { StringSegment, StringValue } from '../model/ast.ts';
import type { Variable } from '../model/flow.ts';
import type { Span } from '../model/span.ts';
import { type Fault, faultOf } from '../shell/fault.ts';
import { readShell, type ShellCommand, type ShellText } from '../shell/read.ts';
import type { Place } from '../shell/words.ts';
import { spanInside, spanOfPart, textOf } from './context.ts';

/** The text of `run` as the job will run it, with names filled in. */
export interface RunText {
  readonly shell: ShellText;
  /** The commands that are not functions defined in the text. */
  readonly programs: readonly ShellCommand[];
  /** Why bash cannot read it. */
  readonly fault: Fault | undefined;
  /** What is found after this place is not reliable. */
  readonly limit: number;
  /** The source span of a place in the text. */
  readonly spanOf: (place: Place) => Span;
}

/**
 * Reads `run`, filled in where that was possible. `variables` are those that the flow sets: `$launcher ./x` is read with
 * the variable's value, unless `run` sets it itself.
 */
export function readRun(written: StringValue, variables: readonly Variable[] = []): RunText {
  const value = withVariables(written, variables);
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

/** Text that a shell reads as plain words and nothing else; other values remain behind their variable. */
const PLAIN_WORDS =
  /^(?!(?:if|then|elif|else|fi|for|while|until|do|done|case|esac|in|function|select|coproc|time)(?: |$))(?!\w+\+?=)[A-Za-z0-9_@%+=:,./-]+(?: [A-Za-z0-9_@%+=:,./-]+)*$/;

function withVariables(value: StringValue, variables: readonly Variable[]): StringValue {
  const plain = new Map(
    variables.flatMap(({ name, value }) => (PLAIN_WORDS.test(value) ? [[name, value] as const] : [])),
  );
  if (plain.size === 0) return value;
  const text = textOf(value);
  for (const name of plain.keys())
    if (
      new RegExp(
        `(?:^|[^$\\w{])${name}(?:\\+?=|\\[)|\\b(?:for|read|mapfile|readarray|unset|select)\\b[^\\n;|&]*\\b${name}\\b`,
      ).test(text)
    )
      plain.delete(name);
  const segments = value.segments.flatMap((segment) => {
    if (segment.escaped) return [segment];
    const out: StringSegment[] = [];
    let from = 0;
    const add = (to: number) => {
      if (to > from)
        out.push({ ...segment, text: segment.text.slice(from, to), span: spanOfPart(segment, from, to) });
    };
    for (const match of segment.text.matchAll(/(?<!\\)\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g)) {
      const known = plain.get(match[1] ?? match[2] ?? '');
      if (known === undefined) continue;
      add(match.index);
      from = match.index + match[0].length;
      out.push({ text: known, escaped: false, inserted: true, span: spanOfPart(segment, match.index, from) });
    }
    add(segment.text.length);
    return out;
  });
  return { ...value, segments };
}

/** At most so many findings of one kind: a text with more is something else altogether. */
const MOST = 20;

/** The report, for `MOST` findings of each kind. */
export function limitFindings(report: Report): Report {
  const told = new Map<string, number>();
  return (kind, ...rest) => {
    const count = (told.get(kind.code) ?? 0) + 1;
    told.set(kind.code, count);
    if (count <= MOST) report(kind, ...rest);
  };
}

/** A missing quote swaps text and commands from an unknown place on. */
function limitOf(fault: Fault | undefined): number {
  if (fault === undefined) return Number.POSITIVE_INFINITY;
  if (fault.kind !== 'unclosed') return fault.start;
  return /^\w/.test(fault.closer) ? Number.POSITIVE_INFINITY : /["'`]/.test(fault.what) ? 0 : fault.start;
}
