import { describe, expect, test } from 'vitest';
import { types } from '../../src/language/types.ts';
import { BLOCKS, formOf, type KeySpec, vocabulary } from '../../src/language/vocabulary/index.ts';
import { contentSpan, textOf } from '../../src/model/text.ts';
import { parse } from '../../src/syntax/parse.ts';
import { parseDuration } from '../../src/time/duration.ts';
import { check } from '../support/check.ts';
import { defaultOf } from '../support/vocabulary.ts';

interface Parts {
  app?: string;
  ckpt?: string;
  sched?: string;
  more?: string;
}

function flow({ app = '', ckpt = '', sched = '', more = '' }: Parts): string {
  const run = app.includes('run') ? '' : 'run = "./a"';
  const times = ckpt.includes('interval') ? '' : 'interval = 10min lead = 2min';
  const limits = sched.includes('total') ? '' : 'time = 2h total = 1d';
  return `crflow 1 workflow a { application { ${run} ${app} } ${more} checkpoint { ${times} ${ckpt} } schedule { ${limits} ${sched} } }`;
}

function look(text: string) {
  const source = { name: 'test.crflow', text };
  const { file, diagnostics } = parse(source);
  const checked = check(file, source);
  return { ...checked, codes: [...diagnostics, ...checked.diagnostics].map(({ code }) => code) };
}
const model = (parts: Parts) => {
  const { workflows, codes } = look(flow(parts));
  expect(codes).toEqual([]);
  return workflows[0];
};

test('an unknown name in {{…}} is told some of the known ones, not thousands', () => {
  const lets = Array.from({ length: 100 }, (_, i) => `let a${i} = 1`).join('\n');
  const source = {
    name: 'test.crflow',
    text: flow({ app: 'run = "{{nope}}"' }).replace('crflow 1', `crflow 1\n${lets}\n`),
  };
  const { diagnostics } = check(parse(source).file, source);
  const notes = diagnostics.filter(({ code }) => code === 'CRF114').flatMap((one) => one.notes);
  expect(notes.join()).toMatch(/`a0`, `a1`.*`a29` and \d+ more/);
  expect(notes.join()).not.toContain('a99');
});

describe('the vocabulary', () => {
  const keys = BLOCKS.flatMap((block) =>
    Object.entries<KeySpec>(vocabulary[block].keys).map(([key, spec]) => [block, key, spec] as const),
  );

  test('a default as text is the default', () => {
    for (const [, key, { byDefault, default: text, type }] of keys)
      if (byDefault !== undefined && text !== undefined)
        expect([key, type === 'duration' && parseDuration(text)]).toEqual([
          key,
          { ok: true, seconds: byDefault },
        ]);
  });

  test('a key has one form, in whichever block it is', () => {
    for (const [, key, { type }] of keys) expect([key, formOf(key)]).toEqual([key, types[type].form]);
  });

  /** What is said of a key that stands beside none which gives it a meaning. */
  const MORE: Readonly<Record<string, readonly string[]>> = {
    pass: ['CRF473'],
    mtbf: ['CRF314'],
    array: ['CRF497'],
    program: ['CRF560'], // no records are passed in here
  };

  /** What a key has no meaning without. */
  const beside: Readonly<Record<string, string>> = {
    'image.build_packages': 'build = "make" results = ["/opt/solve"]',
    'image.build': 'results = ["/opt/solve"]',
    'image.results': 'copy "src" to "/opt/solve"',
    'image.dmtcp_archive': `dmtcp_sha256 = ${vocabulary.image.keys.dmtcp_sha256.example}`,
    'image.dmtcp_sha256': `dmtcp_archive = ${vocabulary.image.keys.dmtcp_archive.example}`,
  };
  /** What a key of the program's own checkpoints has no meaning without. */
  const besideOwn: Readonly<Record<string, string>> = {
    ask_text: 'ask_file = "STOP"',
    answer: 'ask_file = "STOP"',
    answer_within: 'ask_file = "STOP"',
    done_in: 'done_text = "done"',
  };
  const besides: Readonly<Record<string, readonly string[]>> = { image: ['container'] };

  test.each(keys)('%s.%s: its example is accepted, and it is documented', (block, key, spec) => {
    const engine =
      key === 'engine' ? 'own' : (spec.engines?.find((one) => one === 'dmtcp' || one === 'own') ?? 'dmtcp');
    const own = `engine = own ${key.startsWith('done') ? '' : 'done_files = ["b"]'} ${besideOwn[key] ?? ''}`;
    const required = Object.entries<KeySpec>(vocabulary[block].keys).filter(
      ([name, one]) => (one.required || one.requiredBy?.includes(engine)) && name !== key,
    );
    const entries = [
      ...required.map(([name, one]) => `${name} = ${one.example}`),
      `${key} = ${spec.example}`,
      beside[`${block}.${key}`] ?? '',
      engine === 'own' && block === 'checkpoint'
        ? own.replace(key === 'engine' ? 'engine = own' : '', '')
        : '',
    ].join(' ');
    // A container has its DMTCP in its image, so `environment` loads none there; a recipe is for the image of a container.
    const wanted = BLOCKS.filter((name) => 'required' in vocabulary[name] || besides[block]?.includes(name));
    const others = wanted
      .filter((name) => name !== block)
      .map((name) =>
        name === 'checkpoint' && engine === 'own'
          ? `checkpoint { ${own} files = ["a"] interval = 1h lead = 2min }`
          : vocabulary[name].example,
      );
    expect(look(`crflow 1 workflow a { ${block} { ${entries} } ${others.join(' ')} }`).codes).toEqual(
      MORE[key] ?? [],
    );
    expect(spec.doc).toMatch(/\.$/);
    const isRequired = spec.required === true || spec.requiredBy !== undefined;
    expect(isRequired !== (defaultOf(spec) !== undefined)).toBe(true);
  });

  test('aliases are no keys of their block, and of one key only', () => {
    for (const block of BLOCKS) {
      const specs = Object.entries<KeySpec>(vocabulary[block].keys);
      const aliases = specs.flatMap(([, { aliases = [] }]) => aliases);
      expect(new Set(aliases).size).toBe(aliases.length);
      for (const [key] of specs) expect(aliases).not.toContain(key);
    }
  });
});

