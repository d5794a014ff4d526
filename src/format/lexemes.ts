import type { IToken, TokenType } from 'chevrotain';

/** A token or a comment, and how many line ends are between it and the one before. */
export interface Lexeme {
  /** Undefined for a comment. */
  readonly type: TokenType | undefined;
  readonly text: string;
  readonly lineEnds: number;
  /** Columns between the start of the line and this lexeme, if only blanks precede it. */
  readonly column: number;
}

const COMMENT = /\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g;

/** The tokens of a flow without errors, and the comments that are between them. */
export function lexemesOf(text: string, tokens: readonly IToken[]): Lexeme[] {
  const lexemes: Lexeme[] = [];
  let end = 0;
  const add = (type: TokenType | undefined, image: string, start: number) => {
    const gap = text.slice(end, start);
    const column = start - (text.lastIndexOf('\n', start - 1) + 1);
    lexemes.push({ type, text: image, lineEnds: gap.split('\n').length - 1, column });
    end = start + image.length;
  };
  const addComments = (to: number) => {
    const from = end;
    for (const { 0: image, index } of text.slice(from, to).matchAll(COMMENT))
      add(undefined, image.trimEnd(), from + index);
  };
  for (const { tokenType, image, startOffset } of tokens) {
    addComments(startOffset);
    add(tokenType, image, startOffset);
  }
  addComments(text.length);
  return lexemes;
}

/** Does it end with its line? */
export const isLineComment = ({ type, text }: Lexeme): boolean => type === undefined && text.startsWith('//');
