// Ranks of MPICH over two nodes of a real Slurm, saved by MANA: saved, ended with kill -9, and restored again and again, in one run; then their
// output is compared with an undisturbed run. Prints a table. Needs Slurm, MPICH and CRFLOW_MANA_PREFIX.
//   CRFLOW_RANKS=2,4   numbers of ranks    CRFLOW_RANKS_CYCLES=30   restores in a row
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { standIn } from '../../test/support/dmtcp.ts';
import { manaBin, whyNoMana } from '../../test/support/mana.ts';
import { compileRing, undisturbed, whyNoMpich } from '../../test/support/mpich.ts';
import { processesIn } from '../../test/support/run-folder.ts';
import { startRun } from '../../test/support/run-on-slurm.ts';
import { slurmAvailable, startCluster } from '../../test/support/slurm-cluster.ts';

const cycles = Number(process.env['CRFLOW_RANKS_CYCLES'] ?? 30);
const slurm = slurmAvailable();
const why = slurm.ok ? (whyNoMana ?? whyNoMpich) : slurm.reason;
const lines = [
  '| ranks | restored | of these, ended or hung | checkpoints | not complete | output as undisturbed | checkpoint (s) | size (MiB) |',
  '| ----- | -------- | ----------------------- | ----------- | ------------ | --------------------- | -------------- | ---------- |',
];

const flow = (ranks: number) => `crflow 1
workflow count {
  application { run = "../ring 100 20000 hold"  nodes = 2  tasks = ${ranks}  memory = 20MiB }
  checkpoint {
    engine = mana // crc: allow CRF580 because this is a measurement
    interval = 10min  lead = 2min
  }
  schedule { time = 5h  total = 10h }
}
`;

/** What is killed in turn: the coordinator, and the job's inner half with all that it would have told. */
const victims = [/ --exit-on-last /, /inner_half/];

test.skipIf(why !== null).for((process.env['CRFLOW_RANKS'] ?? '2,4').split(',').map(Number))(
  `MANA: %i ranks${why === null ? '' : ` (skipped: ${why})`}`,
  async (ranks) => {
    const cluster = await startCluster({ cpus: 4, nodes: 2 });
    try {
      compileRing(cluster.work);
      const run = await startRun(cluster, {
        dmtcp: standIn,
        folder: 'ranks',
        last: 0,
        flow: flow(ranks),
        env: {
          PATH: `${manaBin}${delimiter}${process.env['PATH'] ?? ''}`,
          CRFLOW_INTERVAL: '4',
          CRFLOW_PROVE: '0',
          CRFLOW_STARTUP: '300',
        },
      });
      const events = (wanted: string) => run.entries().filter(({ event }) => event === wanted);
      for (let i = 1; i <= cycles; i++) {
        // What was restored last has carried on, and was saved.
        const last = events('restored').length;
        const sealed = events('sealed').length;
        await run.until('sealed', () => events('sealed').length > sealed, 600);
        const victim = processesIn(run.folder).filter((line) => victims[i % victims.length]?.test(line));
        for (const line of victim) process.kill(Number.parseInt(line, 10), 'SIGKILL');
        await run.until('restored', () => events('restored').length > last, 600);
      }
      const sealed = events('sealed').length;
      await run.until('sealed', () => events('sealed').length > sealed, 600);
      writeFileSync(join(run.folder, 'go'), '');
      const { ExitCode } = await run.ended(run.id, 600);
      const output = run.output().replaceAll(/^(?:srun|slurmstepd-\w+): .*\n/gm, '');
      const isSame = ExitCode === '7:0' && output === undisturbed(cluster.work, ranks, output);
      const mean = (of: string) =>
        events('sealed').reduce((sum, entry) => sum + Number(entry[of]), 0) / events('sealed').length;
      const failed = events('checkpoint_failed').length;
      lines.push(
        `| ${[
          ranks,
          events('restored').length,
          events('restore_failed').length,
          events('sealed').length + failed,
          failed,
          isSame ? 'yes' : `no (status ${ExitCode})`,
          mean('seconds').toFixed(1),
          (mean('bytes') / 2 ** 20).toFixed(0),
        ].join(' | ')} |`,
      );
      process.stdout.write(`${lines.join('\n')}\n`);
      process.stdout.write(
        `${run.log(run.id)}\n${run
          .entries()
          .map((entry) => JSON.stringify(entry))
          .join('\n')}\n`,
      );
      expect(output).not.toBe('');
    } catch (error) {
      process.stdout.write(`${String(error)}\n`);
      throw error;
    } finally {
      await cluster.stop();
    }
  },
);
