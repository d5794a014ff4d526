import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';
import type { Entry, FlowFile, Value } from '../src/model/ast.ts';
import type { Span } from '../src/model/span.ts';
import { FlowParser } from '../src/syntax/grammar.ts';
import { parse } from '../src/syntax/parse.ts';
import { ebnf, TERMINALS } from './support/ebnf.ts';
import { grammarTable } from './support/grammar-table.ts';

const folder = join(import.meta.dirname, '../grammar');
const rules = new FlowParser().getSerializedGastProductions();

describe('the formal grammar', () => {
  const path = join(folder, 'crflow.ebnf');

  test('is what the parser has', () => {
    const text = ebnf(rules);
    if (process.env['CRFLOW_UPDATE'] === '1') writeFileSync(path, text);
    expect(readFileSync(path, 'utf8'), 'run npm run specs:update').toBe(text);
  });

  test('defines all that it names', () => {
    const text = ebnf(rules).replace(/\/\*[\s\S]*?\*\//g, '');
    const defined = [...text.matchAll(/^(\w+) *::=/gm)].map((match) => match[1]);
    const bodies = text
      .split('\n')
      .filter((line) => !Object.keys(TERMINALS).some((name) => line.startsWith(name)));
    const used =
      bodies
        .join('\n')
        .replace(/'[^']*'/g, '')
        .match(/\w+/g) ?? [];
    expect([...new Set(used)].filter((name) => !defined.includes(name))).toEqual([]);
    expect(new Set(defined).size).toBe(defined.length);
  });
});

test('the rules that texts without mistakes are read by are those of the parser', () => {
  const path = join(folder, '../src/syntax/grammar.json');
  const text = `${JSON.stringify(grammarTable())}\n`;
  if (process.env['CRFLOW_UPDATE'] === '1') writeFileSync(path, text);
  expect(readFileSync(path, 'utf8'), 'run npm run specs:update').toBe(text);
});

/** Scopes of each character of a text. */
type Scopes = readonly (readonly string[])[];

describe('the TextMate grammar', () => {
  let grammar: textmate.IGrammar;

  beforeAll(async () => {
    const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
    await oniguruma.loadWASM(readFileSync(wasm));
    const file = join(folder, 'crflow.tmLanguage.json');
    const registry = new textmate.Registry({
      onigLib: Promise.resolve({
        createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
        createOnigString: (text) => new oniguruma.OnigString(text),
      }),
      loadGrammar: async () => textmate.parseRawGrammar(readFileSync(file, 'utf8'), file),
    });
    grammar = (await registry.loadGrammar('source.crflow')) ?? expect.fail('no grammar');
  });

  function scopesOf(text: string): Scopes {
    const all: string[][] = [];
    let state = textmate.INITIAL;
    for (const line of text.split('\n')) {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
      state = ruleStack;
      for (let at = 0; at <= line.length; at++) {
        all.push(tokens.find(({ startIndex, endIndex }) => at >= startIndex && at < endIndex)?.scopes ?? []);
      }
    }
    return all;
  }

  const texts = [
    ...[
      ...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(
        /^```crflow(?! part)[^\n]*\n([\s\S]*?)^```/gm,
      ),
    ].map((match, i) => [`example ${i + 1} of the reference`, match[1] ?? ''] as const),
    ...readdirSync(join(folder, '../specs/cases'))
      .filter((name) => name.startsWith('good-') && name !== 'good-crlf-and-bom')
      .map(
        (name) => [name, readFileSync(join(folder, '../specs/cases', name, 'flow.crflow'), 'utf8')] as const,
      ),
  ];

  test.each(texts)('sees in %s what the parser sees', (_, text) => {
    const { file, diagnostics } = parse({ name: 'x', text });
    expect(diagnostics).toEqual([]);
    const scopes = scopesOf(text);
    for (const [span, scope] of expected(file)) {
      for (let at = span.start; at < span.end; at++) {
        if (text[at] === '\n') continue;
        expect(
          scopes[at]?.some((one) => one.startsWith(scope)),
          `${scope} at ${text.slice(span.start, span.end)}`,
        ).toBe(true);
      }
    }
    expect(scopes.flat().filter((scope) => scope.startsWith('invalid'))).toEqual([]);
    for (const match of text.matchAll(/^\s*\/\/.*/gm))
      expect(scopes[match.index + match[0].length - 1]?.at(-1)).toBe('comment.line.double-slash.crflow');
  });

  test('marks {{…}} and variables inside of strings', () => {
    const text = 'run = "a {{n}} $B {{ x }} \\{{n}}"';
    const scopes = scopesOf(text);
    const at = (part: string) => scopes[text.indexOf(part)]?.at(-1);
    expect([at('{{n}}'), at('$B'), at('{{ x'), at('\\{{')]).toEqual([
      'variable.other.insert.crflow',
      'variable.other.environment.crflow',
      'string.quoted.double.crflow',
      'constant.character.escape.crflow',
    ]);
  });
});

/** What the tree holds, and how it is to be marked. */
function expected(file: FlowFile): [Span, string][] {
  const found: [Span, string][] = [];
  const value = (one: Value): void => {
    if (one.kind === 'string') found.push([one.span, 'string.quoted']);
    else if (one.kind === 'number') found.push([one.span, 'constant.numeric']);
    else if (one.kind === 'word') found.push([one.span, 'constant.']);
    else if (one.kind === 'list') one.items.forEach(value);
    else if (one.kind === 'calculation')
      for (const part of [one.first, ...one.rest.map((next) => next.operand)]) value(part);
  };
  const entry = (one: Entry): void => {
    if (one.kind === 'block') {
      found.push([one.key.span, 'entity.name.section']);
      one.entries.forEach(entry);
    } else if (one.kind === 'include' || one.kind === 'site') {
      found.push([one.key.span, `keyword.control.${one.kind}`]);
      value(one.path);
    } else if (one.kind === 'clause') {
      found.push([one.key.span, 'keyword.other.clause']);
      value(one.text);
      for (const { word, text } of one.parts) {
        found.push([word.span, 'keyword.other.clause']);
        if (text) value(text);
      }
    } else {
      found.push([
        one.key.span,
        one.kind === 'assignment' ? 'variable.other.property' : 'variable.other.declared',
      ]);
      if (one.kind === 'param' && one.type) found.push([one.type.span, 'support.type']);
      if (one.value) value(one.value);
    }
  };
  if (file.version) found.push([file.version.span, 'constant.numeric.version']);
  file.includes.forEach(entry);
  file.sites.forEach(entry);
  file.declarations.forEach(entry);
  for (const { name, entries } of file.workflows) {
    if (name) found.push([name.span, 'entity.name.type.workflow']);
    entries.forEach(entry);
  }
  return found;
}
