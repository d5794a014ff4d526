import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, type TestContext, test, vi } from 'vitest';
import { standIn } from '../support/dmtcp.ts';
import { quoted } from '../support/emitted.ts';
import { flowOf } from '../support/known-programs.ts';
import { processesIn } from '../support/run-folder.ts';
import { preempt, type RunOnSlurm, startRun } from '../support/run-on-slurm.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// Programs with their own checkpoints (engine = own) on a real Slurm: ranks that srun starts, preempted while they work.
vi.setConfig({ maxConcurrency: 3 });

const slurm = slurmAvailable();
const programs = join(import.meta.dirname, '../programs');
const flow = (application: string, checkpoint: string) => `crflow 1
workflow count {
  application { ${application} }
  checkpoint { engine = own  interval = 10min  lead = 2min  ${checkpoint} }
  schedule { time = 10min  total = 1h }
}
`;
const quick = {
  CRFLOW_QUIET: '0',
  CRFLOW_STARTUP: '20',
  CRFLOW_PROVE: '0',
  CRFLOW_INTERVAL: '3',
  CRFLOW_HEARTBEAT: '2',
};

const missing = (...names: string[]) =>
  names.filter((name) => spawnSync('bash', ['-c', `command -v ${name}`]).status !== 0);
const whyNot = (...names: string[]) => {
  const lacking = missing(...names);
  return lacking.length === 0 ? '' : ` (skipped: no ${lacking.join(', ')} on PATH)`;
};

