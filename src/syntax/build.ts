import type { CstElement, CstNode, IToken } from 'chevrotain';
import type {
  Assignment,
  Block,
  Clause,
  Declaration,
  Entry,
  FlowFile,
  Include,
  Let,
  MissingValue,
  Name,
  NumberValue,
  Site,
  StringValue,
  Value,
  WorkflowNode,
} from '../model/ast.ts';
import { type Context, endOf, sameLine, spanOf, startOf } from './context.ts';
import { reportStray, reportStrayTop } from './mistakes.ts';
import { blockString, quotedString } from './strings.ts';
import * as T from './tokens.ts';

/** CST to AST. */
export function buildFile(cst: CstNode, context: Context): FlowFile {
  for (const stray of nodes(cst, 'strayTop')) {
    reportStrayTop(inOrder(stray), context);
  }
  const number = nodes(cst, 'header').flatMap((header) => real(header, 'NumberLike'))[0];
  return {
    version: number === undefined ? undefined : numberValue(number),
    workflows: nodes(cst, 'workflow').map((node) => workflow(node, context)),
    includes: nodes(cst, 'include').map((node) => naming<Include>('include', node, context)),
    sites: nodes(cst, 'site').map((node) => naming<Site>('site', node, context)),
    declarations: [
      ...nodes(cst, 'param').map((node) => param(node, context)),
      ...nodes(cst, 'let').map((node) => letOf(node, context)),
    ].sort((a, b) => a.span.start - b.span.start),
    clauses: nodes(cst, 'clause').map((node) => clause(node, context)),
    broken: false,
    end: context.end,
  };
}

function workflow(cst: CstNode, context: Context): WorkflowNode {
  const keyword = real(cst, 'WorkflowKeyword')[0];
  const word = real(cst, 'Word')[0];
  const body = nodes(cst, 'body')[0];
  const start = keyword === undefined ? 0 : startOf(keyword);
  const { entries, broken, end } = bodyOf(body, context);
  const name = word === undefined || word.image === '' ? undefined : nameOf(word);
  return {
    kind: 'workflow',
    name,
    entries,
    broken,
    span: { start, end: Math.max(end, keyword ? endOf(keyword) : 0) },
  };
}

function letOf(cst: CstNode, context: Context): Declaration {
  const { key, value, span } = declared(cst, context);
  return {
    kind: 'let',
    key,
    value: value ?? { kind: 'missing', span: { start: span.end, end: span.end } },
    span,
  };
}

function param(cst: CstNode, context: Context): Declaration {
  const type = real(cst, 'TypeName')[0];
  const { key, value, span } = declared(cst, context);
  return { kind: 'param', key, type: type === undefined ? undefined : nameOf(type), value, span };
}

function declared(cst: CstNode, context: Context) {
  const tokens = inOrder(cst).filter((token) => !Number.isNaN(startOf(token)));
  const [first, last] = [tokens[0] as IToken, tokens.at(-1) as IToken];
  const name = real(cst, 'DeclaredName')[0];
  const end = endOf(first);
  const key = name === undefined ? { text: '', span: { start: end, end } } : nameOf(name);
  const equals = real(cst, 'Equals')[0];
  const value = equals && readValue(nodes(cst, 'value')[0], endOf(equals), context);
  const span = { start: startOf(first), end: Math.max(endOf(last), value?.span.end ?? 0) };
  return { key, value, span };
}

function naming<S extends Include | Site>(kind: S['kind'], cst: CstNode, context: Context): S {
  const word = real(cst, 'IncludeKeyword', 'SiteKeyword')[0] as IToken;
  const text = real(cst, 'QuotedString')[0];
  const end = text === undefined ? endOf(word) : endOf(text);
  const path =
    text === undefined ? { kind: 'missing' as const, span: { start: end, end } } : textOf(text, context);
  return { kind, key: nameOf(word), path, span: { start: startOf(word), end } } as S;
}

interface Body {
  readonly entries: Entry[];
  readonly broken: boolean;
  readonly end: number;
}

