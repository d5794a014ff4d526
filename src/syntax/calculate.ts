import type { IToken, TokenType } from 'chevrotain';
import { syntax } from '../diagnostics/syntax.ts';
import { type Context, DEEPEST, endOf, makeToken, retype, sameLine, spanOf, startOf } from './context.ts';
import * as T from './tokens.ts';

/**
 * Folds each calculation used as a value (`2 * 10min`, `(time - lead)/4`) into one token. The lexer knows no
 * operators: text such as `a/b` or `--x` is far more often a mistake, so it is split only where that makes sense.
 */
export function foldCalculations(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  for (let i = 0; i < tokens.length; ) {
    const run = out.at(-1)?.tokenType === T.Equals ? readRun(tokens, i, context) : undefined;
    if (run === undefined) out.push(tokens[i] as IToken);
    else out.push(foldOne(run, context));
    i += run?.used ?? 1;
  }
  return out;
}

/** The pieces of folded calculations, for the parser; a calculation that does not follow a key stays one piece of text. */
export function unfoldCalculations(tokens: readonly IToken[]): IToken[] {
  return tokens.flatMap((token, i) => {
    if (token.tokenType !== T.Calculation) return [token];
    const owner = tokens[i - 2]?.tokenType;
    return owner !== undefined && OWNERS.includes(owner)
      ? (token.payload as readonly IToken[])
      : [retype(token, T.Junk)];
  });
}

const OWNERS: readonly TokenType[] = [T.Key, T.DeclaredName, T.TypeName];

interface Run {
  readonly pieces: readonly IToken[];
  /** The number of tokens that it was read from. */
  readonly used: number;
  readonly open: readonly IToken[];
  readonly deepest: number;
  /** It ends where a value was expected. */
  readonly cut: boolean;
}

/** A value from `i` on that consists of more than one number or word; undefined if there is none. */
function readRun(tokens: readonly IToken[], i: number, context: Context): Run | undefined {
  const pieces: IToken[] = [];
  const open: IToken[] = [];
  let [due, deepest, at] = [true, 0, i];
  for (; at < tokens.length; at++) {
    const [token, next] = [tokens[at] as IToken, tokens[at + 1]];
    const ended = !due && open.length === 0 && !sameLine(context, tokens[at - 1] as IToken, token);
    const isKey = token.tokenType === T.Word && next !== undefined && OPENS_ENTRY.includes(next.tokenType);
    const parts = ended || isKey ? undefined : partsOf(token, context);
    if (parts === undefined || !fits(parts, due, open.length)) break;
    for (const part of parts) {
      pieces.push(part);
      if (part.tokenType === T.LeftParenthesis) open.push(part);
      if (part.tokenType === T.RightParenthesis) open.pop();
      deepest = Math.max(deepest, open.length);
      due = isOperator(part) || part.tokenType === T.LeftParenthesis;
    }
  }
  if (pieces.length < 2) return undefined;
  // Whatever is in the place of the missing value is part of that mistake.
  const next = tokens[at];
  const swallows = due && next?.tokenType === T.Junk && sameLine(context, tokens[at - 1] as IToken, next);
  return { pieces, used: at - i + (swallows ? 1 : 0), open, deepest, cut: due };
}

const OPENS_ENTRY = [T.Equals, T.LeftBrace];

/** Is their order valid: values and operators where each is due, and no `)` too many? */
function fits(parts: readonly IToken[], startsDue: boolean, startsOpen: number): boolean {
  let [due, open] = [startsDue, startsOpen];
  for (const part of parts) {
    const opens = part.tokenType === T.LeftParenthesis;
    const closes = part.tokenType === T.RightParenthesis;
    if (due !== (opens || VALUES.includes(part.tokenType))) return false;
    open += opens ? 1 : closes ? -1 : 0;
    if (open < 0) return false;
    due = opens || isOperator(part);
  }
  return true;
}

const VALUES: readonly TokenType[] = [T.NumberLike, T.Word];

const isOperator = ({ tokenType }: IToken) => tokenType === T.AddOperator || tokenType === T.MultiplyOperator;

/** A clock time with days, a number with its unit, a name, an operator. */
const PIECE = /\d+-\d+:\d+:\d+|\d+(?::\d+)+|\d+(?:\.\d+)?[A-Za-z]*|[A-Za-z_]\w*|[-+*/()]/y;
/** `10min+5min`, `2h-30min`: a number to the lexer. `1-12` is not split, because it may be meant as one value. */
const GLUED = /^\d+[A-Za-z]*(?:\+\d+[A-Za-z]*)+$|^\d+[A-Za-z]+(?:[-+]\d+[A-Za-z]+)+$/;

/** The parts of the token, if all of them can belong to a calculation. */
function partsOf(token: IToken, context: Context): IToken[] | undefined {
  const { tokenType, image } = token;
  if (tokenType === T.Word || (tokenType === T.NumberLike && !GLUED.test(image))) return [token];
  if (tokenType !== T.Junk && tokenType !== T.NumberLike) return undefined;
  const parts: IToken[] = [];
  for (let at = 0; at < image.length; ) {
    PIECE.lastIndex = at;
    const piece = PIECE.exec(image)?.[0];
    if (piece === undefined) return undefined;
    const start = startOf(token) + at;
    parts.push(makeToken(typeOf(piece), start, start + piece.length, context.text));
    at += piece.length;
  }
  // `runs/a`, without blanks and numbers, is a path without its quotes.
  const isPath = parts.length > 1 && /^\w+(?:\/\w+)+$/.test(image) && !/(?:^|\/)\d/.test(image);
  return isPath ? undefined : parts;
}

function typeOf(piece: string): TokenType {
  if (piece === '+' || piece === '-') return T.AddOperator;
  if (piece === '*' || piece === '/') return T.MultiplyOperator;
  if (piece === '(') return T.LeftParenthesis;
  if (piece === ')') return T.RightParenthesis;
  return /^\d/.test(piece) ? T.NumberLike : T.Word;
}

/** One token for all of it, marked as reported if it is incomplete. */
function foldOne({ pieces, open, deepest, cut }: Run, context: Context): IToken {
  const [first, last] = [pieces[0] as IToken, pieces.at(-1) as IToken];
  const fold = (type: TokenType) => makeToken(type, startOf(first), endOf(last), context.text);
  const inner = open.at(-1);
  if (deepest > DEEPEST) context.report(syntax.tooDeep, spanOf(inner ?? first), { limit: DEEPEST });
  else if (cut) context.report(syntax.cutCalculation, spanOf(last), { after: last.image });
  else if (inner !== undefined)
    context.report(syntax.unclosed, spanOf(inner), {
      open: '(',
      close: ')',
      owner: undefined,
      missing: { end: endOf(last), text: ')'.repeat(open.length) },
    });
  else return { ...fold(T.Calculation), payload: pieces };
  return fold(T.BrokenValue);
}