describe('the model', () => {
  test('what is not said stays absent', () => {
    expect(model({})).toEqual({
      name: 'a',
      application: { run: expect.objectContaining({ kind: 'string' }) },
      environment: { set: [] },
      checkpoint: { interval: 600, lead: 120 },
      schedule: { time: 7200, total: 86_400, options: [] },
    });
  });

  test.each([
    ['"a"', 'a', 'a'],
    ['"""\n  a\n  b\n  """', 'a\n  b', 'a\nb'],
    ['"""\n  a\n\n  """', 'a', 'a\n'],
    [String.raw`"a\n"`, 'a', 'a\n'],
  ])('the shell text of %j is found in the source', (written, spanned, run) => {
    const text = flow({ app: `run = ${written}` });
    const { application } = look(text).workflows[0] ?? expect.fail('no workflow');
    const { start, end } = contentSpan(application.run);
    expect(textOf(application.run)).toBe(run);
    expect(text.slice(start, end)).toBe(spanned);
  });

  test('paths are text and variables', () => {
    const path = (written: string) => model({ app: `workdir = ${written}` })?.application.workdir;
    const text = (value: string) => ({ kind: 'text', text: value });
    const variable = (name: string) => ({ kind: 'variable', name });
    expect(path('"$A/${B}c"')).toEqual([variable('A'), text('/'), variable('B'), text('c')]);
    expect(path(String.raw`"\$A/\{{x}}"`)).toEqual([text('$A/{{x}}')]);
    expect(path('"""$A\'"`b"""')).toEqual([variable('A'), text('\'"`b')]);
    expect(path('"-a b//*"')).toEqual([text('-a b//*')]);
  });

  test('only {{name}} is filled in', () => {
    const run = (written: string) => {
      const { application } = model({ app: `run = ${written} threads = 4` }) ?? expect.fail('no workflow');
      return textOf(application.run);
    };
    expect(run('"a {{threads}} {{ cores }} {{a.b}} {{}} {threads} {{threads} }"')).toBe(
      'a 4 {{ cores }} {{a.b}} {{}} {threads} {{threads} }',
    );
    expect(run(String.raw`"""\{{threads}} \{{ x }} {{{threads}}}"""`)).toBe('{{threads}} {{ x }} {4}');
    expect(run(String.raw`"\{{threads}} \\{{threads}}"`)).toBe('{{threads}} \\4');
  });

  test('an error in one workflow leaves the others', () => {
    const { workflows } = look(
      `${flow({ app: 'threads = 0' })}\n${flow({}).slice('crflow 1'.length).replace(' a ', ' b ')}`,
    );
    expect(workflows.map(({ name }) => name)).toEqual(['b']);
  });

  test('a warning does not keep a workflow back', () => {
    const { workflows, codes } = look(flow({ sched: 'time = 2h total = 1h' }));
    expect([codes, workflows.length]).toEqual([['CRF310'], 1]);
  });
});

