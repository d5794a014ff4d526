import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, type TestContext, test, vi } from 'vitest';
import { calmSettings, type Disturbed, disturb } from '../support/disturbed.ts';
import { standIn } from '../support/dmtcp.ts';
import { quoted } from '../support/emitted.ts';
import { flowOf, lacking, programs } from '../support/known-programs.ts';
import { printedIn } from '../support/run-folder.ts';
import { type RunOnSlurm, startRun } from '../support/run-on-slurm.ts';
import { tearing } from '../support/tearing.ts';
import { startTestCluster, type TestCluster, whyNoScheduler } from '../support/test-cluster.ts';

// The same as real-programs.test.ts does to real programs, done to three small ones of one rank: a trainer in Python, a program that overwrites
// its only restart file and cannot be asked, and a script with a stop file.
vi.setConfig({ maxConcurrency: 3, testTimeout: 1_500_000 });

const reasons = [
  whyNoScheduler() ?? [],
  process.env['CRFLOW_SLOW'] === '1' ? [] : 'it takes a minute; CRFLOW_SLOW=1 runs it',
  lacking('gcc', 'python3').map((name) => `no ${name} on PATH`),
].flat();

describe.skipIf(reasons.length > 0)(
  `small programs that save themselves, through everything${reasons.length > 0 ? ` (skipped: ${reasons.join(', ')})` : ''}`,
  () => {
    let cluster: TestCluster;
    let tears: ReturnType<typeof tearing>;
    beforeAll(async () => {
      cluster = await startTestCluster({ graceSeconds: 40, cpus: 1, nodes: 3 });
      tears = tearing(cluster.work);
    });
    afterAll(() => cluster?.stop());

    const start = (folder: string, node: string, flow: string, before: (folder: string) => void) =>
      startRun(cluster, {
        dmtcp: standIn,
        folder,
        last: 0,
        flow,
        env: calmSettings,
        sbatchArgs: ['-w', node],
        before,
      });
    const flow = (run: string, checkpoint: string) => `crflow 1
workflow count {
  application { run = ${quoted(`srun "$CRFLOW_RANK" ${run}`)}  tasks = 1 }
  checkpoint { engine = own  interval = 10min  lead = 2min  ${checkpoint} }
  schedule { time = 10min  total = 1h }
}
`;
    const put = (run: RunOnSlurm, ...names: string[]) => {
      for (const name of names) writeFileSync(join(run.folder, name), '');
    };
    const steps = (run: RunOnSlurm) => printedIn(run.folder).match(/(?<=^step )\d+/gm) ?? [];
    const each = (last: number) => Array.from({ length: last }, (_, i) => String(i + 1));

    const through = (
      name: string,
      of: () => Promise<
        Omit<Disturbed, 'node' | 'progress'> & { readonly check: (context: TestContext) => void }
      >,
      node: string,
    ) =>
      test.concurrent(name, async (context) => {
        const { check, ...disturbed } = await of();
        const progress = () => Number(steps(disturbed.run).at(-1) ?? 0);
        await disturb({ ...disturbed, node, progress }, context);
        check(context);
      });

    through(
      'the trainer: each step once',
      async () => {
        const text = flowOf('pytorch', (flow) =>
          tears
            .during(
              '*/last.tmp',
              1,
            )(flow.replace('srun python ', 'srun python3 '))
            .replaceAll(/^ +(?:nodes|tasks|mpi|threads|gpus) += .*$/gm, '')
            .replace('srun ', 'srun --ntasks=1 ')
            .replace(/time = \d+h {2}total = \d+[hd]/, 'time = 10min  total = 1h'),
        );
        const run = await start('trainer', 'n1', text, (folder) => {
          cpSync(join(programs, 'pytorch'), folder, { recursive: true });
          const program = readFileSync(join(folder, 'train.py'), 'utf8');
          writeFileSync(join(folder, 'train.py'), program.replace('"10 20"', '"10 20 30"'));
        });
        return {
          run,
          savesByItself: false,
          newest: () => 'checkpoints/last.pt',
          gone: /^checkpoints$/,
          letOn: () => put(run, 'gate-30'),
          check: ({ expect }) => expect(steps(run)).toEqual(each(40)),
        };
      },
      'n1',
    );

    through(
      'one restart file, overwritten in place, and nobody can ask: the result of an undisturbed run',
      async () => {
        const program = join(cluster.work, 'in-place.exe');
        execFileSync('gcc', ['-O1', '-o', program, join(programs, 'in-place.c')]);
        execFileSync(program, ['30'], { cwd: cluster.work });
        const text = tears.during(
          '*/state.dat',
          500_000,
        )(flow(`'${program}' 30`, 'files = ["state.dat"]  done_files = ["result.txt"]'));
        const run = await start('in-place', 'n2', text, (folder) => {
          for (const gate of ['next-0', 'next-5']) writeFileSync(join(folder, gate), '');
        });
        const gates = [['next-20'], ['next-25', 'next-30']];
        return {
          run,
          savesByItself: true,
          newest: () => 'state.dat',
          gone: /^state\.dat$/,
          letOn: () => put(run, ...(gates.shift() ?? [])),
          check: ({ expect }) =>
            expect(readFileSync(join(run.folder, 'result.txt'), 'utf8')).toBe(
              readFileSync(join(cluster.work, 'result.txt'), 'utf8'),
            ),
        };
      },
      'n2',
    );

    through(
      'a script with a stop file: each step once',
      async () => {
        const program = `bash '${join(programs, 'saves-itself.sh')}' 400 0.1 every=10 stop=STOP term=dies status=3 hold=gate`;
        const keys =
          'files = ["save.txt"]  grows = ["steps.log"]  done_files = ["result.txt"]  ask_file = "STOP"';
        const run = await start(
          'stop-file',
          'n3',
          tears.during('*/save.new', 4)(flow(program, keys)),
          () => {},
        );
        return {
          run,
          savesByItself: true,
          newest: () => 'save.txt',
          gone: /^save\.txt$/,
          status: '7:0',
          letOn: () => put(run, 'gate'),
          check: ({ expect }) => {
            expect(existsSync(join(run.folder, 'STOP'))).toBe(false);
            expect(readFileSync(join(run.folder, 'steps.log'), 'utf8')).toBe(`${each(400).join('\n')}\n`);
          },
        };
      },
      'n3',
    );
  },
);
