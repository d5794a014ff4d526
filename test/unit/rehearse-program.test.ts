import { expect, test } from 'vitest';
import { adapt, nameFor, savesAs, variablesOf } from '../../src/rehearse/program.ts';
import { compile } from '../support/compile.ts';

const planOf = (text: string) => {
  const { flows, diagnostics } = compile({ name: 'w.crflow', text });
  const [flow] = flows;
  if (flow === undefined) throw new Error(JSON.stringify(diagnostics));
  return flow.plan;
};
const flow = (keys: string, checkpoint = '', schedule = '') =>
  planOf(`crflow 1
workflow w {
  application { run = "./a" ${keys} }
  checkpoint { interval = 10min  lead = 2min ${checkpoint} }
  schedule { time = 2h  total = 1d ${schedule} }
}
`);

test.each([
  ['md.cpt', 'md.cpt'],
  ['md_*.cpt', 'md_1.cpt'],
  ['out/**/a?.[hx]5', 'out/1/a1.h5'],
  ['{a,b}.rst', 'a.rst'],
])('%s matches %s', (pattern, name) => {
  expect(nameFor(pattern)).toBe(name);
});

test('what is a folder gets a file in it', () => {
  const own = { answer: 'ends', grows: [], ask: null, clear: [], again: null } as const;
  const done = { files: ['tmp/si.xml'], text: null, in: null, command: null };
  expect(savesAs({ ...own, files: ['tmp', 'other'], done })).toEqual(
    'file tmp/rehearsal.save file other done tmp/si.xml answer ends'.split(' '),
  );
});

test('most flows are rehearsed as they are', () => {
  const plan = flow('workdir = "$SCRATCH/w"', 'state = "$SCRATCH/state"');
  expect(adapt(plan, { real: false, bare: null })).toEqual({ plan, changes: [] });
  expect(variablesOf(plan)).toEqual(['SCRATCH']);
});

test('a rehearsal stays out of the folders of real runs', () => {
  const plan = flow('workdir = "/data/run"  output = "../out"', 'state = "/scratch/state"', 'array = "3-9"');
  const adapted = adapt(plan, { real: false, bare: null });
  expect(adapted.plan).toMatchObject({ workdir: null, output: null, checkpoint: { state: null } });
  expect(adapted.changes).toEqual([
    'the work folder is in the folder of the rehearsal instead of /data/run',
    'the output is in the folder of the rehearsal instead of ../out',
    'the state is in the folder of the rehearsal instead of /scratch/state',
    'of the array, only task 3 runs',
  ]);
});
