import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, type TestContext, test, vi } from 'vitest';
import { standIn } from '../support/dmtcp.ts';
import { quoted } from '../support/emitted.ts';
import { flowOf } from '../support/known-programs.ts';
import { outcomesIn, printedIn, processesIn } from '../support/run-folder.ts';
import { preempt, type RunOnSlurm, startRun, takeNode } from '../support/run-on-slurm.ts';
import { slow, whySlow } from '../support/slow.ts';
import { whileStopped } from '../support/stopped.ts';
import { startTestCluster, type TestCluster, whyNoScheduler } from '../support/test-cluster.ts';
import { toItsEnd } from '../support/to-its-end.ts';

// Programs with their own checkpoints (engine = own) on a real Slurm: ranks that srun starts, preempted while they work.
vi.setConfig({ maxConcurrency: 3 });

const why = whyNoScheduler();
const programs = join(import.meta.dirname, '../programs');
const examples = join(import.meta.dirname, '../../examples');
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

describe.skipIf(why !== null)(
  `a program that saves itself${why === null ? '' : ` (skipped: ${why})`}`,
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await startTestCluster({ graceSeconds: 25, cpus: 2, nodes: 6 });
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
    const outcome = (run: RunOnSlurm) => outcomesIn(run.entries());
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

    /** A flow for one rank. */
    const forOneRank = (text: string) =>
      text
        .replaceAll(/^ +(?:nodes|tasks|mpi|threads|memory) += .*$/gm, '')
        .replaceAll('srun ', 'srun --ntasks=1 ')
        // OpenMPI, which most of them are linked with, wants PMIx from srun: alone, it needs none.
        .replaceAll(/(?<=CRFLOW_RANK\\" )(?=\w)/g, 'env -i PATH=$PATH OMP_NUM_THREADS=1 ');
    /** A flow of the examples; here it is for the tests' workflow, and has no modules to load. */
    const example = (name: string, edit: (flow: string) => string = (flow) => flow) =>
      forOneRank(edit(readFileSync(join(examples, `${name}.crflow`), 'utf8')))
        .replace(`workflow ${name} {`, 'workflow count {')
        .replace(/environment \{[^}]*\}/, '')
        .replace(/time += 4h/, 'time = 10min')
        .replace('total = 2d', 'total = 1h');
    const copy =
      (...names: readonly string[]) =>
      (folder: string) => {
        for (const name of names) cpSync(join(examples, name), join(folder, name));
      };
    const realProgram = (
      what: string,
      needs: readonly string[],
      body: (context: TestContext) => Promise<void>,
    ) => {
      const why = slow ? whyNot(...needs) : whySlow;
      (why === '' ? test.concurrent : test.skip)(`${what}${why}`, body);
    };

    realProgram('LAMMPS (examples/lj), preempted: each frame once', ['lmp'], async ({ expect }) => {
      const run = await start('n3', 'lammps', example('lj'), (folder) => {
        copy('in.lj', 'in.lj.again', 'in.lj.setup', 'in.lj.run')(folder);
        // Half way it waits for a file `gate`, or for being asked.
        const waits = `run 4100 upto
variable open equal is_file(gate)
label wait
if "\${open} == 0 && \${asked} == 0" then "shell sleep 0.2" "jump in.lj wait"
include in.lj.run`;
        const input = readFileSync(join(folder, 'in.lj'), 'utf8');
        writeFileSync(join(folder, 'in.lj'), input.replace('include in.lj.run', waits));
      });
      await run.sealed(1);
      await preempt(run, 'n3');
      run.letOn();
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });
      expect(outcome(run), run.log(run.id)).toEqual(['saved', 'done']);
      const frames = readFileSync(join(run.folder, 'lj.lammpstrj'), 'utf8').match(/(?<=TIMESTEP\n)\d+/g);
      expect(frames).toEqual(Array.from({ length: 9 }, (_, i) => String(i * 1000)));
    });

    realProgram(
      'GROMACS (examples/spc), preempted: its result is that of an undisturbed run, to the byte',
      ['gmx'],
      async ({ expect }) => {
        const made = await preparedBox();
        const mdrun = 'gmx -quiet mdrun -deffnm spc -cpi spc.cpt -cpt 0.05 -ntmpi 1 -ntomp 1 -reprod';
        const text = example('spc', (flow) =>
          flow.replace('gmx_mpi mdrun -deffnm spc -cpi spc.cpt', () => mdrun),
        );
        const run = await start('n4', 'gromacs', text, (folder) => cpSync(made, folder, { recursive: true }));
        await run.sealed(1);
        await preempt(run, 'n4');
        expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });
        expect(outcome(run), run.log(run.id)).toEqual(['saved', 'done']);
        await toItsEnd('bash', ['-c', mdrun], { cwd: made });
        for (const file of ['spc.gro', 'spc.xtc'])
          expect(readFileSync(join(run.folder, file)).equals(readFileSync(join(made, file))), file).toBe(
            true,
          );
        rmSync(made, { recursive: true });
      },
    );

    realProgram(
      'Quantum ESPRESSO (examples/silicon), preempted: it comes to the known energy',
      ['pw.x'],
      async ({ expect }) => {
        const run = await start('n5', 'espresso', example('silicon'), copy('silicon.in'));
        await run.until('an iteration', () => printedIn(run.folder).includes('iteration #'));
        await askedWhileStopped(run, /^pw\.x /, 'n5');
        expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });
        expect(outcome(run), run.log(run.id)).toEqual(['saved', 'done']);
        expect(printedIn(run.folder)).toMatch(/^! +total energy += +-15\.46908474 Ry$/m);
      },
    );

    realProgram('OpenFOAM, preempted: it comes to its end', ['icoFoam', 'blockMesh'], async ({ expect }) => {
      const env = { WM_PROJECT_DIR: process.env['WM_PROJECT_DIR'] ?? '/usr/share/openfoam' };
      const text = flowOf('openfoam', (flow) => forOneRank(flow.replace('icoFoam -parallel', 'icoFoam')))
        .replace('time = 4h  total = 5d', 'time = 10min  total = 1h')
        .replace('env -i ', 'env ')
        .replace(
          '  application {',
          `  environment { set { WM_PROJECT_DIR = "${env.WM_PROJECT_DIR}" } }\n  application {`,
        );
      const made = folderOf('openfoam');
      cpSync(join(programs, 'openfoam'), made, { recursive: true });
      await toItsEnd('blockMesh', [], { cwd: made, env: { ...process.env, ...env } });
      const run = await start('n6', 'openfoam', text, (folder) => cpSync(made, folder, { recursive: true }));
      await run.until('a step', () => printedIn(run.folder).includes('\nTime = '));
      await askedWhileStopped(run, /^icoFoam/, 'n6');
      expect(await run.ended(), run.log(run.id)).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });
      expect(outcome(run), run.log(run.id)).toEqual(['saved', 'done']);
      expect(existsSync(join(run.folder, '4/U'))).toBe(true);
      rmSync(made, { recursive: true });
    });
  },
);

/** Preempts a job whose program is asked by a file: it does not come to its end before that. */
const askedWhileStopped = (run: RunOnSlurm, program: RegExp, node: string) =>
  whileStopped(processesIn(run.folder), program, async () => {
    await takeNode(run, node);
    await run.until('a request', () => run.entries().some(({ event }) => event === 'asked_application'));
  });

const folderOf = (name: string) => mkdtempSync(join(tmpdir(), `crflow-${name}-`));

/** The box of water of examples/spc, ready to run. */
async function preparedBox(): Promise<string> {
  const folder = folderOf('gromacs');
  for (const name of ['spc.mdp', 'spc.top']) cpSync(join(examples, name), join(folder, name));
  const water = '/usr/share/gromacs/top/spc216.gro';
  const steps = `sed -i 's/40000/12000/' spc.mdp && gmx -quiet editconf -f ${water} -o box.gro && gmx -quiet grompp -f spc.mdp -c box.gro -p spc.top -o spc.tpr -maxwarn 2`;
  await toItsEnd('bash', ['-c', steps], { cwd: folder });
  return folder;
}
