import type { ErrorObject } from 'ajv';
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { collect, type Report } from '../diagnostics/define.ts';
import type { JsonMistakes } from '../diagnostics/json-mistakes.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { listing, quote } from '../diagnostics/words.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Source, Span } from '../model/span.ts';

/** What a kind of file has to be, and how a message says it. */
export interface JsonKind {
  readonly mistakes: JsonMistakes;
  readonly schema: object;
  readonly validate: { (data: unknown): boolean; errors?: ErrorObject[] | null };
  /** What the whole is called: "a site profile". */
  readonly called: string;
  /** How a key that is missing is written. */
  readonly examples: Readonly<Record<string, string>>;
  /** What a definition of the schema asks for. */
  readonly defined: Readonly<Record<string, string>>;
}

/** The contents of a user's JSON file, or all its mistakes, each with its place. Never throws. */
export function readJson<T>(source: Source, kind: JsonKind): { value?: T; diagnostics: Diagnostic[] } {
  const { mistakes: about, validate } = kind;
  const { report, sorted } = collect(source);
  const mistakes: ParseError[] = [];
  const text = source.text.replace(/^\uFEFF/, ' ');
  const deep = tooDeepAt(text);
  if (deep !== undefined) {
    report(about.notJson, spanOf({ offset: deep, length: 1 }), {
      what: `it is nested more than ${DEEPEST} deep`,
    });
    return { diagnostics: sorted() };
  }
  const tree = parseTree(text, mistakes, { disallowComments: true, allowTrailingComma: false });
  const first = mistakes[0];
  if (tree === undefined || first !== undefined) {
    const code = first && printParseErrorCode(first.error);
    report(about.notJson, spanOf(first ?? { offset: 0, length: 0 }), {
      what: WORDS[code ?? 'ValueExpected'] ?? 'it cannot be parsed here',
    });
    return { diagnostics: sorted() };
  }
  reportTwice(tree, report, about);
  const value: unknown = JSON.parse(text);
  if (!validate(value)) for (const one of validate.errors ?? []) reportMisfit(one, tree, report, kind);
  const diagnostics = sorted();
  return diagnostics.length > 0 ? { diagnostics } : { value: value as T, diagnostics };
}

/** Such a file has lists of objects with lists in them; its reader recurses once for each. */
const DEEPEST = 50;

/** The bracket that opens a level too many. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (const { 0: found, index } of text.matchAll(/"(?:[^"\\\n]|\\.)*"?|[[\]{}]/g)) {
    if (found === '[' || found === '{') depth += 1;
    else if (found === ']' || found === '}') depth -= 1;
    if (depth > DEEPEST) return index;
  }
  return undefined;
}

const WORDS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a value is a text in double quotes, a number, true, false, a list or an object',
  InvalidNumberFormat: 'a number is malformed',
  PropertyNameExpected: 'the name of a key is missing, in double quotes',
  ValueExpected: 'a value is missing',
  ColonExpected: 'a colon is missing',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'there is text after its end',
  InvalidCommentToken: 'JSON has no comments; use "about" or "source"',
  UnexpectedEndOfString: 'a text is not closed',
};

const spanOf = ({ offset, length }: { offset: number; length: number }): Span => ({
  start: offset,
  end: offset + length,
});

/** Reports duplicate keys of one object, and duplicate names in one list. */
function reportTwice(node: Node, report: Report, about: JsonMistakes): void {
  const seen = new Set<unknown>();
  const once = (what: string, at: Node | undefined) => {
    if (at === undefined) return;
    if (seen.has(at.value)) report(about.twice, spanOf(at), { what, name: String(at.value) });
    seen.add(at.value);
  };
  for (const child of node.children ?? []) {
    if (node.type === 'object') once('key', child.children?.[0]);
    else if (node.type === 'array' && child.type === 'object')
      once('name', findNodeAtLocation(child, ['name']));
    reportTwice(child, report, about);
  }
}

/** Reports in words, with its place, what ajv found. */
function reportMisfit(error: ErrorObject, tree: Node, report: Report, kind: JsonKind): void {
  const { mistakes: about, schema } = kind;
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
  const node = findNodeAtLocation(tree, path) ?? tree;
  const key = String(path.findLast((part) => typeof part === 'string') ?? kind.called);
  if (error.keyword === 'additionalProperties') {
    const { additionalProperty: unknown } = error.params as { additionalProperty: string };
    const at = findNodeAtLocation(tree, [...path, unknown])?.parent?.children?.[0] ?? node;
    const known = Object.keys(ruleAt(schema, error.schemaPath, 1)?.['properties'] ?? {});
    const nearest = suggest(
      unknown,
      known.map((name) => ({ name })),
    );
    report(about.unknownKey, spanOf(at), { key: unknown, nearest, known });
  } else if (error.keyword === 'required') {
    const { missingProperty: missing } = error.params as { missingProperty: string };
    const example = kind.examples[missing] ?? `"${missing}"`;
    report(about.missingKey, { start: node.offset, end: node.offset + 1 }, { key: missing, example });
  } else
    report(about.wrongValue, spanOf(node), {
      key,
      found: shown(node),
      expected: expected(error, kind.defined),
    });
}

/** What a value must be, from its definition in the schema if it has one. */
function expected(error: ErrorObject, defined: JsonKind['defined']): string {
  const definition = /#\/definitions\/(\w+)\//.exec(error.schemaPath)?.[1];
  const words = definition === undefined ? undefined : defined[definition];
  if (words !== undefined) return words;
  if (error.keyword === 'enum')
    return listing(
      (error.params as { allowedValues: unknown[] }).allowedValues.map((one) => `"${one}"`),
      'or',
    );
  if (error.keyword === 'const')
    return JSON.stringify((error.params as { allowedValue: unknown }).allowedValue);
  if (error.keyword === 'pattern' && error.instancePath.endsWith('/bandwidth'))
    return 'a rate such as "0.8GB/s"';
  const type = (error.params as { type?: string }).type;
  return (
    (type && TYPES[type]) ?? (error.keyword === 'pattern' ? 'a name without blanks' : 'a number, 0 or more')
  );
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'an object, { … }',
  array: 'a list, [ … ]',
  string: 'a text in double quotes',
  boolean: 'true or false',
  number: 'a number',
};

function shown(node: Node): string {
  if (node.type === 'object') return 'an object';
  if (node.type === 'array') return 'a list';
  return quote(JSON.stringify(node.value));
}

/** The part of the schema that a `schemaPath` of ajv's leads to, without its last `above` steps. */
function ruleAt(schema: object, path: string, above: number): Readonly<Record<string, object>> | undefined {
  const steps = path
    .replace(/^#\//, '')
    .split('/')
    .slice(0, -above || undefined)
    .filter(Boolean);
  return steps.reduce<unknown>((now, step) => (now as Record<string, unknown> | undefined)?.[step], schema) as
    | Readonly<Record<string, object>>
    | undefined;
}
