import type { IToken } from 'chevrotain';
import type { DiagnosticKind } from '../diagnostics/define.ts';
import { syntax } from '../diagnostics/syntax.ts';
import type { Label } from '../model/diagnostic.ts';
import { type Context, endOf, indentOf, lineOf, makeToken, spanOf, startOf } from './context.ts';
import * as T from './tokens.ts';

/** An open bracket, and what is known about where it belongs. */
export interface Open {
  readonly token: IToken;
  /** The key or name before it. */
  readonly owner: string | undefined;
  readonly line: number;
  readonly indent: number;
}

/** One attempt to make brackets match: nothing is reported until it is known to be the better one. */
export interface Try {
  readonly context: Context;
  readonly out: IToken[];
  readonly stack: Open[];
  readonly findings: (() => void)[];
  /** Missing or superfluous brackets. */
  cost: number;
  /** Opening braces that have no partner yet. */
  deficit: number;
  /** Nothing that belongs in a workflow was left outside of one. */
  sane: boolean;
  skipping: { readonly opener: IToken; depth: number; readonly orphan: boolean } | undefined;
}

/** Saves a finding at a token for later. */
export function say<P>(
  now: Try,
  kind: DiagnosticKind<P>,
  token: IToken,
  params: P,
  related: Label[] = [],
): void {
  now.findings.push(() => {
    now.context.report(kind, spanOf(token), params, related);
    now.context.reported.add(startOf(token));
  });
}

export function pushOpen(now: Try, token: IToken): void {
  const before = now.out.at(-1);
  const owner = isList(token) ? undefined : before?.image || undefined;
  const at = before ?? token;
  now.stack.push({ token, owner, line: lineOf(now.context, token), indent: indentOf(now.context, at) });
  now.out.push(token);
}

/** Closes the innermost bracket if its closing bracket is missing. */
export function closeSilently(now: Try): void {
  const open = now.stack.pop();
  const last = now.out.at(-1);
  if (open === undefined || last === undefined) return;
  const type = isList(open.token) ? T.RightBracket : T.RightBrace;
  now.out.push(makeToken(type, endOf(last), endOf(last), now.context.text));
}

/** The innermost bracket should have been closed before this place. */
export function closeMissing(now: Try): void {
  const open = now.stack.at(-1);
  if (open === undefined) return;
  now.cost += 1;
  now.deficit -= 1;
  sayUnclosed(now, open);
  closeSilently(now);
}

/** Reports a bracket that is not closed, and where it seems to end: after the last token that belongs to it. */
export function sayUnclosed(now: Try, { token, owner }: Open, outer: readonly Open[] = []): void {
  const last = now.out.at(-1) ?? token;
  const [open, close] = isList(token) ? ['[', ']'] : ['{', '}'];
  const end = endOf(last);
  const closing = (one: IToken) => (isList(one) ? ']' : ' }');
  const missing = { end, text: [...outer.map((one) => one.token), token].reverse().map(closing).join('') };
  const here = { span: { start: end, end }, text: 'it seems to end here' };
  say(now, syntax.unclosed, token, { open, close, owner, missing }, [
    ...(last === token ? [] : [here]),
    ...outer.map((one) => ({ span: spanOf(one.token), text: 'this one is open as well' })),
  ]);
}

/** A closing bracket that is dropped. */
export function dropStray(now: Try, token: IToken): void {
  now.cost += 1;
  say(now, syntax.strayClosing, token, { text: token.image });
}

export function isList(token: IToken | undefined): boolean {
  return token?.tokenType === T.LeftBracket;
}

export function isOpener(token: IToken): boolean {
  return token.tokenType === T.LeftBrace || token.tokenType === T.LeftBracket;
}

export function isCloser(token: IToken): boolean {
  return token.tokenType === T.RightBrace || token.tokenType === T.RightBracket;
}
