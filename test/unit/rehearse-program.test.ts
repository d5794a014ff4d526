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
  const own = {
    answer: 'ends',
    stopStatus: null,
    ranks: 'any',
    grows: [],
    ask: null,
    clear: [],
    again: null,
  } as const;
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

const inContainer = (application: string, mounts: string) =>
  planOf(`crflow 1
workflow w {
  application { run = "./a" ${application} }
  container { runtime = podman  image = "localhost/md:1"  dmtcp = "/opt/dmtcp" ${mounts} }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`);

test('a container is used as it is where all that it shows is in the folder of the rehearsal', () => {
  const plan = inContainer('workdir = "/data/a"  output = "/data/log"', 'mount "$SCRATCH/runs" to "/data"');
  expect(adapt(plan, { real: false, bare: null, canRead: true, has: () => true })).toEqual({
    plan,
    changes: [],
  });
});

test.each([
  [false, '/scratch/runs', false, 'an empty folder of the rehearsal is at /data instead of /scratch/runs'],
  [true, '/scratch/runs', true, '/scratch/runs can only be read at /data, because real runs may use it'],
  [true, '/gone', false, 'an empty folder of the rehearsal is at /data, because this machine has no /gone'],
])('a rehearsal (real: %s) does not write to %s, which a container would show', (real, from, readonly, change) => {
  const plan = inContainer(
    'workdir = "/data"',
    `mount "${from}" to "/data"  mount "/soft" to "/soft" readonly`,
  );
  const adapted = adapt(plan, { real, bare: null, canRead: true, has: (path) => path !== '/gone' });
  expect(adapted.changes[0]).toContain(change);
  const [data, soft] = adapted.plan.container?.mounts ?? [];
  expect(data).toMatchObject({ to: '/data', readonly, from: [{ text: readonly ? from : 'mounted/1' }] });
  expect(soft).toMatchObject({ from: [{ text: '/soft' }] });
  // It must not work in a folder that it cannot write to.
  expect(adapted.plan.workdir === null).toBe(readonly);
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
