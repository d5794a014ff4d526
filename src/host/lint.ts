import type { Cache } from './cache.ts';
import { run } from './run.ts';

/** A comment of ShellCheck. Lines and columns count from 1, columns in code points; the end is exclusive. */
export interface Comment {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly level: 'error' | 'warning' | 'info' | 'style';
  readonly code: number;
  readonly message: string;
}

/** Why there is no usable answer. */
export type Failed = { readonly why: string };

/** Ignores the user's .shellcheckrc: the same flow has the same findings everywhere. */
const always = ['--norc', '--format=json1', '--shell=bash'];

/** Has ShellCheck check a bash script, or remembers what the same version said about the same text. */
export async function shellCheck(
  tool: { readonly path: string; readonly version: string },
  text: string,
  cache: Cache,
  args: readonly string[] = [],
): Promise<readonly Comment[] | Failed> {
  const key = JSON.stringify([tool.version, ...always, ...args, text]);
  const before = parse(await cache.read(key));
  if (before !== undefined) return before;
  const { status, stdout, stderr } = await run(tool.path, [...always, ...args, '-'], { input: text });
  const comments = status > 1 ? undefined : parse(stdout);
  if (comments === undefined) return { why: stderr.trim() || `status ${status}` };
  await cache.write(key, JSON.stringify({ comments }));
  return comments;
}

/** Undefined for anything but ShellCheck's answer: a broken tool, or a truncated entry of the cache. */
function parse(json: string | undefined): readonly Comment[] | undefined {
  try {
    const { comments } = JSON.parse(json ?? '') as { comments: unknown };
    return Array.isArray(comments) ? comments.map(asComment) : undefined;
  } catch {
    return undefined;
  }
}

function asComment(one: Partial<Comment>): Comment {
  const { line = 1, column = 1, level = 'warning', code = 0, message = '' } = one;
  return {
    line,
    column,
    level,
    code,
    message,
    endLine: one.endLine ?? line,
    endColumn: one.endColumn ?? column,
  };
}
