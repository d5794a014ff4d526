import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';

// What a program's environment has that its owner did not put there.
describe.each(dmtcpImplementations)('the variables of a program, with $name', {
  concurrent: true,
}, (dmtcp) => {
  const show = `printf '%s\\n' "$HWLOC_COMPONENTS" "$TMPDIR"; [[ ! -d $TMPDIR ]] || : >"$TMPDIR/mine"`;

  test('are two more, and the folder goes with its end', async ({ expect }) => {
    using run = byHand(dmtcp, { run: show });
    expect(await run.start(), run.log()).toBe(0);
    expect(run.output()).toBe(`-linuxio,-gl,-opencl,-pci\n${run.state}/tmp\n`);
    expect(existsSync(join(run.state, 'tmp'))).toBe(false);
  });

  test('are those of its owner, where the flow sets them or the submission has one', async ({ expect }) => {
    using run = byHand(dmtcp, { run: show, schedule: '} environment { set { TMPDIR = "/tmp/x y" }' });
    expect(await run.start({ HWLOC_COMPONENTS: '-gl' }), run.log()).toBe(0);
    expect(run.output()).toBe('-gl\n/tmp/x y\n');
  });
});

test.concurrent.for([
  [
    'CRFLOW_ALIVE',
    '600',
    'CRFLOW_ALIVE is set, but this script has no part that uses it: write `alive` in the flow',
  ],
  [
    'CRFLOW_MTBF',
    '86400',
    'CRFLOW_MTBF is set, but this script has no part that uses it: write `interval = auto` in the flow',
  ],
  ['CRFLOW_INTERVAL', '0', 'CRFLOW_INTERVAL is 0, but must be more'],
  ['CRFLOW_SLURM_LIMIT', '0', 'CRFLOW_SLURM_LIMIT is 0, but must be more'],
  ['CRFLOW_LEAD', '2min', "CRFLOW_LEAD is '2min', but must be a whole number"],
] as const)('a setting that a script cannot use: %s=%s: 70, and not a job without checkpoints', async ([
  name,
  value,
  said,
], { expect }) => {
  const [dmtcp] = dmtcpImplementations;
  if (dmtcp === undefined) throw new Error('there is always the stand-in');
  using run = byHand(dmtcp, { run: 'true' });
  expect(await run.start({ [name]: value }), run.log()).toBe(70);
  expect(run.log()).toContain(said);
});

// `threads` gives OpenMP its number, but never against the one whose program it is.
test.for<[string, { keys?: string; set?: string; submission?: string; run?: string }, string]>([
  ['threads alone', {}, '3'],
  ['no threads', { keys: '' }, 'none'],
  ['no threads, one at submission', { keys: '', submission: '7' }, '7'],
  ['one at submission', { submission: '7' }, '7'],
  ['an empty one at submission', { submission: '' }, 'none'],
  ['one in the flow', { set: '5' }, '5'],
  ['one in the flow and one at submission', { set: '5', submission: '7' }, '5'],
  ['one in run, and everywhere else', { run: 'export OMP_NUM_THREADS=9; ', set: '5', submission: '7' }, '9'],
])('OMP_NUM_THREADS: %s', { concurrent: true }, async ([, given, expected], { expect }) => {
  const [dmtcp] = dmtcpImplementations;
  if (dmtcp === undefined) throw new Error('there is always the stand-in');
  const { keys = 'threads = 3', set, submission, run = '' } = given;
  using job = byHand(dmtcp, {
    run: `${run}echo "\${OMP_NUM_THREADS:-none}"`,
    keys,
    ...(set === undefined ? {} : { schedule: `} environment { set { OMP_NUM_THREADS = "${set}" }` }),
  });
  const environment = submission === undefined ? {} : { OMP_NUM_THREADS: submission };
  expect(await job.start(environment), job.log()).toBe(0);
  expect(job.output()).toBe(`${expected}\n`);
});

test('variables that the job has, too, reach the program as the flow sets them, and the job keeps its own', async ({
  expect,
}) => {
  const [dmtcp] = dmtcpImplementations;
  if (dmtcp === undefined) throw new Error('there is always the stand-in');
  const names = ['output', 'run', 'keep', 'attempt', 'name', 'state', 'script', 'workdir', 'entries'];
  using run = byHand(dmtcp, {
    run: `printf '%s\\n' ${names.map((name) => `"$${name}"`).join(' ')}`,
    schedule: `} environment { set { ${names.map((name) => `${name} = "my ${name}"`).join('  ')} }`,
  });
  expect(await run.start(), run.log()).toBe(0);
  expect(run.output()).toBe(names.map((name) => `my ${name}\n`).join(''));
});

describe('a program that fails before its first checkpoint', () => {
  const [dmtcp] = dmtcpImplementations;
  if (dmtcp === undefined) throw new Error('there is always the stand-in');
  const words = 'write in the block application: mpi = singleton';

  test.for<[string, string, boolean]>([
    ['speaks of MPI', '', true],
    ['has mpi = singleton', 'mpi = singleton', false],
  ])('and %s', async ([, keys, said], { expect }) => {
    using run = byHand(dmtcp, { run: 'echo "*** An error occurred in MPI_Init_thread"; exit 1', keys });
    expect(await run.start(), run.log()).toBe(1);
    expect(run.log().includes(words)).toBe(said);
  });

  test('and does not', async ({ expect }) => {
    using run = byHand(dmtcp, { run: 'echo no input; exit 1' });
    expect(await run.start(), run.log()).toBe(1);
    expect(run.log()).not.toContain('MPI');
    expect(readFileSync(join(run.folder, 'log'), 'utf8')).not.toContain('to resume');
  });
});
