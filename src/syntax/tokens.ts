import type { IToken, TokenType } from 'chevrotain';
import { scanBlock, scanComment, scanQuoted, scanUnterminated } from './scan.ts';

/**
 * All token types. The lexer makes the first group; src/syntax/repair.ts and its neighbours turn those into the
 * second group, which is all that the parser sees.
 */

/** What ends a word or number: white space, brackets, quotes, separators, or the start of a comment. */
const END = String.raw`(?=[\s"\u201C\u201D\u201E{}[\]=,;]|\/\/|\/\*|(?![\s\S]))`;
const STOP = String.raw`[^\s"\u201C\u201D\u201E{}[\]=,;]`;

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_'];
const DIGITS = [...'0123456789'];

/** Chevrotain's mark of tokens that are dropped. Its constants are copied (a test compares them), because loading it takes longer than parsing a flow. */
export const SKIPPED =
  'This marks a skipped Token pattern, this means each token identified by it will be consumed and then thrown into oblivion, this can be used to for example to completely ignore whitespace.';

interface TokenConfig {
  readonly name: string;
  readonly label?: string;
  /** Absent: the lexer does not make it. */
  readonly pattern?: NonNullable<TokenType['PATTERN']>;
  readonly start_chars_hint?: string[];
  readonly group?: string;
  readonly line_breaks?: boolean;
  readonly categories?: TokenType[];
}

/** A token type for Chevrotain, which fills in the rest when a parser or a lexer is made. */
const createToken = ({
  name,
  label,
  pattern,
  start_chars_hint,
  group,
  line_breaks,
  categories,
}: TokenConfig) => {
  const type: TokenType = { name };
  if (label !== undefined) type.LABEL = label;
  if (pattern !== undefined) type.PATTERN = pattern;
  if (start_chars_hint !== undefined) type.START_CHARS_HINT = start_chars_hint;
  if (group !== undefined) type.GROUP = group;
  if (line_breaks !== undefined) type.LINE_BREAKS = line_breaks;
  if (categories !== undefined) type.CATEGORIES = categories;
  return type;
};

const custom = (scan: (text: string, offset: number) => string | undefined, hint: string) => ({
  pattern: (text: string, offset: number) => {
    const image = scan(text, offset);
    return image === undefined ? null : ([image] as unknown as RegExpExecArray);
  },
  start_chars_hint: [hint],
  line_breaks: true,
});

export const WhiteSpace = createToken({
  name: 'WhiteSpace',
  pattern: /[ \t\r\n]+/,
  start_chars_hint: [' ', '\t', '\r', '\n'],
  group: SKIPPED,
  line_breaks: true,
});
export const LineComment = createToken({
  name: 'LineComment',
  pattern: /\/\/[^\r\n]*/,
  start_chars_hint: ['/'],
  group: SKIPPED,
});
export const BlockComment = createToken({
  name: 'BlockComment',
  ...custom(scanComment, '/'),
  group: SKIPPED,
});

export const BlockString = createToken({
  name: 'BlockString',
  label: 'block string',
  ...custom(scanBlock, '"'),
});
export const QuotedString = createToken({
  name: 'QuotedString',
  label: 'string',
  ...custom(scanQuoted, '"'),
});
export const Equals = createToken({ name: 'Equals', label: '`=`', pattern: '=' });
export const LeftBrace = createToken({ name: 'LeftBrace', label: '`{`', pattern: '{' });
export const RightBrace = createToken({ name: 'RightBrace', label: '`}`', pattern: '}' });
export const LeftBracket = createToken({ name: 'LeftBracket', label: '`[`', pattern: '[' });
export const RightBracket = createToken({ name: 'RightBracket', label: '`]`', pattern: ']' });
export const Comma = createToken({ name: 'Comma', label: '`,`', pattern: ',' });
export const Word = createToken({
  name: 'Word',
  label: 'word',
  pattern: new RegExp(`[A-Za-z_][A-Za-z0-9_-]*(?=:)|[A-Za-z_][A-Za-z0-9_-]*${END}`),
  start_chars_hint: LETTERS,
});
export const NumberLike = createToken({
  name: 'NumberLike',
  label: 'number',
  pattern: new RegExp(`[0-9][A-Za-z0-9:.+_-]*${END}`),
  start_chars_hint: DIGITS,
});

