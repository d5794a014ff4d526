import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findings } from '../src/cli/findings.ts';
import { applyEdits } from '../src/diagnostics/apply.ts';
import { catalogue } from '../src/diagnostics/catalogue.ts';
import { render } from '../src/diagnostics/render.ts';
import type { Clause, Declaration, Entry, FlowFile, Value } from '../src/model/ast.ts';
import type { Diagnostic } from '../src/model/diagnostic.ts';
import type { Source } from '../src/model/span.ts';
import { parse } from '../src/syntax/parse.ts';
import { CASES, type Case, cases, readCase, SET } from './support/cases.ts';
import { type Compiled, compile } from './support/compile.ts';
import { type Page, pageOf } from './support/diagnostics-page.ts';
import { examplesOf, explained, isLarge } from './support/explained.ts';
import { toolPages } from './support/explained-tools.ts';
import { renderAll } from './support/render.ts';

/**
 * The goldens in the folders of specs/cases (test/support/cases.ts): what is said of each source, and what is made of it where
 * nothing is said. `npm run specs:update` rewrites them; read the difference before you commit it.
 */
const UPDATE = process.env['CRFLOW_UPDATE'] === '1';

/** Good cases that are about how text is read: those, and the ones about mistakes of syntax, show their tree. */
const ABOUT_SYNTAX = [
  'good-block-strings',
  'good-braces-left-alone',
  'good-calculations',
  'good-comments',
  'good-container-clauses',
  'good-crlf-and-bom',
  'good-entries-on-one-line',
  'good-file-of-names',
  'good-include',
  'good-text-everywhere',
  'good-units',
];

/** All goldens of a case, by their names, of one compilation. */
function goldensOf(name: string, { source }: Case, compiled: Compiled): ReadonlyMap<string, string> {
  const { flows } = compiled;
  const isGood = name.startsWith('good-');
  const all: readonly (readonly [string, string | undefined])[] = [
    ['ast.txt', name.startsWith('syntax-') || ABOUT_SYNTAX.includes(name) ? astText(source) : undefined],
    ['diagnostics.txt', diagnosticsText(source, compiled)],
    // Held against its schema by test/unit/plan.test.ts, for every case.
    ['plan.json', isGood && flows.length > 0 ? planText(flows) : undefined],
    ['job.txt', isGood && flows.length > 0 ? jobText(flows) : undefined],
    ['image.txt', isGood ? imageText(flows) : undefined],
  ];
  return new Map(all.flatMap(([file, text]) => (text === undefined ? [] : [[file, text] as const])));
}

const all = cases.map((name) => {
  const own = readCase(name);
  const compiled = compile(own.source, own.given);
  return { name, compiled, goldens: goldensOf(name, own, compiled) };
});

describe.each(all)('$name', ({ name, goldens }) => {
  const folder = join(CASES, name);
  if (UPDATE) for (const [file, text] of goldens) writeFileSync(join(folder, file), text);
  const there = readdirSync(folder).filter(
    (file) => !/\.(crflow|in|(?:site|program)\.json)$/.test(file) && file !== SET,
  );
  if (UPDATE) for (const file of there.filter((one) => !goldens.has(one))) rmSync(join(folder, file));

  test.each([...new Set([...(UPDATE ? [] : there), ...goldens.keys()])])('%s', (file) => {
    expect(there, `${file} is not there: run npm run specs:update`).toContain(file);
    expect(goldens.get(file), `nothing makes ${file}`).toBe(readFileSync(join(folder, file), 'utf8'));
  });
});

