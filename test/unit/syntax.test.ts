import { Lexer } from 'chevrotain';
import { describe, expect, test } from 'vitest';
import type { Assignment, Block, StringValue } from '../../src/model/ast.ts';
import { FlowParser } from '../../src/syntax/grammar.ts';
import { LONGEST_SOURCE, parse, parseTokensOf } from '../../src/syntax/parse.ts';
import { readTree } from '../../src/syntax/read-tree.ts';
import { LEXED, PARSED, SKIPPED } from '../../src/syntax/tokens.ts';
import { check } from '../support/check.ts';

const read = (text: string) => parse({ name: 'test.crflow', text });
const codes = (text: string) => read(text).diagnostics.map(({ code }) => code);

/** The first value of the first block of the first workflow. */
function stringIn(written: string): StringValue {
  const { file, diagnostics } = read(`crflow 1 workflow a { b { c = ${written} } }`);
  expect(diagnostics).toEqual([]);
  const block = file.workflows[0]?.entries[0] as Block;
  return (block.entries[0] as Assignment).value as StringValue;
}
const textOf = (value: StringValue) => value.segments.map(({ text }) => text).join('');

test('the grammar and the tokens are valid', () => {
  expect(() => new FlowParser({ skipValidations: false })).not.toThrow();
  expect(new Lexer(LEXED, { positionTracking: 'onlyOffset' }).lexerDefinitionErrors).toEqual([]);
});

test('the constants of Chevrotain are copied as they are', () => expect(SKIPPED).toBe(Lexer.SKIPPED));

test('what is read without the parser is what the parser reads', () => {
  const text = `crflow 1
include "a"  site "b"  param n: Int = 2  let m = (n + 1) * 2
workflow w {
  param k: Int  let l = "x"
  a { b = [1, "c", [d],]  e { f = """g""" } }
  mount "h" to "i" readonly
}`;
  const { tokens, diagnostics } = parseTokensOf({ name: 'x', text });
  expect(diagnostics).toEqual([]);
  const parser = new FlowParser({ recoveryEnabled: false });
  const isSame = (some: typeof tokens) => {
    const { tree, errors } = parser.read(some);
    // As text: comparing thousands of trees takes longer than making them.
    const right = errors.length === 0 ? JSON.stringify(tree) : undefined;
    if (JSON.stringify(readTree(some)) !== right) expect(readTree(some)).toEqual(right && tree);
    return right !== undefined;
  };
  expect(isSame(tokens)).toBe(true);
  // With a mistake: without a token, or with another in its place.
  const wrong = tokens.flatMap((token, i) => [
    tokens.toSpliced(i, 1),
    ...PARSED.map((tokenType) => tokens.with(i, { ...token, tokenType })),
  ]);
  const right = wrong.filter(isSame).length;
  expect(right).toBeGreaterThan(50);
  expect(wrong.length - right).toBeGreaterThan(50);
});

describe('strings', () => {
  test.each([
    ['""', ''],
    ['"a b"', 'a b'],
    [String.raw`"\"\\\n\t\$\{"`, '"\\\n\t${'],
    ['""""""', ''],
    ['"""a"""', 'a'],
    ['"""a""""', 'a"'],
    [String.raw`"""\n"""`, '\\n'],
    ['"""\n  a\n    b\n  """', 'a\n  b'],
    ['"""\n\ta\n\t\tb\n"""', 'a\n\tb'],
    ['"""\n  a\n\n  b\n\n  """', 'a\n\nb\n'],
    ['"""a\n  b\n  """', 'a\nb'],
    ['"""\n"""', ''],
    ['"""\r\n  a\r\n  b\r\n  """', 'a\nb'],
    ['"""\n    a\n  \n    b"""', 'a\n\nb'],
  ])('%j', (written, text) => expect(textOf(stringIn(written))).toBe(text));

  test('a segment is found in the source, of its own length unless it was escaped', () => {
    const written = '"""\r\n    one\r\n      two\r\n    """';
    const text = `crflow 1 workflow a { b { c = ${written} } }`;
    for (const segment of stringIn(written).segments) {
      expect(text.slice(segment.span.start, segment.span.end)).toBe(segment.text);
    }
    const escaped = stringIn(String.raw`"a\$b"`).segments;
    expect(escaped.map((one) => [one.text, one.escaped, one.span.end - one.span.start])).toEqual([
      ['a', false, 1],
      ['$', true, 2],
      ['b', false, 1],
    ]);
  });
});

