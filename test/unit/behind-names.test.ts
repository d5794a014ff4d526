import { describe, expect, test } from 'vitest';
import { BLOCKS, type KeySpec, vocabulary } from '../../src/language/vocabulary/index.ts';
import type { Assignment, Block, Clause, Entry, FlowFile, Value } from '../../src/model/ast.ts';
import type { Span } from '../../src/model/span.ts';
import { parse } from '../../src/syntax/parse.ts';
import { type Case, cases, readCase } from '../support/cases.ts';
import { compile } from '../support/compile.ts';

// No value hides behind a name: a literal, and the same value behind a `let` or a `param`, are judged alike. Tried with every
// literal of every case that has a finding.

const NAME = 'zq_value';

/** A literal of a flow, and how a name takes its place. */
interface Literal {
  readonly span: Span;
  readonly type: 'String' | 'Int' | 'Duration' | 'Size' | undefined;
  /** What stands in its place. */
  readonly use: string;
  readonly text: string;
}

const keysOf = (...types: readonly KeySpec['type'][]) =>
  BLOCKS.flatMap((block) =>
    Object.entries<KeySpec>(vocabulary[block].keys).flatMap(([key, { type }]) =>
      types.includes(type) ? [key] : [],
    ),
  );
/** Shell texts take only what a shell cannot misread; the test of their variables is below. */
const SHELL = keysOf('shell');
/** Keys that take a word, where a name stands for the word, which has no other form; and those that are read before names are. */
const WORDS = keysOf('choice', 'signal', 'program');

function literalsOf({ workflows }: FlowFile, source: string): Literal[] {
  const found: Literal[] = [];
  const add = (value: Value, inText: boolean) => {
    const text = source.slice(value.span.start, value.span.end);
    if (value.kind === 'string' && value.form === 'quoted')
      found.push({ span: value.span, type: 'String', use: inText ? `"{{${NAME}}}"` : NAME, text });
    if (value.kind === 'number') found.push({ span: value.span, type: typeOf(text), use: NAME, text });
    if (value.kind === 'list') for (const item of value.items) if (item.kind === 'string') add(item, true);
  };
  const visit = (entry: Entry) => {
    if (entry.kind === 'block') for (const one of (entry as Block).entries) visit(one);
    else if (entry.kind === 'assignment' && ![...SHELL, ...WORDS].includes(entry.key.text)) {
      const { value } = entry as Assignment;
      add(value, false);
      if (value.kind === 'string') add(value, true);
    } else if (entry.kind === 'clause') {
      const { text, parts } = entry as Clause;
      for (const one of [text, ...parts.map((part) => part.text)]) if (one?.kind === 'string') add(one, true);
    }
  };
  for (const { entries } of workflows) for (const one of entries) visit(one);
  return found;
}

const typeOf = (text: string) =>
  /^\d+$/.test(text)
    ? 'Int'
    : /^\d+(?:s|min|h|d)$/.test(text)
      ? 'Duration'
      : /^\d+[KMGT]iB$/.test(text)
        ? 'Size'
        : undefined;

const ways = [
  ['let', (text: string) => `let ${NAME} = ${text}`, undefined],
  ['param', (text: string, type: string) => `param ${NAME}: ${type} = ${text}`, undefined],
  ['--set', (_: string, type: string) => `param ${NAME}: ${type}`, NAME],
] as const;

interface Seen {
  readonly code: string;
  readonly at: Span | undefined;
  readonly file: string | undefined;
}

const seen = ({ source, given }: Case): Seen[] =>
  compile(source, given).diagnostics.map(({ code, at, file }) => ({ code, at: at?.span, file }));

describe.each(cases.filter((name) => !name.startsWith('good-')))('%s', (name) => {
  const own = readCase(name);
  const { text } = own.source;
  const { file, diagnostics } = parse(own.source);
  const literals = diagnostics.length > 0 ? [] : literalsOf(file, text);
  const before = seen(own);

  test.each(ways)('with its values behind a %s', (way, declare, setting) => {
    for (const { span, type, use, text: literal } of literals) {
      // A name for what is no number of any type is wrong where it is declared; one at the top knows no keys.
      if (type === undefined || literal.includes('{{')) continue;
      if (way !== 'let' && !before.some(({ at }) => at !== undefined && touches(at, span))) continue;
      if (way === '--set' && /^".*[\\].*"$/.test(literal)) continue;
      const declaration = declare(literal, type);
      const changed = `${text.slice(0, span.start)}${use}${text.slice(span.end)}\n${declaration}\n`;
      const bare = literal.replace(/^"(.*)"$/, '$1');
      const settings =
        setting === undefined
          ? own.given.settings
          : new Map([...(own.given.settings ?? []), [setting, bare]]);
      const after = seen({
        source: { ...own.source, text: changed },
        given: { ...own.given, ...(settings && { settings }) },
      });
      const about = `${literal} at ${span.start} as ${use}, by ${declaration}`;
      expect(codes(after), about).toEqual(codes(before));
      // At the name, or at what the name was given; and everything else where it was.
      const place = { start: span.start, end: span.start + use.length };
      const moved = use.length - (span.end - span.start);
      const expected = before.flatMap(({ at, file: where }) =>
        at === undefined || where !== own.source.name || touches(at, span)
          ? []
          : [`${at.start > span.start ? at.start + moved : at.start}`],
      );
      const places = after.flatMap(({ at, file: where }) =>
        at === undefined || where !== own.source.name || touches(at, place) || at.start >= text.length + moved
          ? []
          : [`${at.start}`],
      );
      expect(places, about).toEqual(expected);
    }
  });
});

const codes = (all: readonly Seen[]) => all.map(({ code }) => code).sort();
const touches = (a: Span, b: Span) => a.start < b.end && b.start < a.end;

describe('a command that `run` has in a variable', () => {
  const found = (run: string, more = '') => {
    const text = `crflow 1
let launcher = "srun -n 4"
let my_tool = "dmtcp_launch"
let my_folder = "/tmp/elsewhere"
workflow a {
  application { run = """
    ${run}
  """ }
  environment { set { STARTER = "/usr/bin/mpirun" } }
  ${more}
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
    const { diagnostics } = compile({ name: 'a.crflow', text });
    return diagnostics.flatMap(({ code, at }) =>
      code === 'CRF122' ? [] : [[code, text.slice(at?.span.start, at?.span.end)]],
    );
  };

  test.each([
    ['$launcher ./x', [['CRF440', '$launcher']]],
    ['"${launcher}" ./x', []],
    ['timeout 5m $launcher ./x', [['CRF440', '$launcher']]],
    ['exec ${my_tool} ./x', [['CRF446', '${my_tool}']]],
    ['$STARTER ./x', [['CRF440', '$STARTER']]],
    ['cd $my_folder; ./x', [['CRF494', 'cd $my_folder']]],
    ['launcher=./mine\n    $launcher ./x', []],
    ['for launcher in a b; do $launcher; done', []],
    [String.raw`echo \$launcher`, []],
    ['echo $launcher', []],
  ])('%s', (run, expected) => expect(found(run.replace('\\n', '\n'))).toEqual(expected));
});
