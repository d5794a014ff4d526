import { spanInside } from '../check/context.ts';
import type { Flow } from '../compile.ts';
import { diagnose } from '../diagnostics/define.ts';
import type { Cache } from '../host/cache.ts';
import { type Comment, shellCheck } from '../host/lint.ts';
import { run } from '../host/run.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Span } from '../model/span.ts';
import { findings } from './findings.ts';

/**
 * How the job starts `run`, in a form that ShellCheck understands. A first line, not a command: directives at the top
 * of the user's text (`# shellcheck disable=…`) must come before all commands.
 */
const start = '#!/bin/bash -eo pipefail\n';

/**
 * Findings caused only by that line (two options in one, the user's `#!` after it), and that ShellCheck
 * was not shown what `source` reads, which is on the cluster.
 */
const beside = [2096, 1128, 1090, 1091];

/** ShellCheck's own parser failed. If bash can read the text, the text is not at fault. */
const gaveUp = [1072, 1073];

/** The syntax of `run`, checked by `bash -n`; `'none'` if there is no bash. */
export async function runSyntax(flow: Flow): Promise<readonly Diagnostic[] | 'none'> {
  const { text } = flow.plan.run;
  // `shopt` comes too late for `bash -n`, which runs nothing.
  const extglob = /\bshopt\s+-s\b.*\bextglob\b/.test(text) ? ['-O', 'extglob'] : [];
  const { status, stderr } = await run('bash', [...extglob, '-n'], { input: text });
  if (status === 127) return 'none';
  if (status === 0) return [];
  const [, line, message] = /line (\d+): (.*)/.exec(stderr) ?? [];
  const at = lineIn(flow, Number(line ?? 1));
  return [
    diagnose(findings.runSyntax, { message: message ?? stderr.trim() }, { file: flow.source.name, at }),
  ];
}

/**
 * ShellCheck's comments on `run`, read as a separate script, at their places in the `.crflow` file.
 * `all` includes style. Rejects with ShellCheck's message if it fails.
 */
export async function runComments(
  flow: Flow,
  tool: { path: string; version: string },
  options: { cache: Cache; all: boolean; parsed: boolean },
): Promise<readonly Diagnostic[] | { why: string }> {
  const said = await shellCheck(tool, start + flow.plan.run.text, options.cache, [
    `--exclude=${beside.join()}`,
  ]);
  if ('why' in said) return said;
  return said.flatMap((one): Diagnostic[] => {
    // What looks like an end of a loop is a word, if bash can read the text: `echo all done`.
    if (options.parsed && one.code === 1010) return [];
    const kind = options.parsed && gaveUp.includes(one.code) ? findings.runWarning : kinds[one.level];
    if (kind === findings.runStyle && !options.all) return [];
    const { from, to } = rangeIn(flow.plan.run.text, one);
    if (one.code === 2154 && isSet(flow, flow.plan.run.text.slice(from, to))) return [];
    const at = placeIn(flow, from, to);
    const { code, message } = one;
    return [diagnose(kind, { code, message }, { file: flow.source.name, at })];
  });
}

const kinds = {
  error: findings.runError,
  warning: findings.runWarning,
  info: findings.runStyle,
  style: findings.runStyle,
};

/** Does the job export this variable to `run`? ShellCheck would report one in lower case as unassigned. */
function isSet({ plan }: Flow, expansion: string): boolean {
  const name = /\w+/.exec(expansion)?.[0];
  return plan.set.some((one) => one.name === name);
}

/** Offsets into `run`'s text. The first line that ShellCheck gets is crc's; a range across it begins after it. */
function rangeIn(text: string, { line, column, endLine, endColumn }: Comment): { from: number; to: number } {
  const lines = text.split('\n');
  const offset = (line: number, column: number) => {
    if (line < 1) return 0;
    const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    // Columns count code points, offsets UTF-16 units.
    return Math.min(before + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length, text.length);
  };
  const from = offset(line - 1, column);
  return { from, to: Math.max(from, offset(endLine - 1, endColumn)) };
}

/** The last line end may be one that crc added. */
function placeIn({ plan, runParts }: Flow, from: number, to: number): Span {
  const last = plan.run.text.trimEnd().length;
  const first = Math.min(from, Math.max(0, last - 1));
  return spanInside(runParts, first, Math.min(Math.max(to, first + 1), Math.max(last, 1)));
}

/** A line of `run` (from 1), without surrounding white space; at most the last one that is not empty. */
function lineIn(flow: Flow, line: number): Span {
  const lines = flow.plan.run.text.trimEnd().split('\n');
  const index = Math.min(line, lines.length) - 1;
  const text = lines[index] ?? '';
  const from = lines.slice(0, index).reduce((sum, one) => sum + one.length + 1, 0);
  return placeIn(flow, from + (text.length - text.trimStart().length), from + text.trimEnd().length);
}