describe('one mistake, one message', () => {
  test.each([
    ['a colon', 'crflow 1 workflow a { b { c: 1 d = 2 } }', ['CRF011']],
    ['a semicolon', 'crflow 1 workflow a { b { c = 1; d = 2 } }', ['CRF012']],
    ['a unit with a blank', 'crflow 1 workflow a { b { c = 10 min d = 2 } }', []],
    ['a path without quotes', 'crflow 1 workflow a { b { c = /a/b:c/d d = 2 } }', ['CRF008']],
    ['no value', 'crflow 1 workflow a { b { c = } e { f = 1 } }', ['CRF024']],
    ['a string without its end', 'crflow 1 workflow a { b { c = "x }\n e { f = 1 } }', ['CRF003']],
    [
      'a block string without its end',
      'crflow 1\nworkflow a {\n  b {\n    c = """\n      x\n  }\n  e { f = """y""" }\n}',
      ['CRF004'],
    ],
    ['junk for a key', 'crflow 1 workflow a { b { %%% = 1 d = 2 } }', ['CRF001']],
    [
      'a brace too few',
      'crflow 1\nworkflow a {\n  b {\n    c = 1\n  e { f = 1 }\n}\nworkflow g { }',
      ['CRF013'],
    ],
    [
      'a brace too many',
      'crflow 1\nworkflow a {\n  b {\n  }\n  }\n  e { f = 1 }\n}\nworkflow g { }',
      ['CRF014'],
    ],
    ['a workflow in a workflow', 'crflow 1\nworkflow a {\n  b { }\nworkflow g { }', ['CRF013']],
    ['a file cut off', 'crflow 1 workflow a { b { c =', ['CRF013']],
    ['arithmetic', 'crflow 1 workflow a { b { c = 2 * 3 + 4 } }', []],
    ['arithmetic that ends too soon', 'crflow 1 workflow a { b { c = 2 * d = 3 } }', ['CRF047']],
    ['a second version', 'crflow 1 workflow a { } crflow 1', ['CRF020']],
  ])('%s', (_, text, expected) => expect(codes(text)).toEqual(expected));

  test('a broken workflow hides nothing in the next', () => {
    const { file } = read('crflow 1\nworkflow a {\n  b { c = \n}\nworkflow d { e { f = 1 } }\n');
    expect(file.workflows.map(({ name }) => name?.text)).toEqual(['a', 'd']);
    expect(file.workflows[1]?.entries).toHaveLength(1);
  });

  test('deleting any one token of a flow is one finding at most', () => {
    const flow = `crflow 1
workflow a {
  application {
    run = """
      ./solve
    """
    threads = 8
  }
  environment { load = ["a", "b"] set { X = "1" } }
  checkpoint { interval = 10min lead = 2min }
}
workflow b {
  schedule { time = 2h total = 1d }
}
`;
    for (const match of flow.matchAll(/"""[\s\S]*?"""|"[^"\n]*"|\w+|[^\s\w]/g)) {
      const cut = flow.slice(0, match.index) + flow.slice(match.index + match[0].length);
      expect(codes(cut).length, `without ${match[0]} at ${match.index}`).toBeLessThanOrEqual(1);
    }
  });
});

