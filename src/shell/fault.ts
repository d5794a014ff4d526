import { forEachChild, type ParsedScript, type SyntaxNode } from 'unbash';
import type { Place } from './words.ts';

/** Why bash cannot read a text: the first reason, and where it begins. */
export type Fault = Place &
  (
    | { readonly kind: 'unclosed'; readonly what: string; readonly closer: string }
    | { readonly kind: 'unexpected'; readonly what: string; readonly open: Opened | undefined }
    | { readonly kind: 'incomplete'; readonly missing: string; readonly behind: string | undefined }
    | { readonly kind: 'other'; readonly message: string }
  );

/** What is still open when something unexpected comes, and what would close it. */
export type Opened = Place & { readonly what: string; readonly closer: string };

/** The parser's words for what was still open at the end, and the nodes that they refer to. */
const NODES: Readonly<Record<string, readonly string[]>> = {
  if: ['If'],
  for: ['For', 'ArithmeticFor'],
  while: ['While'],
  until: ['While'],
  case: ['Case'],
  select: ['Select'],
  subshell: ['Subshell'],
  'brace group': ['BraceGroup'],
  '[[': ['TestCommand'],
};

const QUOTED: Readonly<Record<string, { readonly what: string; readonly closer: string }>> = {
  'double quote': { what: '"', closer: '"' },
  'single quote': { what: "'", closer: "'" },
  backtick: { what: '`', closer: '`' },
  'command substitution': { what: '$(', closer: ')' },
  'process substitution': { what: '<(', closer: ')' },
  'arithmetic expansion': { what: '$((', closer: '))' },
  'arithmetic command': { what: '((', closer: '))' },
  'parameter expansion': { what: '${', closer: '}' },
  'extended glob': { what: '(', closer: ')' },
};

/**
 * The first reason for which bash refuses to read a text (`bash -n`); undefined if bash reads it. Silent about the text
 * in backticks and here-documents, which bash parses only when it runs them.
 */
export function faultOf(text: string, script: ParsedScript): Fault | undefined {
  const { errors, nodes } = survey(script);
  const [first, ...others] = errors;
  if (first === undefined) return undefined;
  // If a header's `))` is not where the parser saw it, bash may find another one.
  if (nodes.some((node) => node.type === 'ArithmeticFor' && !isHeader(text.slice(node.pos, node.body.pos))))
    return undefined;
  const { message, pos } = first;
  const opened = (words: string) => unclosedIn(words, nodes, text);
  const own = opened(message);
  if (own !== undefined) return { kind: 'unclosed', ...own };
  const [, quoted = ''] = /^unterminated (.*)$/.exec(message) ?? [];
  const quote = QUOTED[quoted];
  if (quote !== undefined) {
    // bash reads arithmetic later, and a `${` in it may change its end.
    if (quote.closer === '))' && text.includes('${', pos)) return undefined;
    const start = Math.max(pos, text.indexOf(quote.what, pos));
    return { kind: 'unclosed', ...quote, start, end: start + quote.what.length };
  }
  const [, token] = /^unexpected token '(.*)'$/s.exec(message) ?? [];
  if (token !== undefined) {
    const open = others.map((one) => opened(one.message)).find((one) => one !== undefined);
    return { kind: 'unexpected', what: token, open, ...piece(text, pos, token.length) };
  }
  const [, missing, behind] =
    /^expected (command|redirect target|'.+?')(?: after '(.*)')?$/s.exec(message) ?? [];
  if (missing !== undefined)
    return { kind: 'incomplete', missing: missing.replaceAll("'", ''), behind, ...before(text, pos, behind) };
  return { kind: 'other', message, ...piece(text, pos, 1) };
}

const isHeader = (text: string) => /^for\s*\(\([^)]*(?:\)(?!\))[^)]*)*\)\)[\s;]*(?:do|\{)?\s*$/.test(text);

function survey(script: ParsedScript) {
  const errors: { message: string; pos: number }[] = [];
  const nodes: SyntaxNode[] = [];
  const waiting: SyntaxNode[] = [script];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === 'Script') for (const one of node.errors ?? []) errors.push(one);
    // bash reads these only when it runs them.
    if (node.type === 'HereDocBody' || (node.type === 'CommandExpansion' && !/^\$\((?!\()/.test(node.text)))
      continue;
    nodes.push(node);
    forEachChild(node, (child) => waiting.push(child));
  }
  return { errors: errors.sort((a, b) => a.pos - b.pos), nodes };
}

/** The construct that the parser expected to be closed, where it was opened: the innermost that reaches this far. */
function unclosedIn(message: string, nodes: readonly SyntaxNode[], text: string): Opened | undefined {
  const [, closer, named] = /^expected '(.*)' to close (.*)$/.exec(message) ?? [];
  if (closer === undefined || named === undefined) return undefined;
  const word = named.replaceAll("'", '');
  const open = nodes
    .filter((node) => NODES[word]?.includes(node.type) && (node.type !== 'While' || node.kind === word))
    .sort((a, b) => a.pos - b.pos)
    .findLast(({ pos, end }) => !isClosed(text.slice(pos, end), closer));
  if (open === undefined) return undefined;
  const what = { subshell: '(', 'brace group': '{' }[word] ?? word;
  return { what, closer, start: open.pos, end: open.pos + what.length };
}

const isClosed = (text: string, closer: string) =>
  text.endsWith(closer) && !(/^\w/.test(closer) && /\w/.test(text.at(-closer.length - 1) ?? ''));

function piece(text: string, pos: number, length: number): Place {
  const start = Math.min(pos, Math.max(text.trimEnd().length - 1, 0));
  return { start, end: Math.max(start + 1, Math.min(start + length, text.length)) };
}

/** Where something is missing: after the word `behind`, or after the last word before that place. */
function before(text: string, pos: number, behind: string | undefined): Place {
  const found = behind === undefined ? -1 : text.lastIndexOf(behind, pos);
  if (behind !== undefined && found >= 0) return { start: found, end: found + behind.length };
  const end = text.slice(0, pos).trimEnd().length;
  return {
    start: Math.max(end - (/\S*$/.exec(text.slice(0, end))?.[0].length ?? 1), 0),
    end: Math.max(end, 1),
  };
}
