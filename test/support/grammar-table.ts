import type { ISerializedGast, IToken, TokenType } from 'chevrotain';
import { FlowParser } from '../../src/syntax/grammar.ts';
import type { Ahead, Grammar, Guarded, Part } from '../../src/syntax/read-tree.ts';
import { EndOfFile, PARSED } from '../../src/syntax/tokens.ts';

type Node = ISerializedGast & {
  readonly name?: string;
  readonly idx?: number;
  readonly definition?: readonly Node[];
};

/** What is asked of Chevrotain, which does not declare it. */
interface Inside {
  currRuleShortName: number;
  currIdx: number;
  tokVector: readonly unknown[];
  tokVectorLength: number;
  readonly fullRuleNameToShort: Readonly<Record<string, number>>;
  getKeyForAutomaticLookahead(method: number, occurrence: number): number;
  getLaFuncFromCache(key: number): (this: unknown, alternatives?: unknown) => boolean | number | undefined;
}

/** Chevrotain's numbers of its methods (lib/src/parse/grammar/keys.js). */
const METHODS = { Alternation: 256, Option: 512, Repetition: 768, RepetitionMandatory: 1024 } as const;

/** The rules of the parser with its own decisions: asked for each two tokens that can come next. */
export function grammarTable(): Grammar {
  const parser = new FlowParser();
  const inside = parser as unknown as Inside;
  const end = { ...EndOfFile, tokenTypeIdx: 1 };
  const token = (tokenType: TokenType) => ({ tokenType, tokenTypeIdx: tokenType.tokenTypeIdx }) as IToken;
  const types = [...PARSED, end];

  /** What the parser decides before that part: a number or true, by the names of the next two types. */
  const decisions = (rule: string, { type, idx = 0 }: Node) => {
    inside.currRuleShortName = inside.fullRuleNameToShort[rule] ?? 0;
    const decide = inside.getLaFuncFromCache(
      inside.getKeyForAutomaticLookahead(METHODS[type as keyof typeof METHODS], idx),
    );
    return types.map((first) => ({
      first: first.name,
      nexts: types.map((second) => {
        inside.tokVector = [first, second, end, end].map(token);
        inside.tokVectorLength = 2;
        inside.currIdx = -1;
        return { second: second.name, decision: decide.call(parser, []) };
      }),
    }));
  };
  const ahead = (rule: string, node: Node, wanted: true | number): Ahead =>
    Object.fromEntries(
      decisions(rule, node).flatMap(({ first, nexts }) => {
        const seconds = nexts.filter(({ decision }) => decision === wanted).map(({ second }) => second);
        if (seconds.length === 0) return [];
        return [[first, seconds.length === types.length ? true : seconds]];
      }),
    );
  const parts = (rule: string, nodes: readonly Node[] = []): Part[] =>
    nodes.map((node): Part => {
      const inner = (): Guarded => ({ when: ahead(rule, node, true), parts: parts(rule, node.definition) });
      switch (node.type) {
        case 'Terminal':
          return { token: String(node.name) };
        case 'NonTerminal':
          return { rule: String(node.name) };
        case 'Option':
          return { option: inner() };
        case 'Repetition':
          return { many: inner() };
        case 'RepetitionMandatory':
          return { some: inner() };
        case 'Alternation':
          return {
            or: (node.definition ?? []).map(({ definition }, i) => ({
              when: ahead(rule, node, i),
              parts: parts(rule, definition),
            })),
          };
        default:
          throw new Error(`read-tree.ts does not know ${node.type}`);
      }
    });
  const rules = parser.getSerializedGastProductions() as readonly Node[];
  return Object.fromEntries(rules.map(({ name = '', definition }) => [name, parts(name, definition)]));
}
