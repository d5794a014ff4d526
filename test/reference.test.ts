import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TYPES } from '../src/check/constant.ts';
import { catalogue } from '../src/diagnostics/catalogue.ts';
import { type ClauseName, clauseOf, clauses } from '../src/language/clauses.ts';
import { OPTIONS } from '../src/language/sbatch.ts';
import { types } from '../src/language/types.ts';
import {
  BLOCKS,
  type BlockName,
  type BlockSpec,
  clauseOwner,
  INNER,
  INSERTS,
  type KeySpec,
  SET,
  vocabulary,
} from '../src/language/vocabulary/index.ts';
import type { EngineName } from '../src/language/words.ts';
import type { Block, Entry, WorkflowNode } from '../src/model/ast.ts';
import { parse } from '../src/syntax/parse.ts';
import { parseDuration } from '../src/time/duration.ts';
import { parseSize } from '../src/time/size.ts';
import { SIZE_UNITS, TIME_UNITS } from '../src/time/units.ts';
import { compile } from './support/compile.ts';
import { defaultOf } from './support/vocabulary.ts';

/**
 * grammar/README.md is held against the language: its examples compile, what it calls refused is refused, and its
 * tables say what the vocabulary says. A fence ```crflow holds a flow; ```crflow part=BLOCK (or part=workflow) holds
 * entries of that place, which are completed here; warns=CRFnnn names the warnings that it is meant to have; file=NAME
 * is a file for the others to include.
 */
const NAME = 'README.md';
const page = readFileSync(join(import.meta.dirname, '../grammar', NAME), 'utf8');
const lines = page.split('\n');

