import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstFlow } from '../../src/cli/init.ts';
import { flowFor } from '../../src/cli/init-for.ts';
import { format } from '../../src/format/format.ts';
import { RUNTIMES } from '../../src/model/container.ts';
import { builtin } from '../../src/programs/builtin.ts';
import { parse, parseTokensOf } from '../../src/syntax/parse.ts';
import { CASES, cases, SOURCE } from '../support/cases.ts';
import { runs } from '../support/fuzz.ts';
import { hostileFlow } from '../support/hostile-flow.ts';
import { targets } from '../support/targets.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Formats a flow, and checks what must be true of the result; undefined if it cannot be parsed. */
function formatted(text: string): string | undefined {
  const once = format({ name: 'x.crflow', text }).text;
  if (once === undefined) return undefined;
  expect(format({ name: 'x.crflow', text: once }).text).toBe(once);
  expect(treeOf(once)).toEqual(treeOf(text.replaceAll('\r\n', '\n')));
  expect(commentsIn(once)).toEqual(commentsIn(text));
  expect(outsideOfTexts(once)).not.toMatch(/\r|\n\n\n|^\n|\n\n$|[^\n]$|[ \t]\n|[{[]\n\n|\n\n *[}\]]/);
  return once;
}

const treeOf = (text: string) =>
  JSON.parse(
    JSON.stringify(parse({ name: 'x', text }).file, (key, value) =>
      key === 'span' || key === 'end'
        ? undefined
        : value?.kind === 'calculation'
          ? { ...value, text: '' }
          : value,
    ),
  );

