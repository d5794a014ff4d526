import type { IRecognitionException, IToken } from 'chevrotain';
import { nearest } from '../diagnostics/suggest.ts';
import { syntax } from '../diagnostics/syntax.ts';
import { quote } from '../diagnostics/words.ts';
import { clauseOf } from '../language/clauses.ts';
import type { Span } from '../model/span.ts';
import {
  type Context,
  endOfText,
  isBeforeReported,
  makeToken,
  sameLine,
  spanOf,
  startOf,
} from './context.ts';
import { describe } from './describe.ts';
import * as T from './tokens.ts';

/** Reports where the parser could not continue. */
export function reportErrors(errors: readonly IRecognitionException[], context: Context): void {
  for (const error of errors) {
    const token = orEnd(error.token, context);
    const before = (error as { previousToken?: IToken }).previousToken;
    if (context.reported.has(startOf(token)) || (before && isBeforeReported(context, before))) continue;
    if (token.tokenType === T.Junk) reportJunk(token, context);
    else reportError(error, token, before, context);
    context.reported.add(startOf(token));
  }
}

function reportError(
  error: IRecognitionException,
  token: IToken,
  before: IToken | undefined,
  context: Context,
): void {
  const rule = error.context.ruleStack.at(-1);
  const found = describe(token);
  if (rule === 'value' && before?.tokenType === T.Equals && !isValue(token)) {
    const key = context.before.get(before)?.image ?? 'the key';
    // A second `=` is not a missing value, but one sign too many.
    if (token.tokenType !== T.Equals) {
      context.report(syntax.noValue, spanOf(before), { key, found });
      return;
    }
  }
  const after = before === undefined || Number.isNaN(startOf(before)) ? undefined : describe(before);
  const comma = rule === 'list' && token.tokenType === T.Comma;
  const remove = comma || token.tokenType === T.Equals;
  const help = remove ? 'remove it' : rule === 'list' ? 'separate the items with commas' : undefined;
  const params = {
    found,
    expected: comma ? 'an item' : error.message,
    ...(after === undefined ? {} : { after }),
    ...(help === undefined ? {} : { help }),
  };
  context.report(syntax.unexpected, spanOf(token), params);
}

/** Reports tokens at a place where no entry can start. `tokens` is not empty. */
export function reportStray(tokens: readonly IToken[], before: IToken | undefined, context: Context): void {
  const token = tokens[0] as IToken;
  if (context.reported.has(startOf(token))) return;
  switch (token.tokenType) {
    case T.Junk:
      reportJunk(token, context);
      return;
    case T.BrokenValue:
      return;
    case T.CrflowKeyword:
      context.report(syntax.unexpected, spanOf(token), {
        found: '`crflow`',
        expected: 'an entry',
        help: '`crflow 1` appears once, on the first line',
      });
      return;
    case T.Word: {
      if (isBeforeReported(context, token)) return;
      const clause = clauseOf(token.image);
      if (clause !== undefined) {
        const fix = `for instance ${clause.example}`;
        context.report(syntax.clauseForm, spanOf(token), {
          verb: token.image,
          wrong: 'needs a text after it',
          fix,
        });
        return;
      }
      context.report(syntax.noEquals, spanOf(token), { word: token.image, ...valueMeant(tokens, context) });
      return;
    }
    default:
      if (isValue(token) && before !== undefined && isValueEnd(before)) {
        context.report(syntax.tooManyWords, spanOf(token), {
          text: describe(token),
          extra: tokens.filter(isValue).length,
        });
      } else {
        context.report(syntax.unexpected, spanOf(token), {
          found: describe(token),
          expected: 'an entry, `key = value` or `key { … }`',
        });
      }
  }
}

/** What was probably meant as the lone word's value: what follows it, in quotes if it needs them. Or it is another key. */
function valueMeant(
  [word, next, afterNext]: readonly IToken[],
  context: Context,
): { value: string | undefined; before?: string; valueAt?: Span } {
  if (word === undefined || next === undefined || !isValue(next) || !sameLine(context, word, next))
    return { value: undefined };
  if (next.tokenType === T.Word && (afterNext?.tokenType === T.Equals || EXPORTS.includes(word.image)))
    return { value: undefined, before: next.image };
  const valueAt = spanOf(next);
  if (next.tokenType !== T.Junk) return { value: next.image, valueAt };
  return { value: UNQUOTED.test(next.image) ? `"${next.image}"` : undefined, valueAt };
}

