import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Lexer } from 'chevrotain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import type { Source } from '../../src/model/span.ts';
import type { ReadInclude } from '../../src/program.ts';
import { parse } from '../../src/syntax/parse.ts';
import { tokenize } from '../../src/syntax/tokenize.ts';
import { LEXED } from '../../src/syntax/tokens.ts';
import { check } from '../support/check.ts';
import { compile } from '../support/compile.ts';
import { runs } from '../support/fuzz.ts';
import { renderAll } from '../support/render.ts';

const CASES = fileURLToPath(new URL('../../specs/cases', import.meta.url));
const flows = readdirSync(CASES, { withFileTypes: true })
  .filter((one) => one.isDirectory())
  .map(({ name }) => readFileSync(`${CASES}/${name}/flow.crflow`, 'utf8'))
  .filter((text) => text.length < 2_000);

/** The lexer that crc's own answers as. */
const chevrotain = new Lexer(LEXED, { positionTracking: 'onlyOffset' });

/** What must hold whatever the text. */
function holds(text: string): void {
  const source = { name: 'fuzz.crflow', text };
  const { file, diagnostics } = parse(source);
  const checked = check(file, source);
  for (const found of [diagnostics, checked.diagnostics]) inOrder(found, text);
  // A flow with syntax errors, or without a workflow, is never handed on in silence.
  if (diagnostics.length === 0) {
    const tree = JSON.stringify(file);
    expect(file.version?.text).toBe('1');
    expect(tree).not.toMatch(/"kind":"missing"|"broken":true/);
    // Operators need no blanks around them, so words are not counted where there is a calculation.
    if (!/"kind":"calculation"/.test(tree)) expect(leavesOf(file)).toBe(wordsIn(text));
  }
  inside(file, text.length);
  including(source);
  renderAll([...diagnostics, ...checked.diagnostics], source);
  sameTokens(text);
  // The same input gives the same findings, also after any other input: the parser keeps nothing.
  expect(parse(source).diagnostics).toEqual(diagnostics);
}

/** The lexer's tokens, one by one: to compare two lists of thousands as values takes longer than all else here. */
function sameTokens(text: string): void {
  const ours = tokenize(text);
  const theirs = chevrotain.tokenize(text).tokens;
  const same = ours.every((one, at) => {
    const other = theirs[at];
    return (
      one.image === other?.image &&
      one.startOffset === other.startOffset &&
      one.tokenType === other.tokenType &&
      one.tokenTypeIdx === other.tokenTypeIdx
    );
  });
  expect(same && ours.length === theirs.length).toBe(true);
}

/** The whole way, with what it includes (any path is a file, one of them includes back) and what --set gives. */
function including(source: Source): void {
  const among: ReadInclude = (path) => ({
    source: {
      name: `./${path}`,
      text: path === 'x' ? `crflow 1\ninclude "${source.name}"\nlet m = n` : other,
    },
    id: path,
  });
  const settings = new Map([['n', '2h']]);
  const { flows, diagnostics, sources } = compile(source, { include: among, settings });
  expect(flows.length === 0 || diagnostics.every(({ severity }) => severity === 'warning')).toBe(true);
  for (const one of new Set(diagnostics.map(({ file }) => file))) {
    const { text } = sources.find(({ name }) => name === one) ?? { text: '' };
    inOrder(
      diagnostics.filter(({ file }) => file === one),
      text,
    );
  }
}

const other = 'crflow 1\nparam n: Int = 3\nlet broken = 2 *\n';

/** Words, numbers and strings of the tree, keywords included. */
function leavesOf(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  if (Array.isArray(node)) return node.reduce((sum, one) => sum + leavesOf(one), 0);
  const one = node as Record<string, unknown>;
  if (one['kind'] === 'string') return 1;
  const own = typeof one['text'] === 'string' ? one['text'].split(/\s+/).length : 0;
  const keyword = ['workflow', 'let', 'param'].includes(String(one['kind'])) || 'workflows' in one ? 1 : 0;
  return Object.values(one).reduce((sum: number, inner) => sum + leavesOf(inner), own + keyword);
}

