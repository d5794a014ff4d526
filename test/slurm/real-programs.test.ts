import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, type TestContext, test, vi } from 'vitest';
import { calmSettings, disturb, writtenLast } from '../support/disturbed.ts';
import { standIn } from '../support/dmtcp.ts';
import {
  energiesIn,
  flowOf,
  inputOf,
  lacking,
  lammpsAtoms,
  lammpsForces,
  programs,
} from '../support/known-programs.ts';
import { printedIn, processesIn } from '../support/run-folder.ts';
import { type RunOnSlurm, startRun } from '../support/run-on-slurm.ts';
import { whySlow } from '../support/slow.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';
import { whileStopped } from '../support/stopped.ts';
import { tearing } from '../support/tearing.ts';

// Real programs of two ranks on two nodes (Open MPI, by PMIx), with the flow of `crc init --for`, against an undisturbed run of two ranks: two
// time limits, a kill -9 in the middle of a save, a preemption with grace, the end, and a submission after it. On the way the newest file is
// truncated once and flipped once, and in the end all files are gone and the copy in the newest generation is flipped.
vi.setConfig({ maxConcurrency: 3, testTimeout: 2_400_000 });

const slurm = slurmAvailable();
const run2 = promisify(execFile);

const env = {
  ...calmSettings,
  // Ranks that wait for each other leave the processor to those that work.
  OMPI_MCA_mpi_yield_when_idle: '1',
  OMP_NUM_THREADS: '1',
};

const text = (run: RunOnSlurm, file: string) =>
  existsSync(join(run.folder, file)) ? readFileSync(join(run.folder, file), 'utf8') : '';

