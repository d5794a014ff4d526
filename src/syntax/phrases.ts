import type { IParserErrorMessageProvider, TokenType } from 'chevrotain';

/**
 * What Chevrotain calls a message is used here for the phrase that names what was expected; src/syntax/mistakes.ts builds
 * the finding from it and from the tokens around the error.
 */
export const phrases: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) =>
    ruleName === 'list' ? '`,` or `]`' : nameOf(expected),
  buildNotAllInputParsedMessage: () => 'the end of the file',
  buildNoViableAltMessage: ({ ruleName }) =>
    ['value', 'operand'].includes(ruleName) ? 'a value' : 'an entry',
  buildEarlyExitMessage: () => 'an entry',
};

function nameOf(type: TokenType): string {
  return type.LABEL ?? type.name;
}
