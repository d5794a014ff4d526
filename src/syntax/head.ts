import type { IToken } from 'chevrotain';
import { nearest } from '../diagnostics/suggest.ts';
import { syntax } from '../diagnostics/syntax.ts';
import { quote } from '../diagnostics/words.ts';
import { isWorkflowName } from '../language/names.ts';
import { type Context, endOf, LOOKAHEAD, makeToken, retype, sameLine, spanOf, startOf } from './context.ts';
import * as T from './tokens.ts';

/** Does a workflow start here: `workflow` or, at the top of the file, a misspelled one, `Workflow NAME {`? */
export function isWorkflow(
  token: IToken,
  next: IToken | undefined,
  afterNext: IToken | undefined,
  depth: number,
  context: Context,
): boolean {
  if (token.image === 'workflow') return next?.tokenType !== T.Equals;
  if (depth > 0 || next === undefined || afterNext?.tokenType !== T.LeftBrace) return false;
  if (![T.Word, T.QuotedString].includes(next.tokenType)) return false;
  const meant = nearest(token.image, [{ name: 'workflow', aliases: ['job', 'flow', 'task'] }]);
  context.report(syntax.notAStatement, spanOf(token), {
    word: token.image,
    nearest: meant?.name,
    isSure: meant?.sure,
  });
  return true;
}

/**
 * Pushes `workflow NAME {` for the keyword at `i`, and repairs missing or odd parts, so that the parser always
 * sees a whole head. Returns how many tokens after the keyword it has used.
 */
export function pushHead(tokens: readonly IToken[], i: number, out: IToken[], context: Context): number {
  const keyword = tokens[i] as IToken;
  out.push(retype(keyword, T.WorkflowKeyword));
  const name = tokens[i + 1];
  if (name === undefined || !NAMES.includes(name.tokenType) || !sameLine(context, keyword, name)) {
    if (!context.cut || name !== undefined) context.report(syntax.noName, spanOf(keyword), undefined);
    pushName(out, endOf(keyword), context);
    if (name?.tokenType !== T.LeftBrace) pushBrace(out, endOf(keyword), name === undefined, context);
    return 0;
  }
  const brace = braceOnLine(tokens, i + 2, context);
  const extra = brace === undefined ? [] : tokens.slice(i + 2, brace);
  const first = extra[0];
  if (first !== undefined && !context.reported.has(startOf(first))) {
    const text = context.text.slice(startOf(name), endOf(extra.at(-1) as IToken));
    context.report(syntax.quotedName, spanOf(first), { name: quote(text), usable: false });
    pushName(out, startOf(name), context);
  } else if (name.tokenType === T.Word) out.push(name);
  else {
    if (!context.reported.has(startOf(name))) reportName(name, context);
    pushName(out, startOf(name), context);
  }
  if (brace === undefined && tokens[i + 2]?.tokenType !== T.LeftBrace) {
    const silent = context.reported.has(startOf(name)) || (context.cut && tokens[i + 2] === undefined);
    if (!silent) context.report(syntax.noBrace, spanOf(name), { what: `workflow ${name.image}` });
    pushBrace(out, endOf(name), tokens[i + 2] === undefined, context);
  }
  return 1 + extra.length;
}

/** What may have been meant as a name. */
const NAMES = [T.Word, T.QuotedString, T.NumberLike, T.Junk, T.BrokenValue];

function reportName(name: IToken, { report }: Context): void {
  const usable = name.tokenType === T.QuotedString && isWorkflowName(name.image.slice(1, -1));
  const shown = name.tokenType === T.QuotedString ? name.image : quote(name.image);
  report(syntax.quotedName, spanOf(name), { name: shown, usable });
}

/** Index of the `{` on the line of the head, from `from` on: the tokens before it do not belong there. */
function braceOnLine(tokens: readonly IToken[], from: number, context: Context): number | undefined {
  const line = tokens[from - 1] as IToken;
  for (let at = from; at < Math.min(tokens.length, from + LOOKAHEAD); at++) {
    const token = tokens[at] as IToken;
    if (!sameLine(context, line, token) || token.tokenType === T.RightBrace) return undefined;
    if (token.tokenType === T.LeftBrace) return at;
  }
  return undefined;
}

/** A missing name: its text is empty. */
function pushName(out: IToken[], at: number, context: Context): void {
  out.push(makeToken(T.Word, at, at, context.text));
}

/** A missing brace; with its partner if nothing follows. */
function pushBrace(out: IToken[], at: number, atEnd: boolean, context: Context): void {
  out.push(makeToken(T.LeftBrace, at, at, context.text));
  if (atEnd) out.push(makeToken(T.RightBrace, at, at, context.text));
}
