import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, type TestContext, test, vi } from 'vitest';
import { warn } from '../matrix/moments.ts';
import { standIn } from '../support/dmtcp.ts';
import { flowOf, inputOf, lacking, programs } from '../support/known-programs.ts';
import { outcomesIn, processesIn } from '../support/run-folder.ts';
import { type RunOnSlurm, startRun, takeNode } from '../support/run-on-slurm.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// Real programs of two ranks on two nodes (Open MPI, by PMIx), with the flow of `crc init --for`: two time limits, a preemption with grace,
// and the end, against an undisturbed run of two ranks. GROMACS also has its newest files truncated, flipped and removed on the way.
vi.setConfig({ maxConcurrency: 2, testTimeout: 1_500_000 });

const slurm = slurmAvailable();
const slow = process.env['CRFLOW_SLOW'] === '1' ? '' : ' (skipped: it takes minutes; CRFLOW_SLOW=1 runs it)';
const run2 = promisify(execFile);

const env = {
  // A warning that comes at once is one of the time limit.
  CRFLOW_LEAD: '540',
  CRFLOW_QUIET: '1',
  CRFLOW_STARTUP: '30',
  CRFLOW_PROVE: '0',
  CRFLOW_INTERVAL: '600',
  CRFLOW_HEARTBEAT: '2',
  // Ranks that wait for each other leave the processor to those that work.
  OMPI_MCA_mpi_yield_when_idle: '1',
  OMP_NUM_THREADS: '1',
};

/** What a run has printed. */
function outputOf({ folder }: RunOnSlurm): string {
  const file = readdirSync(folder).find((name) => name.endsWith('.out'));
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
}

const text = (run: RunOnSlurm, file: string) =>
  existsSync(join(run.folder, file)) ? readFileSync(join(run.folder, file), 'utf8') : '';

