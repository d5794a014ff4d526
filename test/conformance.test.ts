import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../src/diagnostics/catalogue.ts';
import { renderAll } from '../src/diagnostics/render.ts';
import type { Clause, Declaration, Entry, FlowFile, Value } from '../src/model/ast.ts';
import { parse } from '../src/syntax/parse.ts';
import { CASES, type Case, cases, codesOf, readCase, SET } from './support/cases.ts';
import { compile } from './support/compile.ts';

/**
 * Each stage's golden in the folders of specs/cases (test/support/cases.ts). `npm run specs:update` rewrites them; read the
 * difference before you commit it.
 */
const UPDATE = process.env['CRFLOW_UPDATE'] === '1';

interface Stage {
  /** The golden's name. */
  readonly file: string;
  /** Its whole text, or undefined where this source does not get so far. */
  readonly produce: (one: Case) => string | undefined;
}

const stages: readonly Stage[] = [
  { file: 'ast.txt', produce: astText },
  { file: 'diagnostics.txt', produce: diagnosticsText },
  { file: 'plan.json', produce: planText },
  { file: 'job.txt', produce: jobText },
  { file: 'image.txt', produce: imageText },
];

/** Codes that no case of reasonable size can show; the unit test that does is named. */
const SHOWN_ELSEWHERE: Readonly<Record<string, string>> = {
  CRF016: 'test/unit/syntax.test.ts: a source of more characters than are read',
  CRF153: 'test/unit/program.test.ts: a chain of files',
  CRF501: 'test/unit/carried.test.ts: 50 kB that would come to 475 MB',
  CRF500: 'test/unit/carried.test.ts: a build of 100 kB',
};

describe.each(cases)('%s', (name) => {
  const folder = join(CASES, name);
  const own = readCase(name);
  const produced = new Map(stages.map(({ file, produce }) => [file, produce(own)]));

  test.each(stages.map(({ file }) => file))('%s', (file) => {
    const text = produced.get(file);
    const path = join(folder, file);
    if (UPDATE && text !== undefined) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, text);
    }
    const golden = readdirSync(folder).includes(file) && !UPDATE ? readFileSync(path, 'utf8') : text;
    expect(text).toBe(golden);
    if (text !== undefined)
      expect(readdirSync(folder), `${file} is not there: run npm run specs:update`).toContain(file);
  });

  test('has no golden that no stage produces', () => {
    const orphans = readdirSync(folder).filter(
      (file) => !/\.(crflow|site\.json)$/.test(file) && file !== SET && produced.get(file) === undefined,
    );
    if (UPDATE) for (const file of orphans) rmSync(join(folder, file));
    else expect(orphans).toEqual([]);
  });
});

describe('the catalogue', () => {
  const shown = new Set(cases.flatMap((name) => codesOf(readCase(name))));

  test.each(catalogue.map(({ code, about }) => [code, about]))('%s is shown by a case: %s', (code) => {
    expect(shown.has(code) || code in SHOWN_ELSEWHERE).toBe(true);
  });

  test('good cases have no findings', () => {
    const bad = cases.filter((name) => name.startsWith('good-') && codesOf(readCase(name)).length > 0);
    expect(bad).toEqual([]);
  });
});

/** Held against its schema by test/unit/plan.test.ts, for every case. */
function planText({ source, given }: Case): string | undefined {
  const { flows } = compile(source, given);
  return flows.length === 0
    ? undefined
    : `${JSON.stringify(
        flows.map(({ plan }) => plan),
        null,
        2,
      )}\n`;
}

/** What is this flow's own in its scripts: all up to the bash that every job carries. */
function jobText({ source, given }: Case): string | undefined {
  const scripts = compile(source, given).flows.map(({ script }) =>
    script.text.replace(/# The life of one attempt[\s\S]*/, ''),
  );
  return scripts.length === 0 ? undefined : scripts.join('\n');
}

function diagnosticsText({ source, given }: Case): string | undefined {
  const { diagnostics, sources } = compile(source, given);
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
function imageText({ source, given }: Case): string | undefined {
  const files = compile(source, given).flows.flatMap((flow) => flow.imageFiles);
  return files.length === 0 ? undefined : files.map(({ name, text }) => `=== ${name}\n${text}`).join('\n');
}

function astText({ source }: Case): string | undefined {
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
