import type { IToken, TokenType } from 'chevrotain';
import { syntax } from '../diagnostics/syntax.ts';
import { type Context, endOf, makeToken, retype, sameLine, spanOf, startOf } from './context.ts';
import { describe } from './describe.ts';
import * as T from './tokens.ts';
import { opensValue } from './values.ts';
import { valueAt } from './written.ts';

/**
 * Finds `param NAME: Type = …`, `let NAME = …`, `include "…"` and `site "…"`, gives their words their own types, and repairs
 * missing parts, so that the parser always sees a whole statement.
 */
export function markDeclarations(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  let depth = 0;
  for (let i = 0; i < tokens.length; ) {
    const { tokenType } = tokens[i] as IToken;
    if (tokenType === T.LeftBrace) depth += 1;
    if (tokenType === T.RightBrace) depth -= 1;
    // Deeper inside, `include = "x"` is a key, in `set`, which takes any name.
    const isKey = depth > 1 && tokens[i + 1]?.tokenType === T.Equals;
    const used = isKey || opensValue(out.at(-1)) ? 0 : mark(tokens, i, out, depth, context);
    if (used === 0) out.push(tokens[i] as IToken);
    i += Math.max(1, used);
  }
  return out;
}

/** Marks a statement that starts at `i`; returns the number of tokens that it has used, 0 if none starts. */
function mark(tokens: readonly IToken[], i: number, out: IToken[], depth: number, context: Context): number {
  const [word, next] = [tokens[i] as IToken, tokens[i + 1]];
  if (word.tokenType !== T.Word || next?.tokenType === T.LeftBrace) return 0;
  if (!['include', 'site', 'param', 'let'].includes(word.image)) return 0;
  const onLine = next !== undefined && sameLine(context, word, next);
  if (!onLine) return depth > 0 ? 0 : dropLone(word, context);
  if (word.image in NAMES_FILE) return markInclude(word, next, out, context);
  return word.image === 'let' ? markLet(tokens, i, out, context) : markParam(tokens, i, out, context);
}

/** Statements that consist of a word and a text, with an example. */
const NAMES_FILE: Readonly<Record<string, string>> = {
  include: 'include "common.crflow"',
  site: 'site "perlmutter"',
};

/** A statement that ends with its first word. */
function dropLone(word: IToken, context: Context): number {
  const example = NAMES_FILE[word.image];
  if (example !== undefined)
    context.report(syntax.noIncludePath, spanOf(word), { keyword: word.image, example });
  else context.report(syntax.declaredName, spanOf(word), { keyword: word.image, found: undefined });
  return 1;
}

function markInclude(word: IToken, next: IToken, out: IToken[], context: Context): number {
  const keyword = word.image === 'site' ? T.SiteKeyword : T.IncludeKeyword;
  if (next.tokenType === T.Equals) {
    // `include = "x"` is clear enough to be read.
    const example = NAMES_FILE[word.image] ?? '';
    context.report(syntax.extraEquals, spanOf(next), { what: word.image, example });
    out.push(retype(word, keyword));
    return 2;
  }
  if (!TEXTS.includes(next.tokenType)) return 0;
  out.push(retype(word, keyword));
  if (next.tokenType === T.QuotedString || next.tokenType === T.UnterminatedString) return 1;
  if (next.tokenType !== T.TypographicString && next.tokenType !== T.SingleQuoted)
    context.report(syntax.unquotedText, spanOf(next), {
      texts: [next.image],
      // `<x.crflow>`, as in C: the brackets are not part of the path.
      example: `"${next.image.replace(/^<(.*)>$/, '$1')}"`,
    });
  else return 1;
  out.push(retype(next, T.BrokenValue));
  return 2;
}

const TEXTS = [
  T.QuotedString,
  T.UnterminatedString,
  T.TypographicString,
  T.SingleQuoted,
  T.Word,
  T.Junk,
  T.NumberLike,
];

function markLet(tokens: readonly IToken[], i: number, out: IToken[], context: Context): number {
  out.push(retype(tokens[i] as IToken, T.LetKeyword));
  let at = markName(tokens, i, out, context);
  const [colon, type] = [tokens[at], tokens[at + 1]];
  if (colon?.tokenType === T.Colon && isTypeAt(tokens, at + 1, context)) {
    context.report(syntax.typedLet, spanOf(type as IToken), { type: type?.image ?? '' });
    at += 2;
  } else if (colon?.tokenType === T.Colon) {
    // `let x: 5`
    const name = out.at(-1)?.image || 'NAME';
    context.report(syntax.colon, spanOf(colon), {
      key: `let ${name}`,
      block: false,
      value: valueAt(context.text, endOf(colon)),
    });
    context.reported.add(startOf(colon)); // a clause's word may be its name
    out.push(retype(colon, T.Equals));
    return at + 1 - i;
  }
  if (tokens[at]?.tokenType !== T.Equals) pushMissingValue(tokens[i] as IToken, out, context);
  return at - i;
}

function markParam(tokens: readonly IToken[], i: number, out: IToken[], context: Context): number {
  out.push(retype(tokens[i] as IToken, T.ParamKeyword));
  let at = markName(tokens, i, out, context);
  const name = out.at(-1) as IToken;
  const colon = tokens[at];
  if (colon?.tokenType === T.Colon) {
    at += 1;
    out.push(retype(colon, T.TypeColon));
  }
  const type = tokens[at];
  if (isTypeAt(tokens, at, context)) {
    if (colon?.tokenType !== T.Colon) {
      if (name.image !== '')
        context.report(syntax.noTypeColon, spanOf(type as IToken), {
          name: name.image,
          type: type?.image ?? '',
        });
      out.push(makeToken(T.TypeColon, endOf(name), endOf(name), context.text));
    }
    out.push(retype(type as IToken, T.TypeName));
    at += 1;
  } else {
    if (colon?.tokenType === T.Colon) out.pop();
    if (name.image !== '') context.report(syntax.noType, spanOf(name), { name: name.image });
  }
  return at - i;
}

/** Pushes the name after the keyword at `i`, an empty one if there is none; returns the index after it. */
function markName(tokens: readonly IToken[], i: number, out: IToken[], context: Context): number {
  const [word, name] = [tokens[i] as IToken, tokens[i + 1] as IToken];
  if (name.tokenType === T.Word) {
    out.push(retype(name, T.DeclaredName));
    return i + 2;
  }
  const used = name.tokenType !== T.Equals && name.tokenType !== T.Colon && !isCloser(name.tokenType);
  const found = used ? describe(name) : undefined;
  context.report(syntax.declaredName, spanOf(used ? name : word), { keyword: word.image, found });
  out.push(makeToken(T.DeclaredName, endOf(word), endOf(word), context.text));
  return used ? i + 2 : i + 1;
}

function isCloser(type: TokenType): boolean {
  return type === T.RightBrace || type === T.RightBracket;
}

/** A word that can be a type and is not the key of the next entry. */
function isTypeAt(tokens: readonly IToken[], at: number, context: Context): boolean {
  const [before, type] = [tokens[at - 1], tokens[at]];
  return type?.tokenType === T.Word && before !== undefined && sameLine(context, before, type);
}

/** Only `let x`: inserts an `=` and an empty value. */
function pushMissingValue(keyword: IToken, out: IToken[], context: Context): void {
  const name = out.at(-1) as IToken;
  const end = endOf(name);
  if (name.image !== '')
    context.report(syntax.letWithoutValue, { start: startOf(keyword), end }, { name: name.image });
  out.push(makeToken(T.Equals, end, end, context.text), makeToken(T.BrokenValue, end, end, context.text));
}
