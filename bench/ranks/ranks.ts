// npm run ranks: ranks of MPICH under the job script, checkpointed, ended and restored again and again; then their output is compared
// with an undisturbed run. Prints a table. Needs MPICH and CRFLOW_DMTCP_PREFIX.
//   CRFLOW_RANKS=2,4   numbers of ranks    CRFLOW_RANKS_CYCLES=30   checkpoints with a restore, in a row
import { expect, test } from 'vitest';
import { dmtcpUnderTest, whyNoRealDmtcp } from '../../test/support/dmtcp.ts';
import { byHand } from '../../test/support/emitted.ts';
import { compileRing, undisturbed, whyNoMpich } from '../../test/support/mpich.ts';

const cycles = Number(process.env['CRFLOW_RANKS_CYCLES'] ?? 30);
const lines = [
  '| ranks | cycles | restored and carried on | ended or hung | output as undisturbed | checkpoint (s) | size (MiB) |',
  '| ----- | ------ | ----------------------- | ------------- | --------------------- | -------------- | ---------- |',
];

test.for((process.env['CRFLOW_RANKS'] ?? '2,4').split(',').map(Number))('%i ranks', async (ranks) => {
  expect([whyNoMpich, whyNoRealDmtcp]).toEqual([null, null]);
  // With files to protect, each checkpoint ends the program, which is then restored.
  using run = byHand(dmtcpUnderTest(), {
    run: './ring 100 50000 hold',
    keys: `tasks = ${ranks}`,
    checkpoint: 'protect = ["go"]',
    folder: 'crflow-ring-',
  });
  compileRing(run.folder);
  const ended = run.start({ CRFLOW_INTERVAL: '2', CRFLOW_PROVE: '2', CRFLOW_LOOK_AGAIN: '2' });
  const events = (wanted: string) => run.entries().filter(({ event }) => event === wanted);
  for (let i = 1; i <= cycles; i++) await run.until('restored', i);
  await run.until('sealed', cycles + 1); // what was restored last has carried on
  run.go();
  const status = await ended;
  const sealed = events('sealed');
  const mean = (of: string) =>
    sealed.reduce((sum, entry) => sum + Number(entry[of]), 0) / Math.max(1, sealed.length);
  const bad = run
    .entries()
    .filter(
      ({ event, outcome }) =>
        /^(?:restore_failed|checkpoint_failed|doubted)$/.test(event) ||
        (event === 'inner_ended' && /^(?:lost|unrestored|hopeless|anew)$/.test(String(outcome))),
    ).length;
  const isSame = status === 7 && run.output() === undisturbed(run.folder, ranks, run.output());
  const restored = events('restored').length;
  lines.push(
    `| ${ranks} | ${restored} | ${restored - bad} | ${bad} | ${isSame ? 'yes' : `no (status ${status})`} | ${mean('seconds').toFixed(1)} | ${(mean('bytes') / 2 ** 20).toFixed(0)} |`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
  if (!isSame || bad > 0) process.stdout.write(`${run.log()}\n`);
});