describe.skipIf(!slurm.ok)(
  `real programs over two nodes${slurm.ok ? '' : ` (skipped: ${slurm.reason})`}`,
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster({ graceSeconds: 40, cpus: 1, nodes: 8 });
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

    const attempts = (run: RunOnSlurm) => run.entries().filter(({ event }) => event === 'inner_ended').length;
    const outcomes = (run: RunOnSlurm) => outcomesIn(run.entries());

    /**
     * Two time limits and a preemption of the node, each once the program has worked in its attempt; `between` does something to the run
     * after the first, second and third.
     */
    async function disturb(
      run: RunOnSlurm,
      node: string,
      progress: () => number,
      { expect }: TestContext,
      between: (n: number) => void = () => {},
      preempted = /^saved (saved )*done$/,
    ) {
      for (const n of [1, 2, 3]) {
        const [before, ended] = [progress(), attempts(run)];
        await run.until('work', () => progress() > before, 400);
        if (n < 3) await warn(run);
        else await takeNode(run, node);
        await run.until('the end of an attempt', () => attempts(run) > ended, 200);
        between(n);
      }
      expect(await run.ended(run.id, 1200), run.log(run.id)).toMatchObject({
        JobState: 'COMPLETED',
        ExitCode: '0:0',
      });
      // On a slow machine, limits come in between.
      const all = outcomes(run);
      expect(all.slice(0, 2), run.log(run.id)).toEqual(['saved', 'saved']);
      expect(all.slice(2).join(' '), run.log(run.id)).toMatch(preempted);
      expect(processesIn(run.folder)).toEqual([]);
      // Submitted once more, it does nothing.
      const again = await run.submit('resume', run.id);
      expect(await run.ended(again), run.log(again)).toMatchObject({
        JobState: 'COMPLETED',
        ExitCode: '0:0',
      });
      expect(outcomes(run)).toEqual(all);
    }

    /** The same program undisturbed, by two ranks on this machine. */
    const undisturbed = (cwd: string, ...command: string[]) =>
      run2('mpirun', ['--allow-run-as-root', '--oversubscribe', '-np', '2', ...command], {
        cwd,
        env: { ...process.env, ...env },
        maxBuffer: 2 ** 28,
      });

    real(
      'LAMMPS: each frame once, and the energy of an undisturbed run',
      ['lmp', 'mpirun'],
      slow,
      async (context) => {
        const { expect } = context;
        // Small, because messages between ranks are slow on a busy machine, and slowed down, because they are not on an idle one.
        const rest = inputOf('lammps')
          .replace('last index 100000', 'last index 1000')
          .replace(/^(restart +)1000/m, '$1100')
          .replace('atom 1000', 'atom 100')
          .replace('halt 100', 'halt 10')
          .replace('${last} upto', '${last} upto every 20 "shell sleep 0.1"');
        const box =
          'units lj\natom_style atomic\nlattice fcc 0.84\nregion box block 0 6 0 6 0 6\ncreate_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\nvelocity all create 2.0 4711\n';
        const forces =
          'pair_style lj/cut 2.5\npair_coeff 1 1 1.0 1.0 2.5\nfix move all nve\nthermo 20\nthermo_modify flush yes\n';
        const prepare = (folder: string) => {
          mkdirSync(folder, { recursive: true });
          writeFileSync(join(folder, 'in.begin'), `${box}${forces}${rest}`);
          writeFileSync(join(folder, 'in.again'), `read_restart \${from}\n${forces}${rest}`);
        };
        const run = await start('lammps', 'n1,n2', (flow) => flow, prepare);
        const whole = join(run.folder, 'undisturbed');
        // log.lammps is overwritten at each start, and the output goes on.
        const steps = () => (outputOf(run).match(/^ +\d+ +[\d.]+ +-[\d.]+ /gm) ?? []).length;
        await disturb(run, 'n2', steps, context);
        const frames = text(run, 'frames.lammpstrj').match(/(?<=TIMESTEP\n)\d+/g);
        expect(frames).toEqual(Array.from({ length: 11 }, (_, i) => String(i * 100)));
        prepare(whole);
        const { stdout } = await undisturbed(whole, 'lmp', '-in', 'in.begin');
        const energy = (log: string) => Number(/^ +1000 +\S+ +\S+ +\S+ +(\S+)/m.exec(log)?.[1]);
        expect(energy(stdout)).toBeLessThan(0);
        expect(Math.abs(energy(outputOf(run)) / energy(stdout) - 1)).toBeLessThan(1e-3);
      },
    );

    real(
      'GROMACS, its newest file truncated, flipped, gone: the result of an undisturbed run, to the byte',
      ['gmx_mpi', 'gmx', 'mpirun'],
      slow,
      async (context) => {
        const { expect } = context;
        const mdrun =
          'gmx_mpi -quiet mdrun -deffnm md -cpi md.cpt -ntomp 1 -reprod -dd 2 1 1 -npme 0 -pin off';
        const whole = join(cluster.work, 'gromacs undisturbed');
        cpSync(join(programs, 'gromacs'), whole, { recursive: true });
        const prepare = `sed -i 's/40000/6000/; s/nstlog .*/nstlog = 50/' md.mdp && gmx -quiet editconf -f /usr/share/gromacs/top/spc216.gro -o box.gro &&
          gmx -quiet grompp -f md.mdp -c box.gro -p topol.top -o md.tpr -maxwarn 2`;
        await run2('bash', ['-c', prepare], { cwd: whole });
        const edit = (flow: string) =>
          flow.replace('gmx_mpi mdrun -deffnm md -cpi md.cpt -maxh $CRFLOW_HOURS_LEFT', mdrun);
        const run = await start('gromacs', 'n3,n4', edit, (folder) =>
          cpSync(whole, folder, { recursive: true }),
        );
        const steps = () => (text(run, 'md.log').match(/^ +Step +Time$/gm) ?? []).length;
        const file = join(run.folder, 'md.cpt');
        await disturb(
          run,
          'n4',
          steps,
          context,
          (n) => {
            if (n === 1) truncateSync(file, 1000);
            if (n === 2) flipByte(file);
            if (n === 3) {
              // Nothing but the generation before is left.
              const newest = Math.max(
                ...readdirSync(join(run.state, 'generations')).map(Number).filter(Number.isInteger),
              );
              flipByte(join(run.state, `generations/${newest}/files/md.cpt`));
              rmSync(file);
            }
            // mdrun of two ranks can get three TERMs in a preemption, and aborts at the third.
          },
          /^(un)?saved (saved )*done$/,
        );
        expect(run.entries().filter(({ event }) => event === 'passed_over').length).toBe(1);
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
      slow,
      async (context) => {
        const { expect } = context;
        const run = await start(
          'quantum-espresso',
          'n5,n6',
          (flow) => flow,
          (folder) => cpSync(join(programs, 'quantum-espresso'), folder, { recursive: true }),
        );
        const whole = join(run.folder, 'undisturbed');
        cpSync(join(programs, 'quantum-espresso'), whole, { recursive: true });
        await disturb(run, 'n6', () => (outputOf(run).match(/iteration #/g) ?? []).length, context);
        const { stdout } = await undisturbed(whole, 'pw.x', '-i', 'pw.in');
        const energy = (all: string) => /^!.*total energy.*$/m.exec(all)?.[0];
        expect(energy(stdout)).toMatch(/Ry$/);
        expect(energy(outputOf(run))).toBe(energy(stdout));
      },
    );

    real(
      'OpenFOAM: the fields of an undisturbed run, to 7 digits',
      ['icoFoam', 'blockMesh', 'decomposePar', 'mpirun'],
      slow,
      async (context) => {
        const { expect } = context;
        const foam = { WM_PROJECT_DIR: process.env['WM_PROJECT_DIR'] ?? '/usr/share/openfoam' };
        const whole = join(cluster.work, 'openfoam-undisturbed');
        cpSync(join(programs, 'openfoam'), whole, { recursive: true });
        await run2(
          'sed',
          ['-i', 's/endTime 4/endTime 2/; s/writeInterval 8000/writeInterval 4000/', 'system/controlDict'],
          { cwd: whole },
        );
        for (const step of ['blockMesh', 'decomposePar'])
          await run2(step, [], { cwd: whole, env: { ...process.env, ...foam } });
        const run = await start(
          'openfoam',
          'n7,n8',
          (flow) => flow.replace('end_time = "4"', 'end_time = "2"'),
          (folder) => cpSync(whole, folder, { recursive: true }),
          foam,
        );
        await disturb(run, 'n8', () => (outputOf(run).match(/^Time = /gm) ?? []).length, context);
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
  },
);

/** Changes a byte in the middle of a file. */
function flipByte(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
}
