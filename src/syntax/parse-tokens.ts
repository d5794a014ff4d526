import type { CstNode, IRecognitionException, IToken } from 'chevrotain';
import { readTree } from './read-tree.ts';
import { recover } from './recover.ts';

/** The tree of these tokens, and the mistakes in them; the tree also contains what follows a mistake. */
export function parseTokens(tokens: readonly IToken[]): {
  readonly tree: CstNode;
  readonly errors: readonly IRecognitionException[];
} {
  const tree = readTree(tokens);
  return tree === undefined ? recover(tokens) : { tree, errors: [] };
}