describe.skipIf(!slurm.ok)(
  `a program that saves itself${slurm.ok ? '' : ` (skipped: ${slurm.reason})`}`,
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster({ graceSeconds: 25, cpus: 2, nodes: 6 });
    });
    afterAll(() => cluster?.stop());
    const start = (node: string, folder: string, text: string, before: (folder: string) => void) =>
      startRun(cluster, {
        dmtcp: standIn,
        folder,
        last: 0,
        flow: text,
        env: quick,
        sbatchArgs: ['-w', node],
        before,
      });
    const outcome = (run: RunOnSlurm) =>
      run.entries().flatMap(({ event, outcome }) => (event === 'inner_ended' ? [outcome] : []));
    const lines = (last: number) => Array.from({ length: last }, (_, i) => `${i + 1}\n`).join('');

    test.concurrent.for([
      ['that handles TERM, which all ranks get at once', '', 'ask_signal = TERM'],
      [
        'without a handler, asked by a file: shielded until it has saved',
        'term=dies stop=STOP status=3',
        'ask_file = "STOP"',
      ],
    ] as const)('under srun, preempted: a program %s', async ([, words, ask], { expect }) => {
      const [folder, node] = words === '' ? ['handles', 'n1'] : ['shielded', 'n2'];
      const program = `bash '${join(programs, 'saves-itself.sh')}' 60 0.2 hold=gate appends=yes ${words}`;
      const text = flow(
        `run = ${quoted(`srun --ntasks=1 "$CRFLOW_RANK" ${program}`)}`,
        `files = ["save.txt"]  grows = ["steps.log"]  done_files = ["result.txt"]  ${ask}`,
      );
      const run = await start(node, folder, text, () => {});
      await run.until('a step', () => existsSync(join(run.folder, 'steps.log')));
      await preempt(run, node);
      run.letOn();
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'FAILED', ExitCode: '7:0' });
      expect(outcome(run), run.log(run.id)).toEqual(['saved', 'done']);
      expect(readFileSync(join(run.folder, 'steps.log'), 'utf8')).toBe(lines(60));
      expect(processesIn(run.folder)).toEqual([]);
    });

    /** The flow of `crc init --for`, for one rank. */
    const known = (program: string, edit: (flow: string) => string = (flow) => flow) =>
      flowOf(program, (flow) =>
        edit(flow)
          .replaceAll(/^ +(?:tasks|mpi {2}) = .*$/gm, '')
          .replace('time = 4h  total = 5d', 'time = 10min  total = 1h')
          .replaceAll('srun ', 'srun --ntasks=1 ')
          // OpenMPI, which most of them are linked with, wants PMIx from srun: alone, it needs none.
          .replaceAll(/(?<=CRFLOW_RANK\\" )(?=\w)/g, 'env -i PATH=$PATH OMP_NUM_THREADS=1 '),
      );
    const realProgram = (
      what: string,
      needs: readonly string[],
      body: (context: TestContext) => Promise<void>,
    ) => {
      const why = whyNot(...needs);
      (why === '' ? test.concurrent : test.skip)(`${what}${why}`, body);
    };

    realProgram('LAMMPS, preempted: each frame once', ['lmp'], async ({ expect }) => {
      const text = known('lammps', (flow) =>
        flow.replace(
          'with {',
          'done_text = "all 8000 steps done"\n    with {\n      restart = "melt.restart"',
        ),
      );
      const run = await start('n3', 'lammps', text, (folder) =>
        cpSync(join(programs, 'lammps'), folder, { recursive: true }),
      );
      await run.sealed(1);
      await preempt(run, 'n3');
      run.letOn();
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });
      expect(outcome(run), run.log(run.id)).toEqual(['saved', 'done']);
      const frames = readFileSync(join(run.folder, 'frames.lammpstrj'), 'utf8').match(/(?<=TIMESTEP\n)\d+/g);
      expect(frames).toEqual(Array.from({ length: 9 }, (_, i) => String(i * 1000)));
    });

    realProgram(
      'GROMACS, preempted: its result is that of an undisturbed run, to the byte',
      ['gmx'],
      async ({ expect }) => {
        const made = prepareGromacs();
        const mdrun = 'gmx -quiet mdrun -deffnm md -cpi md.cpt -cpt 0.05 -ntmpi 1 -ntomp 1 -reprod';
        const text = known('gromacs', (flow) => flow.replace('gmx_mpi mdrun -deffnm md -cpi md.cpt', mdrun));
        const run = await start('n4', 'gromacs', text, (folder) => cpSync(made, folder, { recursive: true }));
        await run.sealed(1);
        await preempt(run, 'n4');
        expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });
        expect(outcome(run), run.log(run.id)).toEqual(['saved', 'done']);
        execFileSync('bash', ['-c', `cd '${made}' && ${mdrun}`], { stdio: 'ignore' });
        for (const file of ['md.gro', 'md.xtc'])
          expect(readFileSync(join(run.folder, file)).equals(readFileSync(join(made, file))), file).toBe(
            true,
          );
        rmSync(made, { recursive: true });
      },
    );

    realProgram('Quantum ESPRESSO, preempted: it comes to the known energy', ['pw.x'], async ({ expect }) => {
      const run = await start('n5', 'espresso', known('quantum-espresso'), (folder) =>
        cpSync(join(programs, 'quantum-espresso'), folder, { recursive: true }),
      );
      await run.until('an iteration', () => outputOf(run).includes('iteration #'));
      await preempt(run, 'n5');
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });
      expect(outcome(run), run.log(run.id)).toEqual(['saved', 'done']);
      expect(outputOf(run)).toMatch(/^! +total energy += +-15\.46908474 Ry$/m);
    });

    realProgram('OpenFOAM, preempted: it comes to its end', ['icoFoam', 'blockMesh'], async ({ expect }) => {
      const env = { WM_PROJECT_DIR: process.env['WM_PROJECT_DIR'] ?? '/usr/share/openfoam' };
      const text = known('openfoam', (flow) => flow.replace('icoFoam -parallel', 'icoFoam'))
        .replace('env -i ', 'env ')
        .replace(
          '  application {',
          `  environment { set { WM_PROJECT_DIR = "${env.WM_PROJECT_DIR}" } }\n  application {`,
        );
      const run = await start('n6', 'openfoam', text, (folder) => {
        cpSync(join(programs, 'openfoam'), folder, { recursive: true });
        execFileSync('blockMesh', { cwd: folder, stdio: 'ignore', env: { ...process.env, ...env } });
      });
      await run.until('a step', () => outputOf(run).includes('\nTime = '));
      await preempt(run, 'n6');
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });
      expect(outcome(run), run.log(run.id)).toEqual(['saved', 'done']);
      expect(existsSync(join(run.folder, '4/U'))).toBe(true);
    });
  },
);

/** What a run has printed. */
function outputOf({ folder }: RunOnSlurm): string {
  const file = readdirSync(folder).find((name) => name.endsWith('.out'));
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
}

/** A box of water, ready to run. */
function prepareGromacs(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crflow-gromacs-'));
  cpSync(join(programs, 'gromacs'), folder, { recursive: true });
  const water = '/usr/share/gromacs/top/spc216.gro';
  const steps = `gmx -quiet editconf -f ${water} -o box.gro && gmx -quiet grompp -f md.mdp -c box.gro -p topol.top -o md.tpr -maxwarn 2`;
  execFileSync('bash', ['-c', `cd '${folder}' && ${steps}`], { stdio: 'ignore' });
  return folder;
}