function bodyOf(cst: CstNode | undefined, context: Context): Body {
  if (cst === undefined) return { entries: [], broken: true, end: 0 };
  let broken = real(cst, 'RightBrace').some((token) => endOf(token) === startOf(token));
  // Ends of values that are followed by something that belongs to no entry: it is unknown which of the two was meant.
  const spoiled = new Set<number>();
  for (const stray of nodes(cst, 'stray')) {
    const tokens = inOrder(stray);
    broken = true;
    const last = context.before.get(tokens[0] as IToken);
    for (const line of byLine(tokens, context)) reportStray(line, last, context);
    if (last !== undefined) spoiled.add(endOf(last));
  }
  const entries = nodes(cst, 'entry')
    .flatMap((node) => entry(node, context))
    .map((one) => (hasValue(one) && spoiled.has(one.span.end) ? withoutValue(one) : one));
  // A string that was not closed may have swallowed the entries after it on its line.
  broken ||= entries.some((one) => hasValue(one) && swallowsEntries(one, context));
  const close = real(cst, 'RightBrace')[0];
  const open = real(cst, 'LeftBrace')[0];
  return {
    entries,
    broken,
    end: Math.max(open ? endOf(open) : 0, close ? endOf(close) : 0, entries.at(-1)?.span.end ?? 0),
  };
}

/** Each line that looks like an entry (a word and a value) is a separate mistake: otherwise the first would hide the rest. */
function byLine(tokens: readonly IToken[], context: Context): IToken[][] {
  const lines: IToken[][] = [];
  tokens.forEach((token, i) => {
    const [before, next] = [tokens[i - 1], tokens[i + 1]];
    const starts = before !== undefined && !sameLine(context, before, token);
    const isEntry = token.tokenType === T.Word && next !== undefined && sameLine(context, token, next);
    if (lines.length === 0 || (starts && isEntry)) lines.push([token]);
    else lines.at(-1)?.push(token);
  });
  return lines;
}

function hasValue(one: Entry): one is Assignment | Let {
  return one.kind === 'assignment' || one.kind === 'let';
}

function swallowsEntries({ value }: { readonly value: Value }, { text }: Context): boolean {
  return value.kind === 'missing' && text.slice(value.span.start, value.span.end).includes('=');
}

function withoutValue<E extends { readonly value: Value }>(one: E): E {
  return { ...one, value: { kind: 'missing', span: one.value.span } };
}

function entry(cst: CstNode, context: Context): Entry[] {
  const statement = statementOf(cst, context);
  if (statement !== undefined) return [statement];
  const word = real(cst, 'Key')[0];
  if (word === undefined) return [];
  const key = nameOf(word);
  const inner = nodes(cst, 'body')[0];
  if (inner !== undefined) {
    const { entries, broken, end } = bodyOf(inner, context);
    const block: Block = {
      kind: 'block',
      key,
      entries,
      broken,
      span: { start: key.span.start, end: Math.max(end, key.span.end) },
    };
    return [block];
  }
  const equals = real(cst, 'Equals')[0];
  const fallback = equals === undefined ? key.span.end : endOf(equals);
  const value = readValue(nodes(cst, 'value')[0], fallback, context);
  const assignment: Assignment = {
    kind: 'assignment',
    key,
    value,
    span: { start: key.span.start, end: Math.max(value.span.end, fallback) },
  };
  return [assignment];
}

/** The entry, if it is a statement: then it is all that the node contains. */
function statementOf({ children }: CstNode, context: Context): Entry | undefined {
  for (const [rule, read] of STATEMENTS) {
    const node = children[rule]?.[0];
    if (node !== undefined && 'children' in node) return read(node, context);
  }
  return undefined;
}

const STATEMENTS: readonly [string, (cst: CstNode, context: Context) => Entry][] = [
  ['clause', clause],
  ['let', letOf],
  ['param', param],
  ['include', (cst, context) => naming<Include>('include', cst, context)],
  ['site', (cst, context) => naming<Site>('site', cst, context)],
];

function readValue(cst: CstNode | undefined, fallback: number, context: Context): Value {
  const missing: Value = { kind: 'missing', span: { start: fallback, end: fallback } };
  if (cst === undefined) return missing;
  const list = nodes(cst, 'list')[0];
  if (list !== undefined) return listOf(list, fallback, context);
  const calculation = nodes(cst, 'calculation')[0];
  if (calculation !== undefined) return calculate(calculation, 'product', 'AddOperator', context) ?? missing;
  const token = real(cst, 'QuotedString', 'BlockString')[0];
  if (token === undefined) return missing;
  switch (token.tokenType) {
    case T.BrokenValue:
      return { kind: 'missing', span: spanOf(token) };
    case T.QuotedString:
      return quotedString(token.image, startOf(token), context.report);
    default:
      return blockString(token.image, startOf(token), context.report);
  }
}