/** What `crc explain` shows: for each code a finding, what is wrong, and what is right. */
describe('src/explain/pages.json', () => {
  const PAGES = join(import.meta.dirname, '../src/explain/pages.json');
  const found = all.flatMap(({ compiled: { diagnostics, sources } }) =>
    diagnostics.flatMap((one) => {
      const source = sources.find(({ name }) => name === one.file) ?? { name: '', text: '' };
      return [{ one, source }];
    }),
  );
  /** The finding of a case that crc itself can correct, and these lines before and after. */
  const corrected = (code: string) => {
    const own = found.flatMap(({ one, source }) => {
      const lines = one.code === code ? fixedLines(one, source) : undefined;
      return lines === undefined ? [] : [{ one, source, lines }];
    });
    const isSure = ({ one }: (typeof own)[number]) => one.fixes[0]?.certain === true;
    const rank = (one: (typeof own)[number]) => one.source.text.length - (isSure(one) ? 1e6 : 0);
    const [best] = own.sort((a, b) => rank(a) - rank(b));
    return best && { shown: render(best.one, best.source), ...best.lines };
  };
  /** The example of specs/explained.json. */
  const written = (code: string) => {
    const examples = examplesOf(code);
    if (examples === undefined) return undefined;
    const { wrong, right } = examples;
    const { diagnostics, sources } = compile(wrong.of.source, wrong.of.given);
    const one = diagnostics.find((finding) => finding.code === code);
    const source = sources.find(({ name }) => name === one?.file) ?? { name: '', text: '' };
    return one && { shown: render(one, source), wrong: wrong.shown, right: right.shown };
  };
  const pages: Page[] = catalogue.flatMap(({ code, severity, about }) => {
    const page = written(code) ?? corrected(code);
    return page === undefined ? [] : [{ code, severity, about, ...page }];
  });
  pages.push(...toolPages);

  test('says what the cases and the examples say', () => {
    if (UPDATE) writeFileSync(PAGES, `${JSON.stringify(pages, null, 2)}\n`);
    expect(JSON.parse(readFileSync(PAGES, 'utf8'))).toEqual(pages);
  });

  test('every code has one: without a fix, it needs an example in specs/explained.json', () => {
    const codes = [...catalogue, ...Object.values(findings)].map(({ code }) => code);
    expect(pages.map(({ code }) => code)).toEqual(codes.sort());
    for (const { wrong, right } of pages) {
      expect(wrong).not.toBe('');
      expect(right).not.toBe(wrong);
    }
  });

  test('no example is left over', () => {
    const isFixed = (code: string) => code < 'CRF9' && corrected(code) !== undefined;
    expect(Object.keys(explained).filter(isFixed)).toEqual([]);
  });

  test('docs/diagnostics.md has them all', () => {
    const PAGE = join(import.meta.dirname, '../docs/diagnostics.md');
    const text = pageOf(pages);
    if (UPDATE) writeFileSync(PAGE, text);
    expect(readFileSync(PAGE, 'utf8')).toBe(text);
  });
});

/** The lines of a finding before and after its first fix; undefined if it has none, or a long one. */
function fixedLines(
  { fixes }: Diagnostic,
  { text }: Source,
): { readonly wrong: string; readonly right: string } | undefined {
  const [fix] = fixes;
  if (fix === undefined) return undefined;
  const start = text.lastIndexOf('\n', Math.min(...fix.edits.map(({ span }) => span.start)) - 1) + 1;
  const last = Math.max(...fix.edits.map(({ span }) => span.end));
  const end = text.includes('\n', last) ? text.indexOf('\n', last) : text.length;
  const after = applyEdits(text, fix.edits);
  const wrong = text.slice(start, end);
  const right = after.slice(start, after.length - (text.length - end));
  if (wrong.split('\n').length > 20 || wrong.trim() === '' || right.trim() === '') return undefined;
  const indent = Math.min(...[wrong, right].map((one) => /^ */.exec(one)?.[0].length ?? 0));
  const flush = (lines: string) => lines.trimEnd().replaceAll(new RegExp(`^ {0,${indent}}`, 'gm'), '');
  return { wrong: flush(wrong), right: flush(right) };
}

describe('the catalogue', () => {
  const codes = ({ compiled }: (typeof all)[number]) => compiled.diagnostics.map(({ code }) => code);
  const shown = new Set(all.flatMap(codes));

  test.each(
    catalogue.map(({ code, about }) => [code, about]),
  )('%s is shown by a case, or is too large for one: %s', (code) => {
    expect(shown.has(code) || isLarge(code)).toBe(true);
  });

  test('good cases have no findings', () => {
    const bad = all.filter((one) => one.name.startsWith('good-') && codes(one).length > 0);
    expect(bad.map(({ name }) => name)).toEqual([]);
  });
});

