import type { CstNode, IRecognitionException, IToken } from 'chevrotain';
import { FlowParser } from './grammar.ts';

/** One per process: creating a parser takes far longer than parsing a flow. */
let parser: FlowParser | undefined;

/** What Chevrotain makes of tokens with mistakes: a tree that also contains what follows a mistake, and the mistakes. */
export function recover(tokens: readonly IToken[]): {
  readonly tree: CstNode;
  readonly errors: readonly IRecognitionException[];
} {
  parser ??= new FlowParser();
  return parser.read(tokens);
}