/** A sum of products, or a product of operands; a single operand if there is only one. */
function calculate(
  cst: CstNode,
  inner: 'product' | 'operand',
  operators: string,
  context: Context,
): Value | undefined {
  const parts = nodes(cst, inner).map((node) =>
    inner === 'product' ? calculate(node, 'operand', 'MultiplyOperator', context) : operand(node, context),
  );
  const signs = real(cst, operators);
  const [first, ...others] = parts;
  if (first === undefined || others.length !== signs.length) return undefined;
  const rest = others.flatMap((part, i) =>
    part === undefined ? [] : [{ operator: signs[i]?.image as '+', operand: part }],
  );
  if (rest.length < others.length) return undefined;
  const end = rest.at(-1)?.operand.span.end;
  if (end === undefined) return first;
  const span = { start: first.span.start, end };
  return { kind: 'calculation', first, rest, text: context.text.slice(span.start, span.end), span };
}

/** The span of an operand in parentheses includes the parentheses. */
function operand(cst: CstNode, context: Context): Value | undefined {
  const inner = nodes(cst, 'calculation')[0];
  const [open, close] = [real(cst, 'LeftParenthesis')[0], real(cst, 'RightParenthesis')[0]];
  if (inner !== undefined && open !== undefined && close !== undefined) {
    const value = calculate(inner, 'product', 'AddOperator', context);
    return value && { ...value, span: { start: startOf(open), end: endOf(close) } };
  }
  const token = real(cst, 'NumberLike', 'Word')[0];
  if (token === undefined) return undefined;
  if (token.tokenType === T.NumberLike) return numberValue(token);
  return { kind: 'word', text: token.image, span: spanOf(token) };
}

/** A list that was not read to its end is not a value, because its contents are unknown. */
function listOf(cst: CstNode, fallback: number, context: Context): Value {
  const items = nodes(cst, 'value').map((node) => readValue(node, fallback, context));
  const open = real(cst, 'LeftBracket')[0];
  const close = real(cst, 'RightBracket')[0];
  const start = open === undefined ? fallback : startOf(open);
  const end = Math.max(
    close === undefined ? 0 : endOf(close),
    items.at(-1)?.span.end ?? 0,
    open ? endOf(open) : 0,
  );
  const whole = open?.image === '[' && close?.image === ']';
  return whole ? { kind: 'list', items, span: { start, end } } : { kind: 'missing', span: { start, end } };
}

/** Its tokens were folded by `foldClauses`: a verb and a text, then words, each with a text or without. */
function clause(cst: CstNode, context: Context): Clause {
  const [verb, first, ...rest] = inOrder(cst) as [IToken, IToken, ...IToken[]];
  const parts = rest.flatMap((token, i) => {
    if (token.tokenType !== T.ClauseWord) return [];
    const next = rest[i + 1];
    const text = next === undefined || next.tokenType === T.ClauseWord ? undefined : textOf(next, context);
    return [{ word: nameOf(token), text }];
  });
  const last = rest.at(-1) ?? first;
  const span = { start: startOf(verb), end: endOf(last) };
  const broken =
    context.reported.has(startOf(verb)) ||
    [first, ...rest].some(({ tokenType }) => tokenType === T.BrokenValue);
  return { kind: 'clause', key: nameOf(verb), text: textOf(first, context), parts, broken, span };
}

function textOf(token: IToken, context: Context): StringValue | MissingValue {
  return token.tokenType === T.BrokenValue
    ? { kind: 'missing', span: spanOf(token) }
    : quotedString(token.image, startOf(token), context.report);
}

function nameOf(token: IToken): Name {
  return { text: token.image, span: spanOf(token) };
}

function numberValue(token: IToken): NumberValue {
  return { kind: 'number', text: token.image, span: spanOf(token) };
}

function nodes(cst: CstNode, rule: string): CstNode[] {
  return (cst.children[rule] ?? []).filter((child): child is CstNode => 'children' in child);
}

function tokensOf(cst: CstNode, ...types: string[]): IToken[] {
  const isToken = (child: CstElement): child is IToken => 'image' in child;
  return types.flatMap((type) => (cst.children[type] ?? []).filter(isToken));
}

/** All tokens of a node without inner nodes, in the order of the text. */
function inOrder(cst: CstNode): IToken[] {
  return tokensOf(cst, ...Object.keys(cst.children)).sort((a, b) => startOf(a) - startOf(b));
}

/** The tokens of those types that are in the text, without those that recovery inserted. */
function real(cst: CstNode, ...types: string[]): IToken[] {
  return tokensOf(cst, ...types).filter((token) => token.isInsertedInRecovery !== true);
}