describe('limits', () => {
  const deep = (n: number) => `crflow 1\nworkflow a {\n${'b {\n'.repeat(n)}`;

  test.each([
    ['open braces', deep(10_000), ['CRF015']],
    ['closed braces', `${deep(10_000)}${'}'.repeat(10_001)}`, ['CRF015']],
    ['brackets', `crflow 1 workflow a { b { c = ${'['.repeat(10_000)} } }`, ['CRF015']],
    ['closing braces', `crflow 1 ${'}'.repeat(10_000)}`, ['CRF014']],
  ])('10,000 %s', (_, text, expected) => expect(codes(text)).toEqual(expected));

  test('nesting up to the limit is read', () => {
    expect(codes(`crflow 1 workflow a { ${'b { '.repeat(31)}${'} '.repeat(32)}`)).toEqual([]);
  });

  test('a source of a million characters is refused, one just below is read in time', () => {
    const flow = 'crflow 1\nworkflow a { b { c = 1 } }\n';
    expect(codes(flow + ' '.repeat(LONGEST_SOURCE))).toEqual(['CRF016']);
    expect(codes(`${flow}//${'x'.repeat(LONGEST_SOURCE - flow.length - 2)}`)).toEqual([]);
  });

  test.each([
    ['mistakes', '@ a = 1 '],
    ['quotes', '"a" '],
    ['escapes', String.raw`"\q" `],
    ['words', 'a '],
    ['equals', '= '],
    ['typographic quotes', '“ '],
  ])('many %s in one block neither overflow nor hang', (_, piece) => {
    const text = `crflow 1 workflow a { b { ${piece.repeat(20_000)} } }`;
    expect(() => read(text)).not.toThrow();
  });

  test('long strings do not overflow', () => {
    const value = stringIn(`"${'\\\\'.repeat(49_000)}"`);
    expect(textOf(value)).toHaveLength(49_000);
  });
});

describe('the file', () => {
  test('positions are of the source, byte order mark and line ends as they are', () => {
    const text = '\uFEFFcrflow 1\r\nworkflow a { b }\r\n';
    const at = read(text).diagnostics[0]?.at?.span;
    expect(text.slice(at?.start, at?.end)).toBe('b');
  });

  test('another version is not read', () => {
    expect(codes('crflow 2 @@@ {')).toEqual(['CRF022']);
  });

  test.each([
    ['', ['CRF023']],
    ['crflow 1', ['CRF023']],
    ['include "x"', ['CRF021']],
    ['crflow', ['CRF020']],
    ['// only a comment', ['CRF023']],
  ])('%j', (text, expected) => expect(codes(text)).toEqual(expected));

  test('clauses are read wherever they stand', () => {
    const { file, diagnostics } = read(
      'crflow 1\nmount "z" to "y"\nworkflow a { b { mount "x" to "y" c = 1 } }',
    );
    expect(diagnostics).toEqual([]);
    expect(file.clauses.map(({ key }) => key.text)).toEqual(['mount']);
    const block = file.workflows[0]?.entries[0] as Block;
    expect(block.entries.map(({ kind }) => kind)).toEqual(['clause', 'assignment']);
  });
});

test('what follows a flow that is cut off, blanks or comments, changes nothing that is said of it', () => {
  const flow = `crflow 1
param n: Int = 3
workflow w {
  application { run = "./a {{n}}"  threads = n * 2 }
  environment { load = ["gcc/13", "x"] set { A = "b" } }
  container { image = "lab/a:1" mount "$S/a" to "/data" readonly }
  schedule { time = 2h }
}
`;
  const said = (text: string) => {
    const source = { name: 'w.crflow', text };
    const { file, diagnostics } = parse(source);
    return [...diagnostics, ...check(file, source).diagnostics].map(({ code, title, at }) => [
      code,
      title,
      at?.span,
    ]);
  };
  for (let end = 0; end <= flow.length; end++) {
    const cut = flow.slice(0, end);
    // Within a string it is the string that goes on; between `/` and `/` a comment begins.
    if ((cut.match(/"/g)?.length ?? 0) % 2 === 1) continue;
    for (const more of [' // c', '\n\n/* c */ // d\n'])
      expect(said(cut + more), JSON.stringify(cut + more)).toEqual(said(cut));
  }
});

test('a list in a list has commas after it like any item', () => {
  const { file, diagnostics } = parse({ name: 'x', text: 'crflow 1\nlet a = ["b", ["c"], 5,]\n' });
  expect(diagnostics).toEqual([]);
  expect(file.declarations[0]?.value).toMatchObject({ kind: 'list', items: [{}, { kind: 'list' }, {}] });
});
