import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flowFor } from '../../src/cli/init-for.ts';
import { vocabulary } from '../../src/language/vocabulary/index.ts';
import { PROGRAMS } from '../../src/language/words.ts';
import type { KnownProgram } from '../../src/model/known-program.ts';
import { builtin, programNamed } from '../../src/programs/builtin.ts';
import { readRecord } from '../../src/programs/read.ts';
import { compile } from '../support/compile.ts';
import { damaged } from '../support/damaged.ts';

const root = join(import.meta.dirname, '../..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const valid = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(text('specs/program.schema.json')));
const all = [...builtin.values()];
const flowOf = (record: KnownProgram, edit = (flow: string) => flow) =>
  compile({ name: 'a.crflow', text: edit(flowFor('a', record)) });

describe('the records that come with crc', () => {
  test('are those of programs/, by their names, and the words of the language', () => {
    const files = readdirSync(join(root, 'programs')).map((file) => file.replace(/\.json$/, ''));
    expect(files.sort()).toEqual([...PROGRAMS]);
    expect([...builtin.keys()].sort()).toEqual([...PROGRAMS]);
  });

  test.each(PROGRAMS)('%s fits the schema, and is read without a word', (name) => {
    const own = text(`programs/${name}.json`);
    expect(valid(JSON.parse(own)), JSON.stringify(valid.errors)).toBe(true);
    expect(readRecord({ name, text: own })).toEqual({ value: builtin.get(name), diagnostics: [] });
  });

  test.each(all)('$name: each fact says where it was measured or is written', ({ facts, traps, tried }) => {
    for (const { source } of [...facts, ...traps])
      expect(source).toMatch(tried === undefined ? /not tried|^measured with a small/ : /^measured|^read/);
  });

  test('no two have a name in common', () => {
    const names = all.flatMap(({ name, called = [] }) => [name, ...called]);
    expect(new Set(names).size).toBe(names.length);
    for (const record of all)
      for (const name of [record.name, ...(record.called ?? [])]) expect(programNamed(name)).toBe(record);
  });

  test.each(all)('$name: gives keys of the block, and all parameters are used', (record) => {
    const keys = Object.keys(vocabulary.checkpoint.keys);
    for (const key of Object.keys(record.checkpoint)) expect(keys).toContain(key);
    const used = [...JSON.stringify(record.checkpoint).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(Object.keys(record.parameters ?? {})));
  });
});

describe('crc init --for', () => {
  test.each(all)('$name: a short flow that compiles without a word, made by the record', (record) => {
    const { flows, diagnostics } = flowOf(record);
    expect(diagnostics).toEqual([]);
    const { own, engine } = flows[0]?.plan.checkpoint ?? {};
    expect(engine).toBe('own');
    expect(own?.program).toMatchObject({ name: record.name, gives: Object.keys(record.checkpoint) });
    expect(own?.again === null).toBe(record.continues === 'same');
    expect(flowFor('a', record).split('\n').length).toBeLessThan(40);
    expect(JSON.stringify(flows[0]?.plan)).not.toContain('{{');
  });

  test.each(all)('$name: every line that is commented out can be used', (record) => {
    for (const [line, entry] of flowFor('a', record).matchAll(/^ {6}\/\/ (\w+ = .*)$/gm))
      expect(flowOf(record, (flow) => flow.replace(line, entry ?? '')).diagnostics).toEqual([]);
  });
});

describe('a key of the flow', () => {
  /** How a flow writes a key with a value that no record has, and what the plan then has for it. */
  const written: Readonly<Record<string, { readonly as: string; readonly is: unknown }>> = {
    files: { as: '["mine-*"]', is: { files: ['mine-*'] } },
    grows: { as: '["mine.log"]', is: { grows: ['mine.log'] } },
    ask_signal: { as: 'ALRM', is: { ask: { how: 'signal', signal: 'ALRM' }, answer: 'ends' } },
    ask_file: { as: '"MINE"', is: { ask: { how: 'file', file: 'MINE', text: '' }, answer: 'ends' } },
    ask_command: { as: '"./mine"', is: { ask: { how: 'command', text: './mine\n' }, answer: 'ends' } },
    done_files: {
      as: '["mine.end"]',
      is: { done: { files: ['mine.end'], text: null, in: null, command: null } },
    },
    done_text: { as: '"mine"', is: { done: { files: [], text: 'mine', in: null, command: null } } },
    done_command: { as: '"./mine"', is: { done: { files: [], text: null, in: null, command: './mine\n' } } },
    clear: { as: '["MINE"]', is: { clear: ['MINE'] } },
  };
  const asks = ['ask_signal', 'ask_file', 'ask_command'];

  test('takes the place of the record, whichever and how many there are; all others are the record’s', () => {
    const some = fc.uniqueArray(fc.constantFrom(...Object.keys(written)), { minLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...all), some, (record, chosen) => {
        const [first] = chosen.filter((key) => asks.includes(key));
        const keys = chosen.filter((key) => !asks.includes(key) || key === first);
        const lines = keys.map((key) => `${key} = ${written[key]?.as}`).join('  ');
        const plain = flowOf(record).flows[0]?.plan.checkpoint.own;
        const { flows, diagnostics } = flowOf(record, (flow) =>
          flow.replace(/^ {4}interval/m, () => `    ${lines}\n    interval`),
        );
        expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        const own = flows[0]?.plan.checkpoint.own;
        for (const key of keys) {
          if (key.startsWith('done_')) continue;
          expect(own).toMatchObject(written[key]?.is as object);
        }
        const done = keys.filter((key) => key.startsWith('done_'));
        if (done.length > 0)
          expect(own?.done).toEqual({
            files: done.includes('done_files') ? ['mine.end'] : [],
            text: done.includes('done_text') ? 'mine' : null,
            in: null,
            command: done.includes('done_command') ? './mine\n' : null,
          });
        else expect(own?.done).toEqual(plain?.done);
        if (first === undefined) expect([own?.ask, own?.answer]).toEqual([plain?.ask, plain?.answer]);
        for (const key of ['files', 'grows', 'clear'] as const)
          if (!keys.includes(key)) expect(own?.[key]).toEqual(plain?.[key]);
        expect(own?.program?.gives.filter((key) => keys.includes(key))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('gives answer_within, too, and no part of the record’s way to ask is left', () => {
    const cp2k = builtin.get('cp2k') as KnownProgram;
    const limit = (more: string) =>
      flowOf(cp2k, (flow) => flow.replace(/^ {4}interval/m, `    ${more}\n    interval`)).flows[0]?.plan
        .checkpoint.limit;
    expect([limit(''), limit('ask_file = "MINE"'), limit('ask_file = "MINE"  answer_within = 20s')]).toEqual([
      90, 90, 20,
    ]);
  });
});

describe('a record of somebody else', () => {
  test('is read or refused, never thrown at, whatever became of its text', () => {
    damaged(text('programs/cp2k.json'), (own) => {
      const { value, diagnostics } = readRecord({ name: 'x.json', text: own });
      expect((value === undefined) === diagnostics.length > 0).toBe(true);
    });
  });

  test('reaches the job to the byte, whatever its texts hold', () => {
    const record = builtin.get('stop-file') as KnownProgram;
    const hostile = `$(touch a) \`b\` "c" 'd' \\ {{stop}} $e {{ f }} #`;
    const own = JSON.stringify({ ...record, checkpoint: { ...record.checkpoint, ask_text: hostile } });
    const { flows, diagnostics } = compile(
      { name: 'a.crflow', text: flowFor('a', record, './own.json') },
      { include: () => ({ source: { name: 'own.json', text: own }, id: 'own' }) },
    );
    expect(diagnostics).toEqual([]);
    expect(flows[0]?.plan.checkpoint.own?.ask).toMatchObject({ text: hostile.replace('{{stop}}', 'STOP') });
  });

  test('is one of the files that a flow is made from', () => {
    const own = text('programs/lammps.json');
    const { included } = compile(
      { name: 'a.crflow', text: flowFor('a', builtin.get('lammps') as KnownProgram, './own.json') },
      { include: () => ({ source: { name: 'own.json', text: own }, id: 'own' }) },
    );
    expect(included.map(({ name }) => name)).toEqual(['own.json']);
  });
});