/** Words of shells before the name of a variable. */
export const EXPORTS: readonly string[] = ['export', 'setenv', 'declare'];

/** Text that is only missing its quotes. */
const UNQUOTED = /^[\w.$~/][\w.$~/:@%+=,{}()-]*$/;

/** Reports tokens between workflows that do not start one. */
export function reportStrayTop(tokens: readonly IToken[], context: Context): void {
  const token = tokens[0] as IToken;
  if (context.reported.has(startOf(token))) return;
  const say = (params: { found: string; expected: string; after?: string; help?: string }) =>
    context.report(syntax.unexpected, spanOf(token), params);
  switch (token.tokenType) {
    case T.BrokenValue:
      return;
    case T.Junk:
      reportJunk(token, context);
      return;
    case T.Key:
      context.report(syntax.outsideWorkflow, spanOf(token), { name: token.image });
      return;
    case T.Word: {
      const meant = nearest(token.image, STATEMENTS);
      context.report(syntax.notAStatement, spanOf(token), {
        word: token.image,
        nearest: meant?.name,
        isSure: meant?.sure,
      });
      return;
    }
    case T.CrflowKeyword: {
      if (isBeforeReported(context, token)) return;
      const found = tokens[1] === undefined ? 'nothing' : describe(tokens[1]);
      const once = {
        found: '`crflow`',
        expected: '`workflow NAME { … }`',
        help: '`crflow 1` appears once, on the first line',
      };
      say(
        isFirst(token, context)
          ? { found, expected: 'the version', after: '`crflow`', help: 'write `crflow 1`' }
          : once,
      );
      return;
    }
    default:
      say({ found: describe(token), expected: '`workflow NAME { … }`' });
  }
}

/** What a file contains, and what other languages call it. */
const STATEMENTS = [
  { name: 'workflow' },
  { name: 'param', aliases: ['parameter', 'params', 'arg', 'input', 'option'] },
  { name: 'let', aliases: ['const', 'var', 'def', 'define', 'val', 'local'] },
  { name: 'include', aliases: ['import', 'use', 'source', 'load', 'from'] },
  { name: 'site', aliases: ['cluster', 'system', 'machine'] },
];

/** Is it preceded only by white space and comments? */
function isFirst(token: IToken, { text }: Context): boolean {
  return (
    text
      .slice(0, startOf(token))
      .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
      .trim() === ''
  );
}

/** Reports text that the lexer did not recognise: a path without quotes, or a character without a meaning. */
export function reportJunk(token: IToken, context: Context): void {
  const text = token.image;
  if (text.startsWith('{')) {
    const at = { start: startOf(token), end: startOf(token) + 1 };
    context.report(syntax.unexpected, at, {
      found: '`{`',
      expected: 'an entry',
      help: 'a block needs a name: `name { … }`',
    });
  } else if (/^[-+]\d/.test(text)) {
    context.report(syntax.unexpected, spanOf(token), {
      found: quote(text),
      expected: 'a value without a sign',
      help: `durations, sizes and counts are never negative; for text, write \`"${text}"\``,
    });
  } else if (UNQUOTED.test(text) && text.length > 1) {
    context.report(syntax.unquotedText, spanOf(token), { texts: [text], example: `"${text}"` });
  } else {
    const index = text.search(/[^A-Za-z0-9_.:+-]/u);
    const character = String.fromCodePoint(text.codePointAt(Math.max(0, index)) ?? 0);
    const start = startOf(token) + Math.max(0, index);
    const arithmetic = '*+/-()'.includes(character);
    context.report(
      syntax.unknownCharacter,
      { start, end: start + character.length },
      { character, arithmetic },
    );
  }
}

function isValue(token: IToken): boolean {
  return [T.QuotedString, T.BlockString, T.NumberLike, T.Word, T.LeftBracket, T.BrokenValue, T.Junk].includes(
    token.tokenType,
  );
}

function isValueEnd(token: IToken): boolean {
  return isValue(token) || token.tokenType === T.RightBracket;
}

/** Chevrotain's end of file has no position: it comes after the last character that is not white space. */
function orEnd(token: IToken, context: Context): IToken {
  if (!T.isEndOfFile(token) && !Number.isNaN(startOf(token))) return token;
  const end = endOfText(context);
  return { ...makeToken(T.EndOfFile, end, end, context.text), image: '' };
}
