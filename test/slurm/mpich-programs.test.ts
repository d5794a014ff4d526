import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, type TestContext, test, vi } from 'vitest';
import { dmtcpUnderTest, standIn, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { manaBin, whyNoMana } from '../support/mana.ts';
import { whyNoMpich } from '../support/mpich.ts';
import { processesIn } from '../support/run-folder.ts';
import { startRun, takeNode } from '../support/run-on-slurm.ts';
import { whySlow } from '../support/slow.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// Real programs built with MPICH, two ranks of each: saved, killed and restored, preempted and restored on another node, and compared with
// an undisturbed run. Their files come from outside of the project: CRFLOW_LAMMPS_MPICH names an lmp, CRFLOW_GROMACS_MPICH a gmx_mpi.
vi.setConfig({ maxConcurrency: 2, testTimeout: 1_800_000 });

const slurm = slurmAvailable();
const run2 = promisify(execFile);

interface Program {
  readonly name: string;
  readonly file: string;
  /** Why it is not here. */
  readonly why: string | null;
  readonly args: string;
  prepare(folder: string): void;
  /** What makes an undisturbed run as long as the one that printed this. */
  undisturbed(output: string): readonly string[];
  /** What has to be the same: of the output, and of files. */
  readonly lines: RegExp;
  readonly files: readonly string[];
}

function named(variable: string): Pick<Program, 'file' | 'why'> {
  const file = process.env[variable] ?? '';
  if (file === '') return { file, why: `${variable} is not set` };
  const isMpich = spawnSync('ldd', [file], { encoding: 'utf8' }).stdout.includes('libmpich');
  return { file, why: isMpich ? null : `${file} is not there, or not linked with MPICH (${variable})` };
}

const lammps: Program = {
  name: 'LAMMPS',
  ...named('CRFLOW_LAMMPS_MPICH'),
  args: '-in in.melt',
  prepare(folder) {
    // Goes on until there is a file go, or as many steps are made as an earlier run has made.
    writeFileSync(
      join(folder, 'in.melt'),
      `variable last index 0
units lj
atom_style atomic
lattice fcc 0.8442
region box block 0 6 0 6 0 6
create_box 1 box
create_atoms 1 box
mass 1 1.0
velocity all create 3.0 87287
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
neighbor 0.3 bin
fix move all nve
thermo 50
thermo_modify flush yes
dump frames all atom 500 frames.lammpstrj
variable made equal step
variable over equal is_file(go)
label more
run 100
if "\${last} > 0 && \${made} >= \${last}" then "jump SELF enough"
if "\${last} == 0 && \${over} == 1" then "jump SELF enough"
jump SELF more
label enough
write_data final.data nocoeff
print "ALL DONE at step \${made}"
`,
    );
  },
  undisturbed: (output) => ['-var', 'last', /ALL DONE at step (\d+)/.exec(output)?.[1] ?? '100'],
  lines: /^ +\d+ +[-\d.]+ +[-\d.]+ .*$|^ALL DONE.*$/gm,
  files: ['frames.lammpstrj', 'final.data'],
};

const gromacs: Program = {
  name: 'GROMACS',
  ...named('CRFLOW_GROMACS_MPICH'),
  // Without the other tools of GROMACS, its name is mdrun_mpi.
  args: `-quiet ${/mdrun/.test(process.env['CRFLOW_GROMACS_MPICH'] ?? '') ? '' : 'mdrun '}-deffnm md -reprod -dd 2 1 1 -npme 0 -ntomp 1 -pin off`,
  prepare(folder) {
    writeFileSync(
      join(folder, 'md.mdp'),
      `integrator = md
dt = 0.002
nsteps = ${process.env['CRFLOW_GROMACS_STEPS'] ?? 40000}
nstlog = 500
nstenergy = 500
nstxout-compressed = 0
cutoff-scheme = Verlet
coulombtype = PME
rcoulomb = 0.8
rvdw = 0.8
constraints = h-bonds
tcoupl = v-rescale
tc-grps = System
tau-t = 0.5
ref-t = 300
gen-vel = yes
gen-seed = 11
ld-seed = 12
`,
    );
    writeFileSync(
      join(folder, 'topol.top'),
      '#include "oplsaa.ff/forcefield.itp"\n#include "oplsaa.ff/spc.itp"\n[ system ]\nwater\n[ molecules ]\nSOL 216\n',
    );
    const { status, stderr } = spawnSync(
      'bash',
      [
        '-c',
        'gmx -quiet editconf -f /usr/share/gromacs/top/spc216.gro -o box.gro && gmx -quiet grompp -f md.mdp -c box.gro -p topol.top -o md.tpr -maxwarn 2',
      ],
      { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    if (status !== 0) throw new Error(stderr);
  },
  undisturbed: () => [],
  lines: /^Writing final coordinates.*$/gm,
  files: ['md.gro'],
};

const flow = (engine: 'dmtcp' | 'mana', run: string) => `crflow 1
workflow count {
  application { run = "${run}"  ${engine === 'mana' ? 'nodes = 2  ' : ''}tasks = 2  memory = 200MiB }
  checkpoint {
    engine = ${engine} // crc: allow CRF580 because this is a test
    interval = 10min  lead = 2min
  }
  schedule { time = 20min  total = 2h }
}
`;

describe.skipIf(!slurm.ok)(`real programs of MPICH${slurm.ok ? '' : ` (skipped: ${slurm.reason})`}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ graceSeconds: 90, cpus: 4, nodes: 8 });
  });
  afterAll(() => cluster?.stop());

  let taken = 0;
  const start = async (program: Program, engine: 'dmtcp' | 'mana', more: object = {}) => {
    const nodes = [`n${taken + 1}`, `n${taken + 2}`] as const;
    taken += 2;
    const isMana = engine === 'mana';
    const run = await startRun(cluster, {
      dmtcp: isMana ? standIn : dmtcpUnderTest(),
      folder: `${program.name}-${engine}`,
      last: 0,
      flow: flow(engine, `${program.file} ${program.args}`),
      env: {
        ...(isMana ? { PATH: `${manaBin}${delimiter}${process.env['PATH'] ?? ''}` } : {}),
        CRFLOW_PROVE: '5',
        CRFLOW_INTERVAL: '10',
        CRFLOW_LOOK_AGAIN: '3',
        CRFLOW_STARTUP: '300',
        ...more,
      },
      sbatchArgs: ['-w', isMana ? nodes.join(',') : nodes[0]],
      before: (folder) => program.prepare(folder),
    });
    return { run, nodes };
  };

  const disturbed =
    (program: Program, engine: 'dmtcp' | 'mana') =>
    async ({ expect }: TestContext) => {
      const { run, nodes } = await start(program, engine);
      const restored = () => run.entries().filter(({ event }) => event === 'restored').length;
      // The first checkpoint is restored at once, to see whether that can be done.
      await run.until('restored', () => restored() > 0, 400);
      await run.sealed(2);
      await takeNode(run, nodes[0]);
      await run.until(
        'restored in a second attempt',
        () => run.entries().some(({ attempt, event }) => attempt >= 2 && event === 'restored'),
        600,
      );
      writeFileSync(join(run.folder, 'go'), '');
      expect(await run.ended(run.id, 900), run.log(run.id)).toMatchObject({ ExitCode: '0:0' });
      expect(run.entries().filter(({ event }) => event === 'launched')).toHaveLength(1);

      const whole = join(cluster.work, `${program.name}-${engine}-undisturbed`);
      mkdirSync(whole);
      program.prepare(whole);
      writeFileSync(join(whole, 'go'), '');
      const { stdout, stderr } = await run2(
        'mpiexec.hydra',
        ['-n', '2', program.file, ...program.args.split(' '), ...program.undisturbed(run.output())],
        { cwd: whole, maxBuffer: 2 ** 28, env: { ...process.env, HWLOC_COMPONENTS: '-linuxio' } },
      );
      expect(run.output().match(program.lines)).not.toBeNull();
      expect(run.output().match(program.lines)).toEqual(`${stdout}${stderr}`.match(program.lines));
      for (const file of program.files) {
        expect(existsSync(join(run.folder, file)), file).toBe(true);
        expect(readFileSync(join(run.folder, file)).equals(readFileSync(join(whole, file))), file).toBe(true);
      }
      expect(processesIn(run.state)).toEqual([]);
    };

  const real = (
    program: Program,
    engine: 'dmtcp' | 'mana',
    shows: string,
    body: (context: TestContext) => Promise<void>,
  ) => {
    const why = program.why ?? (engine === 'mana' ? whyNoMana : whyNoRealDmtcp) ?? whyNoMpich;
    const name = `${program.name}, two ranks, ${engine === 'mana' ? 'MANA on two nodes' : 'DMTCP on one node'}: ${shows}`;
    const reason = why === null ? whySlow : ` (skipped: ${why})`;
    (reason === '' ? test.concurrent : test.skip)(`${name}${reason}`, body);
  };
  const same = 'the results of an undisturbed run';
  real(lammps, 'dmtcp', same, disturbed(lammps, 'dmtcp'));
  real(gromacs, 'dmtcp', same, disturbed(gromacs, 'dmtcp'));
  // At a restore, MANA 1.4.0 repeats MPI_Cart_shift for a communicator that LAMMPS has freed, and hangs.
  real(lammps, 'mana', 'it cannot be restored, and the first checkpoint shows it', async ({ expect }) => {
    const { run } = await start(lammps, 'mana', { CRFLOW_CHECKPOINT_LIMIT: '60' });
    expect(await run.ended(run.id, 600), run.log(run.id)).toMatchObject({ ExitCode: '78:0' });
    expect(run.log(run.id)).toContain('it has never been restored, so it probably cannot be');
    expect(run.output()).toContain('Invalid MPI handle value');
    expect(processesIn(run.state)).toEqual([]);
  });
});