interface Fence {
  readonly line: number;
  readonly info: string;
  readonly text: string;
}
interface Table {
  readonly section: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const { fences, tables, headings, prose } = readPage();
const examples = fences.filter(({ info }) => /^crflow\b(?! file=)/.test(info));
const files = new Map(
  fences.flatMap(({ info, text }) => {
    const name = /^crflow file=(\S+)$/.exec(info)?.[1];
    return name === undefined ? [] : [[name, text] as const];
  }),
);
const specs: Readonly<Record<string, BlockSpec>> = vocabulary;
const allKeys = BLOCKS.flatMap((block) =>
  Object.entries<KeySpec>(vocabulary[block].keys).map(([key, spec]) => ({ block, key, spec })),
);
const scripts = examples.flatMap((one) => compiled(whole(one)).flows.map(({ script }) => script.text));
const inline = [...prose.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

describe('the examples', () => {
  test('begin with a whole flow, and are all of a kind that is tried here', () => {
    expect(fences[0]?.info).toBe('crflow');
    const places = ['workflow', ...BLOCKS].join('|');
    const known = new RegExp(
      `^(crflow( part=(${places}))?( warns=CRF\\d{3}(,CRF\\d{3})*)?|crflow file=\\S+|sh|text)$`,
    );
    for (const { info, line } of fences) expect(info, `line ${line}`).toMatch(known);
  });

  test.each(examples.map((one) => [one.line, one] as const))('line %i compiles', (_, one) => {
    const warns = /warns=(\S+)/.exec(one.info)?.[1]?.split(',') ?? [];
    const { diagnostics, flows } = compiled(whole(one));
    expect(diagnostics.map(({ code, title }) => `${code} ${title}`).filter(notIn(warns))).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toEqual(expect.arrayContaining(warns));
    expect(flows.length).toBeGreaterThan(0);
  });

  const used = new Set(examples.flatMap(namesIn));
  test.each([
    ...BLOCKS,
    ...allKeys.map(({ block, key }) => `${block}.${key}`),
    ...INNER.map(({ owner, name }) => `${owner}.${name}`),
    ...BLOCKS.flatMap((block) => (specs[block]?.clauses ?? []).map((name) => `${block}.${name}`)),
  ])('%s stands in one', (name) => {
    expect([...used]).toContain(name);
  });

  test.each([...INSERTS.keys()])('{{%s}} stands in one', (name) => {
    expect(examples.some(({ text }) => text.includes(`{{${name}}}`))).toBe(true);
  });
});

describe('the blocks and keys', () => {
  test('are those of the vocabulary, in its order', () => {
    const blocks = headings.flatMap((one) => /^## The block `(\w+)`/.exec(one)?.[1] ?? []);
    expect(blocks).toEqual(BLOCKS);
    for (const { name, owner } of INNER) {
      expect(headings.some((one) => one.startsWith(`### The block \`${name}\` in \`${owner}\``))).toBe(true);
    }
    const documented = tables.flatMap(({ section, header, rows }) =>
      header[0] === 'key' ? rows.map(([key = '']) => `${section}.${bare(key)}`) : [],
    );
    expect(documented).toEqual(allKeys.map(({ block, key }) => `${block}.${key}`));
  });

  test.each(BLOCKS.filter((block) => specs[block]?.clauses !== undefined))('%s: its clauses', (block) => {
    const table = tables.find(({ section, header }) => section === block && header[0] === 'clause');
    const said = (table?.rows ?? []).map(([name = '', written = '']) => [
      bare(name),
      [...bare(written).matchAll(/\b[a-z][a-z0-9]*\b/g)].map((match) => match[0]),
    ]);
    const known = (specs[block]?.clauses ?? []).map((name) => [
      name,
      [name, ...clauses[name].parts, ...clauses[name].flags],
    ]);
    expect(said).toEqual(known);
  });

  test.each(BLOCKS)('%s says whether it is required', (block) => {
    const heading = headings.find((one) => one.startsWith(`## The block \`${block}\``));
    expect(heading).toContain(specs[block]?.required ? ' (required): ' : ' (optional): ');
  });

  test.each(
    allKeys.map((one) => [`${one.block}.${one.key}`, one] as const),
  )('%s: value, unit, bounds and default', (_, { block, key, spec }) => {
    const table = tables.find(
      ({ section, header, rows }) =>
        section === block && header[0] === 'key' && rows.some(([k = '']) => bare(k) === key),
    );
    expect(table?.header).toEqual([
      'key',
      'value',
      'default',
      block === 'image' ? 'in the image' : 'in the job',
    ]);
    const [, value = '', byDefault = '', job = ''] = table?.rows.find(([k = '']) => bare(k) === key) ?? [];
    expect(value.startsWith(types[spec.type].called)).toBe(true);
    const unit = /\((.+)\)(?:, or .+)?$|^count of (\w+)/.exec(value);
    expect(unit?.[1] ?? unit?.[2]).toBe(spec.unit);
    const bounds = /, (\d+) to (\d+)$/.exec(value);
    expect([bounds?.[1], bounds?.[2]]).toEqual([spec.least?.toString(), spec.most?.toString()]);
    expect([...value.matchAll(/`([\w-]+)`/g)].map((match) => match[1])).toEqual([...(spec.choices ?? [])]);
    const isRequired = spec.required === true || spec.requiredBy !== undefined;
    expect(bare(byDefault)).toBe(isRequired ? 'required' : bare(defaultOf(spec) ?? ''));
    expect(job).not.toBe('');
  });

  test('the types of a param are those of the language', () => {
    const rows = tables.find(({ header }) => header[0] === 'type')?.rows ?? [];
    expect(rows.map(([name = '']) => bare(name))).toEqual(TYPES.map(({ name }) => name));
  });

  test('durations and sizes have the units of the language', () => {
    const written = (kind: string) => {
      const row = tables.find(({ header }) => header[0] === 'value')?.rows.find(([first]) => first === kind);
      return [...(row?.[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    };
    const units = (all: readonly string[]) =>
      new Set(all.flatMap((one) => /^\d+([A-Za-z]+)$/.exec(one)?.[1] ?? []));
    expect(written('duration').filter((one) => !parseDuration(one).ok)).toEqual([]);
    expect(written('size').filter((one) => !parseSize(one).ok)).toEqual([]);
    expect(units(written('duration'))).toEqual(new Set(TIME_UNITS.map(({ name }) => name)));
    expect(units(written('size'))).toEqual(new Set(SIZE_UNITS.map(({ name }) => name)));
  });

  test('{{…}} puts in what the page says, and no more', () => {
    const [, said = ''] = /for the keys (.*?) of the workflow/s.exec(prose) ?? [];
    expect([...said.matchAll(/`\{\{(\w+)\}\}`/g)].map((match) => match[1])).toEqual([...INSERTS.keys()]);
  });

  test('the prefixes of other people’s variables are named', () => {
    for (const prefix of Object.keys(SET.reserved)) expect(inline).toContain(prefix);
  });
});

describe('what becomes of it', () => {
  test('the #SBATCH options named are those that a job can have', () => {
    const named = inline.flatMap((one) => /^--[a-z-]+/.exec(one)?.[0] ?? []);
    const had = scripts.flatMap((text) =>
      [...text.matchAll(/^#SBATCH (--[a-z-]+)/gm)].map((match) => match[1]),
    );
    // --set is crc's own; any option of sbatch can stand in `slurm { … }`.
    const isOurs = (one = '') => one !== '--set' && !OPTIONS.has(one.slice(2));
    expect(new Set(named.filter(isOurs))).toEqual(new Set(had.filter(isOurs)));
  });

  test('the settings named are in the script', () => {
    const all = scripts.join('\n');
    const named = inline.flatMap((one) => /^(CRFLOW_[A-Z_]*[A-Z]|[a-z_]+)(?==|$)/.exec(one)?.[1] ?? []);
    const settings = named.filter((one) => one.startsWith('CRFLOW_') || inline.includes(`${one}=`));
    expect(settings.length).toBeGreaterThan(5);
    const isThere = (one: string) => new RegExp(`^( *|readonly |: "\\$\\{)${one}:?=`, 'm').test(all);
    expect(settings.filter((one) => !isThere(one))).toEqual([]);
  });
});

describe('what is refused', () => {
  const kinds = new Map(catalogue.map((kind) => [kind.code, kind]));

  test.each([...new Set(page.match(/CRF\d{3}/g))])('%s is in the catalogue', (code) => {
    expect([...kinds.keys()]).toContain(code);
  });

  const rows = tables.filter(({ header }) => header[0] === 'written').flatMap((table) => table.rows);
  test.each(
    rows.map(([entry = '', code = '', why = '']) => [bare(entry), code, why] as const),
  )('%s is %s', (entry, code, why) => {
    const word = /^\w+/.exec(entry)?.[0] ?? '';
    // `image { … }` is a block, `image = …` a key.
    const key = entry.startsWith(`${word} {`) ? undefined : allKeys.find((one) => one.key === word)?.block;
    const owner =
      INNER.find(({ name }) => name === word)?.owner ??
      (clauseOf(word) ? clauseOwner(word as ClauseName) : key);
    const isStatement = /^(?:param|let|include|site)\b/.test(entry);
    const { diagnostics } = compiled(
      isStatement
        ? complete('workflow', '').replace('\n', `\n${entry}\n`)
        : complete(owner ?? 'workflow', entry),
    );
    expect(diagnostics.map((one) => one.code)).toContain(code);
    expect(/^a warning\b/.test(why)).toBe(kinds.get(code)?.severity === 'warning');
  });
});

/** Fences and tables, the headings as they stand, and all text outside of fences. */
function readPage(): { fences: Fence[]; tables: Table[]; headings: string[]; prose: string } {
  const found = { fences: [] as Fence[], tables: [] as Table[], headings: [] as string[] };
  const rest: string[] = [];
  let section = '';
  let open: { line: number; info: string; from: number } | undefined;
  let rows: string[][] | undefined;
  lines.forEach((line, i) => {
    if (open !== undefined) {
      if (line !== '```') return;
      found.fences.push({ ...open, text: lines.slice(open.from, i).join('\n') });
      open = undefined;
      return;
    }
    if (line.startsWith('```')) {
      open = { line: i + 1, info: line.slice(3), from: i + 1 };
      return;
    }
    rest.push(line);
    if (line.startsWith('#')) {
      found.headings.push(line);
      if (line.startsWith('## ')) section = /^## The block `(\w+)`/.exec(line)?.[1] ?? '';
    }
    const cells = line.startsWith('|') ? line.split('|').slice(1, -1).map(trimmed) : undefined;
    if (cells === undefined) rows = undefined;
    else if (rows === undefined) {
      rows = [];
      found.tables.push({ section, header: cells, rows });
    } else if (!cells.every((cell) => /^-+$/.test(cell))) rows.push(cells);
  });
  if (open !== undefined) throw new Error(`the fence of line ${open.line} is not closed`);
  return { ...found, prose: rest.join('\n') };
}

function trimmed(text: string): string {
  return text.trim();
}

/** Without the marks of code: `` `run` `` is run. */
function bare(text: string): string {
  return text.replaceAll('`', '');
}

function notIn(codes: readonly string[]): (finding: string) => boolean {
  return (finding) => !codes.some((code) => finding.startsWith(code));
}

function compiled(text: string) {
  return compile(
    { name: 'reference.crflow', text },
    {
      include: (path) => {
        const found = files.get(path);
        return found === undefined
          ? { why: 'there is no such file' }
          : { source: { name: path, text: found }, id: path };
      },
    },
  );
}

/** The place that a fence's text belongs in; undefined where it is a flow of its own. */
function placeOf({ info }: Fence): string | undefined {
  return /part=(\w+)/.exec(info)?.[1];
}

function whole(one: Fence): string {
  const place = placeOf(one);
  return place === undefined ? one.text : complete(place, one.text);
}

function wrap(place: string, text: string): string {
  const body = place === 'workflow' ? text : `${place} {\n${text}\n}`;
  return `crflow 1\nworkflow example {\n${body}\n}\n`;
}

/** A flow of these entries of that place, and of the vocabulary's examples for what is required beside them. */
function complete(place: string, text: string): string {
  const source = wrap(place, text);
  const [workflow] = workflowsOf(source);
  if (workflow === undefined) return source;
  const blocks = blocksOf(workflow);
  const missing = BLOCKS.filter((name) => specs[name]?.required && !blocks.some(isNamed(name)));
  const inserts = blocks.map((block) => ({ at: block.span.end - 1, text: required(block.key.text, block) }));
  // A recipe is for the image of a container.
  const forRecipe = place === 'image' ? 'container { runtime = podman image = "localhost/solve:1" }\n' : '';
  inserts.push({
    at: workflow.span.end - 1,
    text: forRecipe + missing.map((name) => `${name} { ${required(name)} }`).join('\n'),
  });
  return inserts
    .sort((a, b) => b.at - a.at)
    .reduce((now, { at, text: more }) => `${now.slice(0, at)}\n${more}\n${now.slice(at)}`, source);
}

function required(name: string, block?: Block): string {
  const given = block?.entries.map(({ key }) => key.text) ?? [];
  const chosen = block?.entries.find(({ key }) => key.text === 'engine');
  const engine =
    chosen?.kind === 'assignment' && chosen.value.kind === 'word'
      ? (chosen.value.text as EngineName)
      : 'dmtcp';
  return Object.entries(specs[name]?.keys ?? {})
    .filter(([key, spec]) => (spec.required || spec.requiredBy?.includes(engine)) && !given.includes(key))
    .map(([key, spec]) => `${key} = ${spec.example}`)
    .join('\n');
}

function workflowsOf(text: string): readonly WorkflowNode[] {
  return parse({ name: NAME, text }).file.workflows;
}

function blocksOf(workflow: WorkflowNode): readonly Block[] {
  return workflow.entries.filter((entry) => entry.kind === 'block');
}

function isNamed(name: BlockName): (block: Block) => boolean {
  return ({ key }) => key.text === name;
}

/** What is written in an example, without what completes it: `application`, `application.run`, … */
function namesIn(one: Fence): string[] {
  const place = placeOf(one);
  return workflowsOf(place === undefined ? one.text : wrap(place, one.text))
    .flatMap(blocksOf)
    .flatMap(({ key, entries }) => [
      key.text,
      ...entries.filter(saysSomething).map((entry) => `${key.text}.${entry.key.text}`),
    ]);
}

function saysSomething(entry: Entry): boolean {
  return entry.kind !== 'block' || entry.entries.length > 0;
}