function planText(flows: Compiled['flows']): string {
  const plans = flows.map(({ plan }) => plan);
  return `${JSON.stringify(plans, null, 2)}\n`;
}

/** What is this flow's own in its scripts: all up to the bash that every job carries. */
function jobText(flows: Compiled['flows']): string {
  const scripts = flows.map(({ script }) => script.text.replace(/# The life of one attempt[\s\S]*/, ''));
  return scripts.join('\n');
}

function diagnosticsText(source: Source, { diagnostics, sources }: Compiled): string | undefined {
  const nowhere = diagnostics.filter(({ file }) => file === undefined);
  const groups = sources.map((one) =>
    renderAll(
      diagnostics.filter(({ file }) => file === one.name),
      one,
    ),
  );
  return [renderAll(nowhere, source), ...groups].filter((text) => text !== '').join('\n') || undefined;
}

/** The files that make an image, one after the other. */
function imageText(flows: Compiled['flows']): string | undefined {
  const files = flows.flatMap((flow) => flow.imageFiles);
  return files.length === 0 ? undefined : files.map(({ name, text }) => `=== ${name}\n${text}`).join('\n');
}

function astText(source: Source): string | undefined {
  const { file, diagnostics } = parse(source);
  return diagnostics.length > 0 ? undefined : dump(file);
}

/** The tree, one entry a line; a backslash-escaped character of a string is underlined by ‹ ›. */
function dump(file: FlowFile): string {
  const lines = [
    `crflow ${file.version?.text ?? '?'}`,
    ...file.clauses.map(clause),
    ...file.includes.map(({ path }) => `include ${show(path)}`),
    ...file.sites.map(({ path }) => `site ${show(path)}`),
    ...file.declarations.map(declaration),
  ];
  const entry = (one: Entry, indent: string): void => {
    if (one.kind === 'let' || one.kind === 'param') lines.push(`${indent}${declaration(one)}`);
    else if (one.kind === 'include' || one.kind === 'site')
      lines.push(`${indent}${one.kind} ${show(one.path)}`);
    else if (one.kind === 'clause') lines.push(`${indent}${clause(one)}`);
    else if (one.kind === 'assignment') lines.push(`${indent}${one.key.text} = ${show(one.value)}`);
    else {
      lines.push(`${indent}${one.key.text}`);
      for (const inner of one.entries) entry(inner, `${indent}  `);
    }
  };
  for (const workflow of file.workflows) {
    lines.push(`workflow ${workflow.name?.text ?? '?'}`);
    for (const one of workflow.entries) entry(one, '  ');
  }
  return `${lines.join('\n')}\n`;
}

function declaration(one: Declaration): string {
  const value = one.value === undefined ? '' : ` = ${show(one.value)}`;
  return one.kind === 'let'
    ? `let ${one.key.text}${value}`
    : `param ${one.key.text}: ${one.type?.text}${value}`;
}

function clause({ key, text, parts }: Clause): string {
  const words = parts.map(
    (part) => ` ${part.word.text}${part.text === undefined ? '' : ` ${show(part.text)}`}`,
  );
  return `${key.text} ${show(text)}${words.join('')}`;
}

function show(value: Value): string {
  switch (value.kind) {
    case 'calculation':
      return `(${[show(value.first), ...value.rest.map(({ operator, operand }) => `${operator} ${show(operand)}`)].join(' ')})`;
    case 'string': {
      const parts = value.segments.map(({ text, escaped }) => {
        const quoted = JSON.stringify(text).slice(1, -1);
        return escaped ? `‹${quoted}›` : quoted;
      });
      return `${value.form} "${parts.join('')}"`;
    }
    case 'list':
      return `[${value.items.map(show).join(', ')}]`;
    case 'missing':
      return 'missing';
    default:
      return `${value.kind} ${value.text}`;
  }
}
