import { run as kinds } from '../../diagnostics/run.ts';
import type { Device, ShellText, Substitution } from '../../shell/read.ts';
import type { Stream } from '../../shell/streams.ts';
import type { Context } from '../context.ts';
import type { Blocks } from '../facts.ts';
import { limitFindings, type RunText } from '../run-text.ts';

/** What opens a pipe by its name. Seen with DMTCP 4.1.1: pipes, `<<<` and here-documents themselves do work. */
export function runPipeRules(_: Blocks, context: Context, run: RunText | undefined): void {
  if (run === undefined) return;
  const { shell, spanOf } = run;
  const report = limitFindings(context.report);
  const streamOf = callers(shell);
  for (const one of shell.substitutions)
    report(kinds.substitution, spanOf(one), { operator: one.operator, ...wordsFor(one) });
  for (const device of shell.devices) {
    const { text, descriptor, operator, command } = device;
    const stream = streamOf(device);
    const span = spanOf(device);
    if (descriptor === 0) {
      if (stream === 'here') report(kinds.documentByName, span, { device: text });
      else if (stream === 'pipe')
        report(kinds.pipeByName, span, { device: text, what: 'a pipe', help: reading(device) });
    } else if (OWN_OPENING.test(command) && operator === undefined) {
      // It knows these names itself, or opens nothing.
    } else if (stream === 'pipe')
      report(kinds.pipeByName, span, { device: text, what: 'a pipe', help: writing(device) });
    else if (stream === 'output' || (stream === 'unknown' && operator !== undefined)) {
      if (operator === '>>' || operator === '&>>' || operator === '<>') continue;
      const appends =
        command === 'tee' && device.args.some(({ value }) => /^-[a-z]*a|^--append$/.test(value ?? ''));
      if (appends) continue;
      const isCertain = operator !== undefined || command === 'tee';
      const by = operator === undefined ? command : `${operator} ${text}`;
      if (by !== '') report(kinds.emptied, span, { device: text, by, isCertain, help: writing(device) });
    }
  }
}

/** Commands that interpret these names themselves, or do not open them. */
const OWN_OPENING =
  /^(?:[gmn]?awk|\.?\[\[?|test|echo|printf|ls|readlink|realpath|stat|chmod|chown|ln|trap|export|local|declare)?$/;

/** In a function: what a descriptor is at its calls, if all calls agree. */
function callers({ commands, functions }: ShellText): (device: Device) => Stream {
  const calls = new Map<string, Stream[]>();
  for (const { name, streams } of commands) {
    if (!functions.has(name)) continue;
    const before = calls.get(name) ?? [...streams];
    calls.set(
      name,
      before.map((one, i) => (one === streams[i] ? one : 'unknown')),
    );
  }
  return ({ stream, descriptor, where }) =>
    stream === 'unknown' ? (calls.get(where.function ?? '')?.[descriptor] ?? stream) : stream;
}

const reading = ({ operator }: Device) =>
  operator === undefined
    ? 'leave the name out, or write `-`, so that the program reads its standard input'
    : 'leave it out: it is already the input';

function writing({ descriptor, operator, command }: Device): string {
  if (operator !== undefined) return `write \`>&${descriptor}\``;
  if (command === 'tee' && descriptor === 2) return 'write `tee -a /dev/stderr`, outside `2>&1 |`';
  return 'leave the name out, or write `-`, if the program then writes to its standard output; otherwise let it write to a separate file';
}

function wordsFor({ operator, taker }: Substitution): {
  effect: string | undefined;
  help: readonly string[];
} {
  if (operator === '>')
    return {
      effect: undefined,
      help:
        'redirection' in taker
          ? [
              'leave it out: the output of `run` goes to the file `output` anyway',
              'or use a pipe: `{ COMMANDS; } 2>&1 | tee log.txt`',
            ]
          : ['let the program write a file, and read it afterwards; or use a pipe: `PROGRAM | COMMAND`'],
    };
  const of = 'redirection' in taker ? taker.of : taker.command;
  if ('redirection' in taker && /^(?:while|until|for|\{)$/.test(of))
    return {
      effect: `the loop runs zero times, and inside an \`if\` or before \`||\` there is not even an error`,
      help: [
        'use a here-string: `done <<<"$(COMMAND)"`, which runs the loop in the same shell (an empty output gives one empty line)',
        'or a pipe: `COMMAND | while …; done`; variables that the loop sets are then lost after it',
      ],
    };
  if (of === 'source' || of === '.') return { effect: undefined, help: ['write `eval "$(COMMAND)"`'] };
  if ('redirection' in taker)
    return { effect: undefined, help: ['write `<<<"$(COMMAND)"`, or use a pipe: `COMMAND | PROGRAM`'] };
  return {
    effect: undefined,
    help: [
      'write a file first: `COMMAND >part.txt`, and give its name to the program',
      'if the program reads its standard input, use a pipe: `COMMAND | PROGRAM`',
    ],
  };
}