/** Mistakes that have their own token. None of them reaches the parser. */
export const UnterminatedComment = createToken({
  name: 'UnterminatedComment',
  pattern: /\/\*[\s\S]*/,
  start_chars_hint: ['/'],
  line_breaks: true,
});
export const UnterminatedBlock = createToken({
  name: 'UnterminatedBlock',
  pattern: /"""[\s\S]*/,
  start_chars_hint: ['"'],
  line_breaks: true,
});
export const UnterminatedString = createToken({
  name: 'UnterminatedString',
  ...custom(scanUnterminated, '"'),
});
export const TypographicString = createToken({
  name: 'TypographicString',
  pattern: /[“”„](?:[^“”„"\r\n]*[“”"])?/,
});
export const SingleQuoted = createToken({ name: 'SingleQuoted', pattern: /'[^'"\r\n]*'|‘[^‘’"\r\n]*’/ });
export const HashComment = createToken({
  name: 'HashComment',
  pattern: /#[^\r\n]*/,
  start_chars_hint: ['#'],
});
export const OddSpace = createToken({
  name: 'OddSpace',
  pattern: /[\u0085\u00A0\u1680\u2000-\u200B\u2028\u2029\u202F\u205F\u2060\u3000\uFEFF]+/,
});
export const Semicolon = createToken({ name: 'Semicolon', pattern: ';' });
export const Colon = createToken({ name: 'Colon', pattern: ':' });
/** Everything else, up to the next place where something can start: reported once as a whole. */
export const Junk = createToken({
  name: 'Junk',
  label: 'text',
  pattern: new RegExp(`${STOP}(?:(?!\\/\\/|\\/\\*)${STOP})*`),
});

/** Made from words by the tokens around them. */
export const CrflowKeyword = createToken({ name: 'CrflowKeyword', label: '`crflow`' });
export const WorkflowKeyword = createToken({
  name: 'WorkflowKeyword',
  label: '`workflow`',
});
export const ParamKeyword = createToken({ name: 'ParamKeyword', label: '`param`' });
export const LetKeyword = createToken({ name: 'LetKeyword', label: '`let`' });
export const IncludeKeyword = createToken({ name: 'IncludeKeyword', label: '`include`' });
export const SiteKeyword = createToken({ name: 'SiteKeyword', label: '`site`' });
/** The name that a `param` or `let` declares; its text is empty if none was written. */
export const DeclaredName = createToken({ name: 'DeclaredName', label: 'name' });
export const TypeColon = createToken({ name: 'TypeColon', label: '`:`' });
export const TypeName = createToken({ name: 'TypeName', label: 'type' });
/** A word followed by `=` or `{`. */
export const Key = createToken({ name: 'Key', label: 'key' });
/** A whole clause, folded into one token until the parser sees it; its pieces are in `payload`. */
export const Clause = createToken({ name: 'Clause' });
export const ClauseVerb = createToken({ name: 'ClauseVerb', label: 'clause' });
export const ClauseWord = createToken({ name: 'ClauseWord', label: '`to`' });
/** A whole calculation, folded into one token until the parser sees it; its pieces are in `payload`. */
export const Calculation = createToken({ name: 'Calculation' });
export const AddOperator = createToken({ name: 'AddOperator', label: '`+` or `-`' });
export const MultiplyOperator = createToken({
  name: 'MultiplyOperator',
  label: '`*` or `/`',
});
export const LeftParenthesis = createToken({ name: 'LeftParenthesis', label: '`(`' });
export const RightParenthesis = createToken({ name: 'RightParenthesis', label: '`)`' });
/** A value that was reported already. */
export const BrokenValue = createToken({
  name: 'BrokenValue',
  categories: [QuotedString],
});

/** The end of the text, where a token is needed for it. Chevrotain has one of the same name. */
export const EndOfFile = createToken({ name: 'EOF' });
export const isEndOfFile = ({ tokenType }: IToken): boolean => tokenType.name === EndOfFile.name;

/** In the order in which they are tried. A type without `start_chars_hint` that is longer than one character is tried everywhere. */
export const LEXED: TokenType[] = [
  WhiteSpace,
  LineComment,
  BlockComment,
  UnterminatedComment,
  BlockString,
  UnterminatedBlock,
  QuotedString,
  UnterminatedString,
  TypographicString,
  SingleQuoted,
  HashComment,
  OddSpace,
  Equals,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  Comma,
  Semicolon,
  Colon,
  Word,
  NumberLike,
  Junk,
];

export const PARSED: TokenType[] = [
  BlockString,
  QuotedString,
  Equals,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  Comma,
  Word,
  NumberLike,
  Junk,
  CrflowKeyword,
  WorkflowKeyword,
  ParamKeyword,
  LetKeyword,
  IncludeKeyword,
  SiteKeyword,
  DeclaredName,
  TypeColon,
  TypeName,
  Key,
  ClauseVerb,
  ClauseWord,
  AddOperator,
  MultiplyOperator,
  LeftParenthesis,
  RightParenthesis,
  BrokenValue,
];

/**
 * Tokens that may be where no entry can start, collected by the grammar's `stray` rules. They are listed, not a category, because
 * Chevrotain's recovery looks for the exact types.
 */
export const LOOSE: TokenType[] = [
  BlockString,
  QuotedString,
  Equals,
  LeftBracket,
  RightBracket,
  Comma,
  Word,
  NumberLike,
  Junk,
  CrflowKeyword,
];

/** The same at the top of a file, where keys and braces are out of place as well. */
export const LOOSE_TOP: TokenType[] = [...LOOSE, Key, LeftBrace, RightBrace];