describe.skipIf(!slurm.ok)(
  `real programs over two nodes${slurm.ok ? '' : ` (skipped: ${slurm.reason})`}`,
  () => {
    let cluster: Cluster;
    let tears: ReturnType<typeof tearing>;
    beforeAll(async () => {
      cluster = await startCluster({ graceSeconds: 60, cpus: 1, nodes: 10 });
      tears = tearing(cluster.work);
    });
    afterAll(() => cluster?.stop());

    const real = (
      name: string,
      needs: readonly string[],
      why: string,
      body: (context: TestContext) => Promise<void>,
    ) => {
      const missing = lacking(...needs);
      const reason = missing.length === 0 ? why : ` (skipped: no ${missing.join(', ')} on PATH)`;
      (reason === '' ? test.concurrent : test.skip)(`${name}${reason}`, body);
    };

    /** The flow of `crc init --for`, for two ranks on two nodes. */
    const start = (
      program: string,
      nodes: string,
      edit: (flow: string) => string,
      before: (folder: string) => void | Promise<void>,
      more: Readonly<Record<string, string>> = {},
    ) =>
      startRun(cluster, {
        dmtcp: standIn,
        folder: program,
        last: 0,
        flow: flowOf(program, (flow) =>
          edit(flow)
            .replace(/tasks = 4 .*/, 'tasks = 2  nodes = 2')
            .replace('time = 4h  total = 5d', 'time = 10min  total = 1h'),
        ),
        env: { ...env, ...more },
        sbatchArgs: ['-w', nodes],
        before,
      });

    /** The same program undisturbed, by two ranks on this machine. */
    const undisturbed = (cwd: string, ...command: string[]) =>
      run2('mpirun', ['--allow-run-as-root', '--oversubscribe', '-np', '2', ...command], {
        cwd,
        env: { ...process.env, ...env },
        maxBuffer: 2 ** 28,
      });

    real(
      'LAMMPS: all frames in order, and the energy of an undisturbed run',
      ['lmp', 'mpirun'],
      whySlow,
      async (context) => {
        const { expect } = context;
        // Small, because messages between ranks are whySlow on a busy machine, and slowed down, because they are not on an idle one.
        const rest = inputOf('lammps')
          .replace('last index 100000', 'last index 1000')
          .replace(/^(restart +)1000/m, '$1100')
          .replace('atom 1000', 'atom 100')
          .replace('halt 100', 'halt 10')
          .replace('${last} upto', '${last} upto every 20 "shell sleep 0.1"');
        const forces = `${lammpsForces}thermo 20\nthermo_modify flush yes\n`;
        const prepare = (folder: string) => {
          mkdirSync(folder, { recursive: true });
          writeFileSync(join(folder, 'in.begin'), `${lammpsAtoms}${forces}${rest}`);
          writeFileSync(join(folder, 'in.again'), `read_restart \${from}\n${forces}${rest}`);
        };
        const run = await start('lammps', 'n1,n2', tears.during('*/restart.*', 1000), prepare);
        const whole = join(run.folder, 'undisturbed');
        // log.lammps is overwritten at each start, and the output goes on.
        const steps = () => (printedIn(run.folder).match(/^ +\d+ +[\d.]+ +-[\d.]+ /gm) ?? []).length;
        const newest = (folder: string) => writtenLast(folder, /^restart\./);
        const gone = /^restart\./;
        await disturb({ run, node: 'n2', progress: steps, savesByItself: true, newest, gone }, context);
        const frames = text(run, 'frames.lammpstrj').match(/(?<=TIMESTEP\n)\d+/g) ?? [];
        // Stopped at a step at which it writes a frame, LAMMPS writes that frame once more when it continues.
        expect(frames.filter((frame, i) => frame !== frames[i - 1])).toEqual(
          Array.from({ length: 11 }, (_, i) => String(i * 100)),
        );
        prepare(whole);
        const { stdout } = await undisturbed(whole, 'lmp', '-in', 'in.begin');
        const energy = (log: string) => Number(/^ +1000 +\S+ +\S+ +\S+ +(\S+)/m.exec(log)?.[1]);
        expect(energy(stdout)).toBeLessThan(0);
        expect(Math.abs(energy(printedIn(run.folder)) / energy(stdout) - 1)).toBeLessThan(1e-3);
      },
    );

    real(
      'GROMACS, its newest file truncated, flipped, gone: the result of an undisturbed run, to the byte',
      ['gmx_mpi', 'gmx', 'mpirun'],
      whySlow,
      async (context) => {
        const { expect } = context;
        const mdrun =
          'gmx_mpi -quiet mdrun -deffnm md -cpi md.cpt -cpt 0.05 -ntomp 1 -reprod -dd 2 1 1 -npme 0 -pin off';
        const whole = join(cluster.work, 'gromacs undisturbed');
        cpSync(join(programs, 'gromacs'), whole, { recursive: true });
        const prepare = `sed -i 's/40000/6000/; s/nstlog .*/nstlog = 50/' md.mdp && gmx -quiet editconf -f /usr/share/gromacs/top/spc216.gro -o box.gro &&
          gmx -quiet grompp -f md.mdp -c box.gro -p topol.top -o md.tpr -maxwarn 2`;
        await run2('bash', ['-c', prepare], { cwd: whole });
        // It writes a file of another name, and renames it.
        const torn = tears.during('*/md_step*.cpt', 1000);
        const edit = (flow: string) =>
          torn(flow.replace('gmx_mpi mdrun -deffnm md -cpi md.cpt -maxh $CRFLOW_HOURS_LEFT', mdrun));
        const run = await start('gromacs', 'n3,n4', edit, (folder) =>
          cpSync(whole, folder, { recursive: true }),
        );
        const progress = () => (text(run, 'md.log').match(/^ +Step +Time$/gm) ?? []).length;
        const disturbed = { run, node: 'n4', progress, savesByItself: true, newest: () => 'md.cpt' };
        // mdrun of two ranks can get three TERMs in a preemption, and aborts at the third: then this attempt has saved nothing.
        await disturb({ ...disturbed, gone: /^md\.cpt$/ }, context);
        await undisturbed(whole, ...mdrun.split(' '));
        const same = () => {
          for (const name of ['md.gro', 'md.xtc'])
            expect(readFileSync(join(run.folder, name)).equals(readFileSync(join(whole, name))), name).toBe(
              true,
            );
        };
        same();
        // A run of its own in the folder of one that is done: GROMACS sees that there is nothing to do.
        const another = await run.submit();
        expect(await run.ended(another), run.log(another)).toMatchObject({
          JobState: 'COMPLETED',
          ExitCode: '0:0',
        });
        same();
      },
    );

    real(
      'Quantum ESPRESSO: the energy of an undisturbed run, in all digits',
      ['pw.x', 'mpirun'],
      whySlow,
      async (context) => {
        const { expect } = context;
        const run = await start(
          'quantum-espresso',
          'n5,n6',
          tears.during('*/tmp/si.wfc*', 100_000),
          (folder) => cpSync(join(programs, 'quantum-espresso'), folder, { recursive: true }),
        );
        const whole = join(run.folder, 'undisturbed');
        cpSync(join(programs, 'quantum-espresso'), whole, { recursive: true });
        const progress = () => (printedIn(run.folder).match(/iteration #/g) ?? []).length;
        const newest = (folder: string) => join('tmp', writtenLast(join(folder, 'tmp'), /^si\.wfc/));
        // It writes its files when it is asked, and not before.
        await disturb({ run, node: 'n6', progress, savesByItself: false, newest, gone: /^tmp$/ }, context);
        const { stdout } = await undisturbed(whole, 'pw.x', '-i', 'pw.in');
        const energy = (all: string) => /^!.*total energy.*$/m.exec(all)?.[0];
        expect(energy(stdout)).toMatch(/Ry$/);
        expect(energy(printedIn(run.folder))).toBe(energy(stdout));
      },
    );

    real(
      'OpenFOAM: the fields of an undisturbed run, to 7 digits',
      ['icoFoam', 'blockMesh', 'decomposePar', 'mpirun'],
      whySlow,
      async (context) => {
        const { expect } = context;
        const foam = { WM_PROJECT_DIR: process.env['WM_PROJECT_DIR'] ?? '/usr/share/openfoam' };
        const whole = join(cluster.work, 'openfoam-undisturbed');
        cpSync(join(programs, 'openfoam'), whole, { recursive: true });
        await run2(
          'sed',
          ['-i', 's/endTime 4/endTime 2/; s/writeInterval 8000/writeInterval 100/', 'system/controlDict'],
          { cwd: whole },
        );
        for (const step of ['blockMesh', 'decomposePar'])
          await run2(step, [], { cwd: whole, env: { ...process.env, ...foam } });
        const torn = tears.during('*/processor*/*/U', 1000);
        const run = await start(
          'openfoam',
          'n7,n8',
          (flow) => torn(flow.replace('end_time = "4"', 'end_time = "2"')),
          (folder) => cpSync(whole, folder, { recursive: true }),
          foam,
        );
        const progress = () => (printedIn(run.folder).match(/^Time = /gm) ?? []).length;
        const newest = (folder: string) => {
          const times = readdirSync(join(folder, 'processor0')).map(Number);
          return `processor0/${Math.max(...times.filter((time) => time >= 0))}/U`;
        };
        const gone = /^processor\d\/0\.\d+$/;
        await disturb({ run, node: 'n8', progress, savesByItself: true, newest, gone }, context);
        await undisturbed(whole, 'env', `WM_PROJECT_DIR=${foam.WM_PROJECT_DIR}`, 'icoFoam', '-parallel');
        for (const rank of [0, 1]) {
          const field = (folder: string) =>
            (
              readFileSync(join(folder, `processor${rank}/2/U`), 'utf8').match(
                /(?<=[(\s])-?\d+(?:\.\d+)?(?:e-?\d+)?/g,
              ) ?? []
            ).map(Number);
          const [is, was] = [field(run.folder), field(whole)];
          expect(is.length).toBeGreaterThan(100);
          expect(Math.max(...is.map((one, i) => Math.abs(one - (was[i] ?? Number.NaN))))).toBeLessThan(1e-7);
        }
      },
    );

    real(
      'CP2K: all steps, and the energies of an undisturbed run until chaos hides them',
      ['cp2k.psmp', 'mpirun'],
      whySlow,
      async (context) => {
        const { expect } = context;
        const whole = join(cluster.work, 'cp2k undisturbed');
        cpSync(join(programs, 'cp2k'), whole, { recursive: true });
        await run2('sed', ['-i', 's/STEPS 200/STEPS 120/; s/MAX_STEPS 201/MAX_STEPS 121/', 'md.inp'], {
          cwd: whole,
        });
        const torn = tears.during('*/water-1.restart', 1000);
        const run = await start(
          'cp2k',
          'n9,n10',
          (flow) => torn(flow.replace('steps = 1000', 'steps = 120')),
          (folder) => cpSync(whole, folder, { recursive: true }),
        );
        // It saves each fifth step, and nothing when it is asked: work that can be sealed is a save.
        const progress = () => {
          const saved = /STEP_START_VAL +(\d+)/.exec(text(run, 'water-1.restart'));
          return Number(saved?.[1] ?? 0);
        };
        const ends = () => run.entries().filter(({ event }) => event === 'inner_ended').length;
        // It looks for EXIT when it is as old as 20 s, and would be done by then on an idle machine.
        const held = (act: () => Promise<void>) =>
          whileStopped(processesIn(run.folder), /^\S*cp2k\.psmp /, async () => {
            const [since, ended] = [Date.now(), ends()];
            await act();
            // A preemption wakes it: Slurm sends CONT with the TERM.
            await run.until('21 s', () => Date.now() - since > 21_000 || ends() > ended);
          });
        const newest = () => 'water-1.restart';
        const gone = /^water-1\.restart/;
        await disturb({ run, node: 'n10', progress, savesByItself: true, newest, gone, held }, context);
        await undisturbed(whole, 'cp2k.psmp', '-i', 'md.inp');
        const [is, was] = [run.folder, whole].map((folder) =>
          energiesIn(readFileSync(join(folder, 'water-1.ener'), 'utf8')),
        ) as [Map<number, number>, Map<number, number>];
        const steps = Array.from({ length: 121 }, (_, step) => step);
        expect([...is.keys()].sort((a, b) => a - b)).toEqual(steps);
        // At 5000 K, a difference of 1e-9 grows tenfold each 25 steps: later ones show chaos, not the restart.
        for (const step of steps.slice(0, 50))
          expect(Math.abs((is.get(step) ?? 0) - (was.get(step) ?? 1)), `step ${step}`).toBeLessThan(1e-6);
      },
    );
  },
);
