import type { Span } from '../model/span.ts';
import { defineDiagnostics, error, warning } from './define.ts';
import { blanksBefore, insert, isPlainText, perhaps, remove, rename, replace, rewrite, sure } from './fix.ts';
import { assigned, lexical } from './lexical.ts';
import { listing, plural, quote } from './words.ts';

/** A whole workflow, on a line. */
const SMALLEST =
  'workflow water { application { run = "./solve" } checkpoint { interval = 10min  lead = 2min } schedule { time = 2h  total = 1d } }';

/** CRF001 to CRF099: the text cannot be read as the language. */
export const syntax = defineDiagnostics(1, 99, {
  ...lexical,
  unexpected: error<{ found: string; expected: string; after?: string; help?: string }>()(
    'CRF020',
    'Unexpected text',
    {
      title: ({ found, expected, after }) =>
        `expected ${expected}${after === undefined ? '' : ` after ${after}`}, found ${found}`,
      help: ({ help }) => (help === undefined ? [] : [help]),
    },
  ),
  noVersion: error()('CRF021', 'The first line does not say the language version', {
    title: () => 'the file does not start with `crflow 1`',
    notes: () => [
      'this line says which version of the language the file uses, so that the file keeps its meaning',
    ],
    help: () => ['write `crflow 1` as the first line'],
    fixes: (_, { text, written }) => {
      const start = text.startsWith('\uFEFF') ? 1 : 0;
      // Anything may be in a file that is not a flow.
      const fix = ['workflow', 'param', 'let', 'include', 'site'].includes(written) ? sure : perhaps;
      return [fix('write `crflow 1` as the first line', insert(start, 'crflow 1\n'))];
    },
  }),
  otherVersion: error<{ version: string }>()('CRF022', 'A version of the language that crc does not know', {
    title: ({ version }) => `this crc does not know version ${version} of the language`,
    notes: () => ['it knows only version 1; the rest of the file was not read'],
    help: () => ['write `crflow 1`, or use a crc that knows this version'],
  }),
  noWorkflow: error<{ empty: boolean }>()('CRF023', 'A file without a workflow', {
    title: ({ empty }) => (empty ? 'the file is empty' : 'the file has no workflow'),
    help: ({ empty }) => [
      `write ${empty ? '`crflow 1`, and ' : ''}a workflow, for instance \`${SMALLEST}\``,
      ...(empty ? ['or start from a flow with comments: crc init NAME'] : []),
    ],
    fixes: ({ empty }, { text, at }) => {
      const before = text.slice(0, at.start);
      const start = before === '' || before.endsWith('\n') ? '' : '\n';
      // A comment may follow the last word on its line.
      return empty && text.trim() === ''
        ? [perhaps('write the smallest flow', insert(text.length, `${start}crflow 1\n\n${SMALLEST}\n`))]
        : [];
    },
  }),
  noValue: error<{ key: string; found: string }>()('CRF024', 'A key without a value', {
    title: ({ key }) => `${quote(key)} has no value`,
    label: ({ found }) => `expected a value after this, found ${found}`,
    help: ({ key }) => [`write \`${key} = …\`, or remove the line`],
  }),
  noEquals: error<{
    word: string;
    value: string | undefined;
    /** A key with its own `=`, right after the word. */
    before?: string | undefined;
    /** Where the value is. */
    valueAt?: Span | undefined;
  }>()('CRF025', 'A word that is not followed by = or {', {
    title: ({ word }) => `${quote(word)} is followed neither by \`=\` nor by \`{\``,
    label: () => 'a key has a value, a block has braces',
    help: ({ word, value, before }) => {
      if (before !== undefined) return [`leave out \`${word}\`: \`${before} = …\``];
      return [
        value === undefined ? `write \`${word} = …\` or \`${word} { … }\`` : `write \`${word} = ${value}\``,
      ];
    },
    fixes: ({ word, value, before, valueAt }, here) => {
      if (before !== undefined) {
        const [blanks = ''] = /^[ \t]*/.exec(here.text.slice(here.at.end)) ?? [];
        const start = here.at.end + blanks.length;
        const isGiven = /^\s*=/.test(here.text.slice(start + before.length));
        const cut = { span: { start: here.at.start, end: start }, text: '' };
        const title = `leave out \`${word}\``;
        return [isGiven ? sure(title, cut) : sure(title, cut, insert(start + before.length, ' ='))];
      }
      if (value === undefined || valueAt === undefined) return [];
      const isAll = /^[ \t]*(?:\r?\n|\}|\/\/|$)/.test(here.text.slice(valueAt.end, valueAt.end + 100));
      const fix = isAll ? sure : perhaps;
      return [
        fix(`write \`${word} = ${value}\``, {
          span: { start: here.at.end, end: valueAt.end },
          text: ` = ${value}`,
        }),
      ];
    },
  }),
  equalsBeforeBlock: error<{ key: string }>()('CRF026', 'An = before a block', {
    title: ({ key }) => `${quote(key)} is a block, so it takes no \`=\` before its \`{\``,
    help: ({ key }) => [`write \`${key} { … }\``],
    fixes: (_, here) => [sure('remove the `=`', remove(here))],
  }),
  outsideWorkflow: error<{ name: string }>()('CRF027', 'An entry outside a workflow', {
    title: ({ name }) => `${quote(name)} is outside a workflow`,
    label: () => 'not inside any `workflow NAME { … }`',
    help: () => [
      'move it into a workflow; if it should already be in one, look for a `}` that comes too early',
    ],
  }),
  notAStatement: error<{ word: string; nearest: string | undefined; isSure?: boolean | undefined }>()(
    'CRF028',
    'A statement that crc does not know',
    {
      title: ({ word }) => `crc knows no statement ${quote(word)}`,
      help: ({ nearest }) => [
        nearest === undefined
          ? `a file contains ${listing(['`crflow 1`', '`include "…"`', '`param NAME: Type = …`', '`let NAME = …`', '`workflow NAME { … }`'])}`
          : `did you mean \`${nearest}\`?`,
      ],
      fixes: ({ nearest, isSure }, here) => rename(here, nearest, isSure === true),
    },
  ),
  quotedName: error<{ name: string; usable: boolean }>()(
    'CRF029',
    'A workflow name that is not a plain word',
    {
      title: ({ name }) => `${name} cannot name a workflow`,
      notes: () => [
        'files and the job get this name: it may have letters, digits, `_` and `-`, and starts with a letter',
      ],
      help: ({ name, usable }) => [
        usable
          ? `write it without quotes: workflow ${name.slice(1, -1)} { … }`
          : 'write, for instance, workflow water_box { … }',
      ],
      fixes: ({ name, usable }, here) => (usable ? rewrite(here, name, name.slice(1, -1)) : []),
    },
  ),
  noName: error()('CRF030', 'A workflow without a name', {
    title: () => 'this workflow has no name',
    label: () => 'expected a name after this',
    help: () => ['write `workflow NAME { … }`; the script will be NAME.sbatch'],
  }),
  noBrace: error<{ what: string }>()('CRF031', 'A missing opening brace', {
    title: ({ what }) => `expected \`{\` after ${quote(what)}`,
    help: ({ what }) => [`write \`${what} {\` … \`}\``],
    fixes: (_, { at }) => [perhaps('write a `{`', insert(at.end, ' {'))],
  }),
  tooManyWords: error<{ text: string; extra: number }>()('CRF032', 'More than one value after =', {
    title: ({ text }) => `a key takes one value, but ${text} is a second one`,
    help: ({ extra }) => [
      `write several values as a list: [a, b]${extra > 1 ? ` (there are ${plural(extra, 'more value')})` : ''}`,
    ],
  }),
  noBracket: error<{
    key: string;
    /** What the key takes. */
    kind: 'list' | 'text' | 'one';
    /** The values without their quotes, if they can be shown. */
    texts: readonly string[];
  }>()('CRF033', 'Several values separated by commas, without brackets or quotes', {
    title: ({ key, kind }) =>
      ({
        list: 'write several values as a list, which starts with `[`',
        text: `${quote(key)} takes one text, in quotes, including its commas`,
        one: `${quote(key)} takes one value`,
      })[kind],
    help: ({ key, kind, texts }) => {
      if (kind === 'one')
        return [
          texts[0] === undefined ? 'keep one of them' : `write one of them, as in \`${key} = ${texts[0]}\``,
        ];
      if (texts.length === 0 || texts.length > 4)
        return [
          kind === 'list' ? 'write `[` before the first and `]` after the last' : `write \`${key} = "…"\``,
        ];
      const written =
        kind === 'list' ? `[${texts.map((text) => `"${text}"`).join(', ')}]` : `"${texts.join(',')}"`;
      return [`write \`${key} = ${written}\``];
    },
    fixes: ({ key, kind, texts }, here) => {
      if (kind === 'one' || texts.length === 0 || !texts.every(isPlainText)) return [];
      const close = /^\s*\]/.exec(here.text.slice(here.at.end, here.at.end + 100))?.[0].length ?? 0;
      const value =
        kind === 'list' ? `[${texts.map((text) => `"${text}"`).join(', ')}]` : `"${texts.join(',')}"`;
      return [
        sure(`write \`${key} = ${value}\``, {
          span: { start: here.at.start, end: here.at.end + close },
          text: value,
        }),
      ];
    },
  }),
  secondEquals: error<{ word: string }>()('CRF034', 'Two equals signs in one entry', {
    title: ({ word }) => `${quote(word)} is between two \`=\`: is it a value or a key?`,
    label: () => 'the second one',
    help: ({ word }) => [
      `if it is a value, a key is missing after it; if \`${word} = …\` is an entry, a value is missing before it`,
    ],
  }),
  noOpeningQuote: error<{ text: string }>()('CRF035', 'A string without its opening quote', {
    title: ({ text }) => `the string that starts with ${quote(text)} has no opening quote`,
    help: ({ text }) => [`write "${text}…"`, 'if this is not a string, remove the quote'],
    fixes: ({ text }, { at }) => [perhaps(`write "${text}`, insert(at.start, '"'))],
  }),
  blockLabel: error<{ block: string; found: string }>()('CRF036', 'Text between a block and its brace', {
    title: ({ block, found }) => `unexpected ${found} between ${quote(block)} and its \`{\``,
    help: ({ block }) => [`write \`${block} { … }\`; only a workflow has a name`],
    fixes: ({ block }, here) => [sure(`write \`${block} { … }\``, remove(here))],
  }),
  twoQuotes: error()('CRF037', 'A block string that starts with two quotes', {
    title: () => 'a block string starts with three quotes',
    label: () => 'two are an empty string',
    help: () => ['write """'],
    fixes: (_, here) => [sure('write """', replace(here, '"""'))],
  }),
  quoteInside: error()('CRF038', 'Quotes that do not pair up', {
    title: () => 'the quotes on this line do not pair up',
    label: () => 'this string ends at its second quote, and text follows it directly',
    help: () => [
      'write a quote inside a string as \\", or put the text between """ and """',
      'if a closing quote is missing, add it',
    ],
  }),
  declaredName: error<{ keyword: string; found: string | undefined }>()(
    'CRF039',
    'A param or let without a usable name',
    {
      title: ({ keyword, found }) =>
        found === undefined
          ? `\`${keyword}\` has no name`
          : `expected a name after \`${keyword}\`, found ${found}`,
      help: ({ keyword }) => [
        keyword === 'let' ? 'write `let pause = 10min`' : 'write `param events: Int = 100000`',
      ],
    },
  ),
  letWithoutValue: error<{ name: string }>()('CRF040', 'A let without a value', {
    title: ({ name }) => `${quote(name)} has no value`,
    help: ({ name }) => [
      `write \`let ${name} = …\`; to set the value with --set, write \`param ${name}: Int\``,
    ],
  }),
  typedLet: error<{ type: string }>()('CRF041', 'A let with a type', {
    title: () => 'a `let` takes no type annotation: its type is inferred',
    help: ({ type }) => [`remove \`: ${type}\``],
    fixes: ({ type }, { at, text }) => {
      const before = /\s*:\s*$/.exec(text.slice(0, at.start))?.[0].length ?? 0;
      return [sure(`remove \`: ${type}\``, { span: { start: at.start - before, end: at.end }, text: '' })];
    },
  }),
  noType: error<{ name: string }>()('CRF042', 'A param without a type', {
    title: ({ name }) => `the parameter ${quote(name)} has no type`,
    notes: () => ['the type says how to read --set; it is Int, Duration, Size, String or Bool'],
    help: ({ name }) => [`write, for instance, \`param ${name}: Int = 8\``],
  }),
  noTypeColon: error<{ name: string; type: string }>()(
    'CRF043',
    'A param without the colon before its type',
    {
      title: ({ name }) => `there must be a colon between ${quote(name)} and its type`,
      help: ({ name, type }) => [`write \`param ${name}: ${type}\``],
      fixes: ({ name, type }, { at, text }) => [
        sure(`write \`param ${name}: ${type}\``, {
          span: { start: blanksBefore(text, at.start), end: at.start },
          text: ': ',
        }),
      ],
    },
  ),
  extraEquals: error<{ what: string; example: string }>()('CRF044', 'An = after include', {
    title: ({ what }) => `\`${what}\` takes no \`=\``,
    help: ({ example }) => [`write \`${example}\``],
    fixes: (_, here) => [sure('remove the `=`', remove(here))],
  }),
  noIncludePath: error<{ keyword: string; example: string }>()(
    'CRF045',
    'An include or site that names nothing',
    {
      title: ({ keyword }) => `\`${keyword}\` must name a ${keyword === 'site' ? 'site' : 'file'}`,
      help: ({ example }) => [`write \`${example}\``],
    },
  ),
  dashedKey: error<{ option: string }>()('CRF046', 'An option that is written with its dashes', {
    title: ({ option }) => `${quote(option)} is written without its dashes`,
    help: ({ option }) => [`write \`slurm { ${option} = "…" }\``],
    fixes: ({ option }, here) => rename(here, option, true),
  }),
  cutCalculation: error<{ after: string }>()('CRF047', 'A calculation that is not complete', {
    title: ({ after }) => `expected a number, a name or \`(\` after ${quote(after)}`,
    label: () => 'the calculation ends here',
  }),
  mixedIndent: warning<{ columns: number }>()(
    'CRF048',
    'Tabs and spaces in the indentation of a block string',
    {
      title: () => 'this line is indented differently from the lines before: one has tabs, the other spaces',
      notes: ({ columns }) => [
        columns === 0
          ? 'the lines share no indentation, so none is removed'
          : `the lines share only ${plural(columns, 'character')} of indentation, so no more is removed`,
      ],
      help: () => ['indent all lines of the string with the same characters'],
    },
  ),
  clauseForm: error<{ verb: string; wrong: string; fix: string; whole?: Span | undefined }>()(
    'CRF049',
    'A malformed clause',
    {
      title: ({ verb, wrong }) => `${quote(verb)} ${wrong}`,
      help: ({ fix }) => [`write ${fix}`],
      fixes: ({ fix, whole }) =>
        whole === undefined || fix.includes('…') ? [] : [sure(`write ${fix}`, { span: whole, text: fix })],
    },
  ),
  yaml: error<{
    /** The same as a flow; undefined if there is more in it than keys and values. */
    start: string | undefined;
  }>()('CRF050', 'A file in YAML', {
    title: () => 'this is YAML: a flow has `key = value`, and blocks in braces',
    label: () => 'nothing after this was read',
    help: ({ start }) =>
      start === undefined ? ['`crc init NAME` writes a flow to start from'] : ['the same as a flow:'],
    example: ({ start }) => start?.trim().split('\n') ?? [],
    fixes: ({ start }, { text }) =>
      start === undefined
        ? []
        : [perhaps('write it as a flow', { span: { start: 0, end: text.length }, text: start })],
  }),
  call: error<{ name: string; key: string; value: string | undefined }>()('CRF051', 'A call of a function', {
    title: ({ name }) => `${quote(`${name}(…)`)}: a flow has no functions`,
    help: ({ key, value }) => [
      value !== undefined
        ? `write \`${assigned(key, value)}\``
        : 'write the value itself; calculations have `+`, `-`, `*`, `/` and parentheses, and {{name}} puts a value into text',
    ],
    fixes: ({ key, value }, here) =>
      value === undefined ? [] : [sure(`write \`${assigned(key, value)}\``, replace(here, value))],
  }),
});
