import type { IToken, TokenType } from 'chevrotain';
import { tokenOf } from './context.ts';
import { LEXED, SKIPPED } from './tokens.ts';

/** The length of the token at that offset of a text, 0 if there is none. */
type Match = (text: string, at: number) => number;

interface Candidate {
  readonly type: TokenType;
  readonly match: Match;
  readonly skipped: boolean;
}

/**
 * Splits text into tokens of the types in LEXED: the first match counts, and separators are dropped. The
 * result is the same as that of Chevrotain's lexer (a test compares them), which needs longer to start than crc needs to compile a flow.
 */
export function tokenize(text: string): IToken[] {
  const tokens: IToken[] = [];
  for (let at = 0; at < text.length; ) {
    let length = 0;
    for (const { type, match, skipped } of candidatesFor(text.charCodeAt(at))) {
      length = match(text, at);
      if (length === 0) continue;
      if (!skipped) tokens.push(tokenOf(type, text.slice(at, at + length), at));
      break;
    }
    at += length || 1;
  }
  return tokens;
}

function matcher(pattern: TokenType['PATTERN']): Match {
  if (typeof pattern === 'string') return () => pattern.length;
  if (pattern instanceof RegExp) {
    const sticky = new RegExp(pattern.source, 'y');
    return (text, at) => {
      sticky.lastIndex = at;
      return sticky.test(text) ? sticky.lastIndex - at : 0;
    };
  }
  if (typeof pattern !== 'function') throw new Error('a token without a pattern cannot be lexed');
  return (text, at) => pattern(text, at, [], {})?.[0].length ?? 0;
}

/** The characters that a token can begin with; undefined: any. */
const startsOf = ({ PATTERN: pattern, START_CHARS_HINT: hint }: TokenType) =>
  typeof pattern === 'string' ? [pattern] : hint;

const all = LEXED.map((type) => ({
  type,
  starts: startsOf(type)?.map(String),
  candidate: { type, match: matcher(type.PATTERN), skipped: type.GROUP === SKIPPED },
}));

/** The token types that can begin with a character, by its code; determined when it first occurs. */
const known: (readonly Candidate[] | undefined)[] = [];

function candidatesFor(code: number): readonly Candidate[] {
  // No token type begins with a specific character beyond ASCII, so those are all alike.
  const key = Math.min(code, 128);
  const before = known[key];
  if (before !== undefined) return before;
  const found = all.flatMap(({ starts, candidate }) =>
    starts === undefined || starts.includes(String.fromCharCode(key)) ? [candidate] : [],
  );
  known[key] = found;
  return found;
}
