import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { builtin } from '../../src/site/builtin.ts';
import { readProfile } from '../../src/site/read.ts';
import { fileSystemOf, siteState } from '../../src/site/storage.ts';
import { compile } from '../support/compile.ts';
import { damaged } from '../support/damaged.ts';

const root = join(import.meta.dirname, '../..');
const files = readdirSync(join(root, 'sites'));
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const valid = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(text('specs/site.schema.json')));
const here = (more: string) => readProfile({ name: 'here.json', text: `{"format":1,"name":"here"${more}}` });

describe('the profiles that come with crc', () => {
  test('are those of sites/', () => {
    expect([...builtin.keys()].map((name) => `${name}.json`).sort()).toEqual(files.sort());
  });

  test.each(files)('%s fits the schema, and is read without a word', (file) => {
    const own = text(`sites/${file}`);
    expect(valid(JSON.parse(own)), JSON.stringify(valid.errors)).toBe(true);
    const { profile, diagnostics } = readProfile({ name: file, text: own });
    expect(diagnostics).toEqual([]);
    expect(`${profile?.name}.json`).toBe(file);
  });

  test.each(files)('%s has a source for each fact', (file) => {
    const {
      partitions = [],
      qos = [],
      nodes = [],
      runtimes = [],
      fileSystems = [],
    } = JSON.parse(text(`sites/${file}`)) as Record<string, { name: string; source?: string }[]>;
    const all = [partitions, qos, nodes, runtimes, fileSystems].flat();
    expect(all.filter(({ source }) => !source?.startsWith('https://'))).toEqual([]);
  });
});

describe('a profile', () => {
  test('is read in seconds, bytes, and bytes a second', () => {
    const { profile } = here(`,
      "partitions": [{"name": "a", "maxTime": "1-12:00:00", "memory": "4GiB"}, {"name": "b", "maxTime": "unlimited"}],
      "fileSystems": [{"name": "s", "paths": ["/s"], "scope": "shared", "bandwidth": "0.5GB/s", "purged": "7d"}],
      "slurm": {"killWait": "30s", "jobRequeue": false, "maxArraySize": 1001}`);
    expect(profile?.partitions).toEqual([
      { name: 'a', maxTime: 129_600, memory: 4 * 2 ** 30 },
      { name: 'b' },
    ]);
    expect(profile?.fileSystems[0]).toMatchObject({ bandwidth: 0.5e9, purged: 604_800 });
    expect(profile?.slurm).toEqual({ killWait: 30, jobRequeue: false, maxArraySize: 1001 });
  });

  test.each([
    '',
    '{',
    '[]',
    'null',
    '"a"',
    '{"format":1,"name":"a",}',
    '{"format":1,"name":"a"}}',
    '// a\n{"format":1,"name":"a"}',
    '{"format":2,"name":"a"}',
    '{"format":1,"name":"a b"}',
    '{"format":1,"name":"a","qos":[5]}',
    '{"format":1,"name":"a","__proto__":{}}',
  ])('of the text %j is refused, at a place in it', (own) => {
    const { profile, diagnostics } = readProfile({ name: 'here.json', text: own });
    expect(profile).toBeUndefined();
    expect(diagnostics.length).toBeGreaterThan(0);
    for (const { at, file } of diagnostics) {
      expect(file).toBe('here.json');
      expect(at?.span.end).toBeLessThanOrEqual(own.length + 1);
    }
  });

  test('is read or refused, never thrown at, whatever became of its text', () => {
    damaged(text('sites/perlmutter.json'), (own) => {
      const { profile, diagnostics } = readProfile({ name: 'x.json', text: own });
      expect((profile === undefined) === diagnostics.length > 0).toBe(true);
    });
  });

  test('says at line and column what is wrong with it', () => {
    const source = { name: 'here.json', text: '{\n  "format": 1,\n  "name": "a",\n  "qoss": []\n}\n' };
    const [one, ...others] = readProfile(source).diagnostics;
    expect(others).toEqual([]);
    expect(one).toMatchObject({ code: 'CRF405', help: ['did you mean `qos`?'] });
    expect(source.text.slice(one?.at?.span.start, one?.at?.span.end)).toBe('"qoss"');
  });

  test('knows the file system of a path by its longest beginning', () => {
    const { profile } = here(
      ',"fileSystems":[{"name":"all","paths":["/project"],"scope":"shared"},{"name":"fast","paths":["/project/fast/","$FAST"],"scope":"shared"}]',
    );
    if (profile === undefined) expect.fail('no profile');
    const at = (path: string) => fileSystemOf([{ kind: 'text', text: path }], profile)?.name;
    expect(
      ['/project/a', '/project/fast', '/project/fast/a', '/project/faster', '/projects', '/dev/shm/a'].map(
        at,
      ),
    ).toEqual(['all', 'fast', 'fast', 'all', undefined, 'memory']);
    const inVariable = fileSystemOf(
      [
        { kind: 'variable', name: 'FAST' },
        { kind: 'text', text: '/a' },
      ],
      profile,
    );
    expect(inVariable?.name).toBe('fast');
  });

  test('says where runs keep their state, as a path of the job', () => {
    const stateOf = (path: string) => siteState({ ...here('').profile, state: path } as never);
    expect(stateOf('$WORK/crflow')).toEqual([
      { kind: 'variable', name: 'WORK' },
      { kind: 'text', text: '/crflow' },
    ]);
    expect(stateOf('/project/$a')).toEqual([{ kind: 'text', text: '/project/$a' }]);
  });
});

describe('--site', () => {
  const flow = (site = '') => ({
    name: 'x.crflow',
    text: `crflow 1\n${site}\nworkflow x { application { run = "true" } checkpoint { interval = 10min lead = 2min } schedule { time = 30min total = 1d } }\n`,
  });

  test('goes before what the source says, good or bad', () => {
    expect(compile(flow('site "nonsense"')).diagnostics.map(({ code }) => code)).toEqual(['CRF401']);
    const { diagnostics, site } = compile(flow('site "nonsense"'), { site: 'generic' });
    expect([diagnostics, site.named, site.profile.name]).toEqual([[], 'generic', 'generic']);
  });

  test('that names nothing is reported without a place', () => {
    const [one] = compile(flow(), { site: 'nonsense' }).diagnostics;
    expect([one?.code, one?.file]).toEqual(['CRF401', undefined]);
  });
});

test.each([
  ['lists', '['],
  ['objects', '{"a":'],
  ['both, in what is not closed', '{"a":['],
])('a profile nested 5,000 deep is one with a mistake: %s', (_, open) => {
  const text = `{ "format": 1, "name": "x", "partitions": ${open.repeat(5000)}`;
  const { diagnostics } = readProfile({ name: 'x.json', text });
  expect(diagnostics.map(({ code, title }) => `${code} ${title}`)).toEqual([
    expect.stringMatching(/^CRF404 .*nested more than 50 deep/),
  ]);
});