const TEXT_OR_COMMENT = /"""[\s\S]*?"""(?!")|"(?:[^"\\\n]|\\.)*"|(\/\/.*|\/\*[\s\S]*?\*\/)/g;

/** All comments, in order; the indentation of their lines may change. */
const commentsIn = (text: string) =>
  [...text.matchAll(TEXT_OR_COMMENT)]
    .flatMap(([, comment]) => comment ?? [])
    .map((comment) => comment.replaceAll(/\s+/g, ' ').trim());

const outsideOfTexts = (text: string) => text.replaceAll(TEXT_OR_COMMENT, '-');

/** The flows on a page: fenced or indented. */
const flowsOn = (page: string) =>
  [...read(page).matchAll(/^```crflow[^\n]*\n([\s\S]*?)^```|(?<=\n\n)((?: {4}.*\n|\n)+)/gm)]
    .map(([, fenced, indented]) => fenced ?? indented?.replaceAll(/^ {4}/gm, '') ?? '')
    .filter((text) => text.includes('crflow 1'));

const isFlow = (name: string) => name.endsWith('.crflow');
const pages = [
  ...['README.md', 'grammar/README.md'],
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

const flows: readonly (readonly [name: string, text: string])[] = [
  ...cases.map((name) => [name, readFileSync(join(CASES, name, SOURCE), 'utf8')] as const),
  ...readdirSync(join(root, 'examples'))
    .filter(isFlow)
    .map((name) => [name, read(`examples/${name}`)] as const),
  ...pages.flatMap((page) => flowsOn(page).map((text, i) => [`${page}, flow ${i}`, text] as const)),
];
/** Those that can be parsed. */
const whole = flows.map(([, text]) => text).filter((text) => formatted(text) !== undefined);

describe('the same tree, all comments, and formatted again the same', () => {
  test('every flow in the repository', () => {
    for (const [name, text] of flows) {
      try {
        formatted(text);
      } catch (error) {
        throw new Error(`${name}: ${error}`);
      }
    }
    expect(whole.length).toBeGreaterThan(250);
  });

  test('with other blanks and comments between all tokens', () => {
    const gap = fc.constantFrom(
      ...[' ', ' ', ' ', '  ', '\t', '\n', '\n', '\n\n', '\n\n\n\n', '\r\n', ''],
      ...[
        ' /* @ */ ',
        '/* @ */',
        ' // @\n',
        '\n// @\n',
        '\n\n  // @\n\n',
        '\n/* @\n      more */\n',
        ' /* @\nmore */ ',
      ],
    );
    const gaps = fc.array(gap, { minLength: 20, maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom(...whole), gaps, fc.boolean(), (text, others, often) => {
        const { tokens } = parseTokensOf({ name: 'x', text });
        let result = '';
        let end = 0;
        tokens.forEach(({ image, startOffset }, i) => {
          const own = text.slice(end, startOffset);
          const isFree = i > 0 && (often ? i % 2 === 0 : i % 7 === 3);
          result += isFree ? others[i % others.length]?.replace('@', `note ${i}`) || own : own;
          result += image;
          end = startOffset + image.length;
        });
        formatted(result + text.slice(end));
      }),
      runs(200),
    );
  });

  test('flows made of the vocabulary, with hostile values', () => {
    fc.assert(
      fc.property(hostileFlow, (text) => void formatted(text)),
      runs(200),
    );
  });
});

describe('formatted already', () => {
  const check = (text: string) => expect(format({ name: 'x.crflow', text }).text).toBe(text);

  test.each(readdirSync(join(root, 'examples')).filter(isFlow))('examples/%s', (name) =>
    check(read(`examples/${name}`)));

  test.each([undefined, ...RUNTIMES])('what crc init writes, runtime %s', (runtime) => {
    for (const name of ['water', 'a', 'A_long-name_of_a_workflow__'])
      check(firstFlow(name, runtime && targets.runtimeOf(runtime)));
  });

  test.each([...builtin.keys()])('what crc init --for %s writes', (name) => {
    const record = builtin.get(name);
    if (record === undefined) throw new Error('no such record');
    check(flowFor('md', record));
    check(flowFor(name, record, './lab/mine.program.json'));
  });
});

/** A flow as somebody wrote it, and formatted; both without what every flow begins with. */
const styled = (text: string) =>
  format({ name: 'x', text: `crflow 1\n${text}` }).text?.replace('crflow 1\n\n', '');

describe('the style', () => {
  test('signs and comments of neighbouring lines are aligned, up to an empty line', () => {
    expect(
      styled(`workflow w{
application{
  run="./a"   // what
    // not aligned: it has a line of its own
  memory   =   2GiB // how much


  threads=8//cores
}
environment {load=["a","b"]}
checkpoint { interval=10min lead=2min } // how often
}`),
    ).toBe(`workflow w {
  application {
    run    = "./a"  // what
    // not aligned: it has a line of its own
    memory = 2GiB   // how much

    threads = 8  //cores
  }
  environment { load = ["a", "b"] }
  checkpoint  { interval = 10min  lead = 2min }  // how often
}
`);
  });

  test('the bash in run moves as a whole', () => {
    expect(
      styled(`workflow w { application { run = """
  if true; then
\techo  a   # as it is
  fi

     cat <<EOF
  EOF
""" memory = 1GiB } }`),
    ).toBe(`workflow w {
  application {
    run = """
        if true; then
      \techo  a   # as it is
        fi

           cat <<EOF
        EOF
    """
    memory = 1GiB
  }
}
`);
  });

  test('what is on one line stays there if it fits into 100 columns', () => {
    const names = Array.from({ length: 7 }, (_, i) => `"module/${i}"`);
    expect(styled(`let a = [${names.join(',')},]\n`)).toBe(`let a = [${names.join(', ')}]\n`);
    const long = [...names, '"and/one"', '"more"'];
    expect(styled(`let a = [${long.join(',')}]`)).toBe(
      `let a = [\n${long.map((one) => `  ${one},\n`).join('')}]\n`,
    );
    expect(styled('let a = ["b",\n"c" // why\n]')).toBe('let a = [\n  "b",\n  "c",  // why\n]\n');
  });

  test('calculations, declarations, clauses and empty lines', () => {
    expect(
      styled(`param n:Int=3
param limit :Duration = 2h
let a=(n+1)/2*10min-5min
let long_name = 3
include "x"


site   "y"
// about w
workflow w { container { mount   "a"
  to "b"   readonly } } // end
workflow v {}`),
    ).toBe(`param n: Int          = 3
param limit: Duration = 2h
let a         = (n + 1) / 2 * 10min - 5min
let long_name = 3
include "x"

site "y"

// about w
workflow w {
  container {
    mount "a" to "b" readonly
  }
}  // end

workflow v {}
`);
  });

  test('a comment in an odd place stays between the same words', () => {
    expect(styled('let a /* one */ = // two\n 3 // three\nworkflow w // four\n{ // five\n}')).toBe(
      'let a /* one */ = // two\n    3  // three\n\nworkflow w {  // four\n  // five\n}\n',
    );
  });

  test('CR LF and a byte order mark go', () => {
    expect(format({ name: 'x', text: '\uFEFFcrflow 1\r\nlet a = 1\r\n' }).text).toBe(
      'crflow 1\n\nlet a = 1\n',
    );
  });

  test('what cannot be parsed is not formatted, and the findings have their places', () => {
    const { text, diagnostics } = format({ name: 'x', text: '\uFEFFcrflow 1\r\nlet a = \r\n' });
    expect(text).toBeUndefined();
    expect(diagnostics).toEqual(parse({ name: 'x', text: '\uFEFFcrflow 1\r\nlet a = \r\n' }).diagnostics);
  });
});
