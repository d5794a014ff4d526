import type { CstElement, CstNode, IToken } from 'chevrotain';
import grammar from './grammar.json' with { type: 'json' };
import { EndOfFile } from './tokens.ts';

/**
 * A part of a rule, one kind each: a token, a rule, or parts that may be there (`option`), may repeat (`many`, `some`) or
 * exclude each other (`or`).
 */
export interface Part {
  readonly token?: string;
  readonly rule?: string;
  readonly option?: Guarded;
  readonly many?: Guarded;
  readonly some?: Guarded;
  readonly or?: readonly Guarded[];
}

/** Parts, and the tokens that must come next for them to be read. */
export interface Guarded {
  readonly when: Ahead;
  readonly parts: readonly Part[];
}

/** The types of the next token; for each, those of the one after it, or `true` for any. */
export type Ahead = Readonly<Record<string, true | readonly string[]>>;

/** The rules of FlowParser, by name. */
export type Grammar = Readonly<Record<string, readonly Part[]>>;

/**
 * The tree of a text without mistakes, as Chevrotain's parser makes it; undefined if the parser would find a mistake. Reads
 * by the same rules, which grammar.json contains with the parser's own decisions (`npm run specs:update` writes it from
 * grammar.ts). Making the parser takes several times as long as compiling a flow, so it is made only for texts with mistakes.
 */
export function readTree(tokens: readonly IToken[]): CstNode | undefined {
  let at = 0;
  const typeOf = (ahead: number) => (tokens[at + ahead]?.tokenType ?? EndOfFile).name;
  const fits = (when: Ahead) => {
    const next = when[typeOf(0)];
    return next === true || next?.includes(typeOf(1)) === true;
  };
  const read = (name: string): CstNode | undefined => {
    const node: CstNode = { name, children: {} };
    return all(rules[name] ?? [], node) ? node : undefined;
  };
  const all = (parts: readonly Part[], into: CstNode) => parts.every((part) => one(part, into));
  const one = ({ token, rule, option, many, some, or }: Part, into: CstNode): boolean => {
    if (token !== undefined) {
      const found = tokens[at];
      if (found === undefined || !isA(found, token)) return false;
      at += 1;
      return add(into, token, found);
    }
    if (rule !== undefined) {
      const node = read(rule);
      return node !== undefined && add(into, rule, node);
    }
    if (option !== undefined) return !fits(option.when) || all(option.parts, into);
    if (or !== undefined) {
      const taken = or.find(({ when }) => fits(when));
      return taken !== undefined && all(taken.parts, into);
    }
    const repeated = many ?? some;
    if (repeated === undefined || (some !== undefined && !fits(some.when))) return false;
    while (fits(repeated.when)) if (!all(repeated.parts, into)) return false;
    return true;
  };
  const tree = read('file');
  return at === tokens.length ? tree : undefined;
}

const rules: Grammar = grammar as Grammar;

const isA = ({ tokenType: { name, CATEGORIES } }: IToken, type: string) =>
  name === type || (Array.isArray(CATEGORIES) && CATEGORIES.some((one) => one.name === type));

function add({ children }: CstNode, key: string, child: CstElement): true {
  const before = children[key];
  if (before === undefined) children[key] = [child];
  else before.push(child);
  return true;
}