describe('rules at their limits', () => {
  test.each([
    ['usable is 0', { ckpt: 'interval = 1min lead = 1min', sched: 'time = 2min total = 1d' }, ['CRF302']],
    ['lead is half', { ckpt: 'interval = 1min lead = 5min', sched: 'time = 10min total = 1d' }, ['CRF303']],
    [
      'lead is a second less than half',
      { ckpt: 'interval = 1min lead = 299s', sched: 'time = 10min total = 1d' },
      [],
    ],
    ['interval is usable', { ckpt: 'interval = 17min lead = 2min', sched: 'time = 20min total = 1d' }, []],
    [
      'interval is a second more',
      { ckpt: 'interval = 1021s lead = 2min', sched: 'time = 20min total = 1d' },
      ['CRF305'],
    ],
    ['lead is 20 s', { ckpt: 'interval = 1min lead = 20s' }, []],
    ['lead is 19 s', { ckpt: 'interval = 1min lead = 19s' }, ['CRF307']],
    ['lead is what the memory needs', { app: 'memory = 4GiB', ckpt: 'interval = 1min lead = 46s' }, []],
    ['lead is a second less', { app: 'memory = 4GiB', ckpt: 'interval = 1min lead = 45s' }, ['CRF306']],
    ['lead is the most', { ckpt: 'interval = 1h lead = 65535s', sched: 'time = 3d total = 9d' }, []],
    [
      'lead is a second more',
      { ckpt: 'interval = 1h lead = 65536s', sched: 'time = 3d total = 9d' },
      ['CRF304'],
    ],
    ['time_min is time', { sched: 'time = 2h time_min = 2h total = 1d' }, []],
    [
      'time_min leaves a second',
      { ckpt: 'interval = 30s lead = 119s', sched: 'time = 2h time_min = 3min total = 1d' },
      ['CRF305'],
    ],
    ['total is time', { sched: 'time = 2h total = 2h' }, []],
    ['interval is 30 s', { ckpt: 'interval = 30s lead = 2min' }, []],
    ['interval is 29 s', { ckpt: 'interval = 29s lead = 2min' }, ['CRF311']],
    ['interval is the cost', { app: 'memory = 16GiB', ckpt: 'interval = 72s lead = 3min' }, []],
    ['interval is a second less', { app: 'memory = 16GiB', ckpt: 'interval = 71s lead = 3min' }, ['CRF312']],
    ['keep is 2', { ckpt: 'interval = 10min lead = 2min keep = 2' }, []],
  ])('%s', (_, parts, expected) => expect(look(flow(parts)).codes).toEqual(expected));
});

describe('no finding follows from another', () => {
  test.each([
    ['a misspelled key is not missing', { ckpt: 'intervall = 10min lead = 2min' }, ['CRF101']],
    [
      'nor is one in the wrong block',
      { ckpt: 'interval = 10min lead = 2min total = 1d', sched: 'time = 2h // total\n' },
      ['CRF103'],
    ],
    ['a wrong value is given', { app: 'run = "{{threads}}" threads = 0' }, ['CRF203']],
    ['a value that could not be read is given', { ckpt: 'interval = lead = 2min' }, ['CRF034']],
    [
      'what a broken name stands for is not known',
      { more: 'let x = 1 * y\n', app: 'threads = x run = "{{x}}"' },
      ['CRF117'],
    ],
    [
      'a name that was declared twice is known',
      { more: 'let x = 1\nlet x = 2\n', app: 'run = "{{x}}"' },
      ['CRF119'],
    ],
    ['prototype names are names', { app: 'constructor = 1 __proto__ = 2' }, ['CRF101', 'CRF101']],
  ])('%s', (_, parts, expected) => expect(look(flow(parts)).codes).toEqual(expected));

  test('a workflow without its closing brace lacks nothing', () => {
    expect(look('crflow 1 workflow a { application {').codes).toEqual(['CRF013']);
  });
});