/** The same of the text: nothing is dropped without a finding. */
function wordsIn(text: string): number {
  const token =
    /\/\/.*|\/\*[\s\S]*?\*\/|("""[\s\S]*?"""(?!")|"(?:[^"\\\n]|\\.)*"|[A-Za-z0-9_][A-Za-z0-9_:.+-]*)/g;
  return [...text.matchAll(token)].filter((match) => match[1] !== undefined).length;
}

function inOrder(found: readonly Diagnostic[], text: string): void {
  const seen = new Set<string>();
  let before = -1;
  for (const { code, title, at, related } of found) {
    const span = at?.span ?? { start: 0, end: 0 };
    expect(span.start).toBeGreaterThanOrEqual(before);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(title).not.toMatch(/undefined|NaN|\n/);
    expect(span.end).toBeLessThanOrEqual(text.length);
    for (const { span: other, source } of related)
      expect(other.end).toBeLessThanOrEqual((source?.text ?? text).length);
    const key = `${code} ${span.start} ${span.end} ${title}`; // a record can miss two parameters at one place
    expect(seen.has(key), `${key} twice`).toBe(false);
    seen.add(key);
    before = span.start;
  }
}

/** Every span in the tree lies in the text. */
function inside(node: unknown, length: number): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key !== 'span') inside(value, length);
    else if (!(value.start >= 0 && value.end >= value.start && value.end <= length))
      throw new Error(`${value.start} to ${value.end} is not within 0 to ${length}`);
  }
}

const pieces = [
  ...[
    'crflow',
    'workflow',
    'param',
    'let',
    'include',
    'mount',
    'to',
    'application',
    'run',
    'set',
    'interval',
    'auto',
    'n',
    'Int',
    'let n = ',
    'param n: Int = ',
    'include "x"',
    'let n = {{n}}',
  ],
  ...[
    '=',
    '{',
    '}',
    '[',
    ']',
    ',',
    ';',
    ':',
    '"',
    '"""',
    '“',
    '”',
    "'",
    '\\',
    '#',
    '//',
    '/*',
    '*/',
    '$',
    '@',
    '~',
    '+',
    '-',
    '*',
    '/',
    '(',
    ')',
  ],
  ...[
    '1',
    '10min',
    '2:30',
    '4G',
    '-5',
    '{{threads}}',
    '{{n}}',
    '2 * 10min',
    '(n+1)/2',
    '2h-30min',
    '4GiB',
    '\n',
    '\r\n',
    ' ',
    '\t',
    '\u00A0',
    '\uFEFF',
    '\0',
    '\x1B',
    '\uD800',
    '🙂',
  ],
];

test('any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), holds), runs(150));
});

test('any bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array).toString('latin1'));
  fc.assert(fc.property(bytes, holds), runs(150));
});

test('pieces of the language in any order', () => {
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 60 });
  fc.assert(
    fc.property(soup, fc.constantFrom('', ' '), (list, glue) => holds(`crflow 1\n${list.join(glue)}`)),
    runs(300),
  );
});

test('flows with pieces deleted, doubled, inserted and exchanged', () => {
  const mutation = fc.record({
    at: fc.double({ min: 0, max: 0.9999, noNaN: true }),
    length: fc.integer({ min: 0, max: 12 }),
    insert: fc.constantFrom('', ...pieces),
  });
  const mutated = fc.tuple(fc.constantFrom(...flows), fc.array(mutation, { minLength: 1, maxLength: 4 }));
  fc.assert(
    fc.property(mutated, ([flow, mutations]) => {
      let text = flow;
      for (const { at, length, insert } of mutations) {
        const offset = Math.floor(at * text.length);
        text = text.slice(0, offset) + insert + text.slice(offset + length);
      }
      holds(text);
    }),
    runs(300),
  );
});

test('flows cut off anywhere', () => {
  const cut = fc.tuple(fc.constantFrom(...flows), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(cut, ([flow, at]) => holds(flow.slice(0, Math.floor(at * flow.length)))),
    runs(600),
  );
});
