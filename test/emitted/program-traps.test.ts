import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { energiesIn, inputOf, lammpsAtoms, lammpsForces, programs } from '../support/known-programs.ts';
import { calm, oneThread, rehearse, withSlow } from '../support/real-program.ts';
import { tearing } from '../support/tearing.ts';
import { toItsEnd } from '../support/to-its-end.ts';

// What real programs do to themselves when something is wrong: parts with numbers, a torn first guess, a full disk, outputs that somebody cut.
vi.setConfig({ maxConcurrency: 2, testTimeout: 300_000 });

const mdrun = 'gmx -quiet mdrun -deffnm md -cpi md.cpt -cpt 0.02 -ntmpi 1 -ntomp 1 -reprod';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-traps-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A small box of water, ready to run, in this folder. */
async function box(folder: string, steps: number): Promise<void> {
  cpSync(join(programs, 'gromacs'), folder, { recursive: true });
  const prepare = `sed -i 's/40000/${steps}/' md.mdp && gmx -quiet editconf -f /usr/share/gromacs/top/spc216.gro -o box.gro &&
    gmx -quiet grompp -f md.mdp -c box.gro -p topol.top -o md.tpr -maxwarn 2`;
  await toItsEnd('bash', ['-c', prepare], { cwd: folder });
}

const gromacs = (more: string, edit: (flow: string) => string = (flow) => flow) =>
  rehearse('gromacs', (flow) =>
    edit(flow.replace('gmx_mpi mdrun -deffnm md -cpi md.cpt -maxh $CRFLOW_HOURS_LEFT', `${mdrun}${more}`)),
  );

withSlow(
  'GROMACS with -noappend: done by the last part, and the same structure; by the name of the record it is never done',
  ['gmx'],
  async ({ expect }) => {
    const parts = (flow: string) =>
      flow.replace('program  = gromacs', 'program  = gromacs\n    done_files = ["md.part*.gro"]');
    using run = gromacs(' -noappend', parts);
    const whole = join(run.folder, 'undisturbed');
    await box(whole, 6000);
    copyFileSync(join(whole, 'md.tpr'), join(run.folder, 'md.tpr'));
    const steps = (part: number) => run.read(`md.part000${part}.log`).match(/^ +Step +Time$/gm)?.length ?? 0;
    expect(await run.limited(1, () => steps(1) > 1), run.log()).toBe(75);
    expect(await run.start(calm), run.log()).toBe(0);
    expect(run.outcomes(), run.log()).toEqual(['saved', 'done']);
    await toItsEnd('bash', ['-c', mdrun], { cwd: whole });
    const structure = (file: string) => readFileSync(file, 'utf8');
    expect(structure(join(run.folder, 'md.part0002.gro'))).toBe(structure(join(whole, 'md.gro')));
    // A start after the end would make a third part: it does not come to that.
    rmSync(join(run.state, 'status'));
    expect(await run.start(calm), run.log()).toBe(0);
    expect(existsSync(join(run.folder, 'md.part0003.log'))).toBe(false);

    using other = gromacs(' -noappend');
    await box(other.folder, 500);
    expect(await other.start(calm), other.log()).toBe(73);
    expect(other.log()).toContain('ended with status 0, but is not done, and has saved nothing');
  },
);

withSlow(
  'GROMACS on a full disk: ends with its own status, and goes on when there is room, to the byte',
  ['gmx', 'mount'],
  async ({ expect }) => {
    using run = gromacs('', (flow) => flow.replace('application {', 'application {\n    workdir = "disk"'));
    using disk = smallDisk(join(run.folder, 'disk'), 4);
    const whole = join(run.folder, 'undisturbed');
    await box(whole, 12_000);
    copyFileSync(join(whole, 'md.tpr'), join(disk.folder, 'md.tpr'));
    const started = run.start({ ...calm, CRFLOW_INTERVAL: '1' });
    await run.until('sealed');
    disk.fill();
    expect(await started, run.log()).not.toBe(0);
    expect(run.outcomes().at(-1), run.log()).toBe('done');
    expect(run.log()).toContain(`the disk of ${disk.folder} is full\n`);
    disk.free();
    const newest = String(run.generations().at(-1));
    expect(await run.start(calm, 'resume', '4711', newest), run.log()).toBe(0);
    await toItsEnd('bash', ['-c', mdrun], { cwd: whole });
    for (const file of ['md.gro', 'md.xtc'])
      expect(readFileSync(join(disk.folder, file)).equals(readFileSync(join(whole, file))), file).toBe(true);
  },
);

withSlow(
  'GROMACS, an output of which was cut: it ends with its own status and spoils nothing',
  ['gmx'],
  async ({ expect }) => {
    using run = gromacs('');
    await box(run.folder, 6000);
    const steps = () => run.read('md.log').match(/^ +Step +Time$/gm)?.length ?? 0;
    expect(await run.limited(1, () => steps() > 1), run.log()).toBe(75);
    const output = join(run.folder, 'md.xtc');
    truncateSync(output, statSync(output).size - 100);
    const [cut, saved] = [readFileSync(output), readFileSync(join(run.folder, 'md.cpt'))];
    expect(await run.start(calm), run.log()).toBe(1);
    expect(readFileSync(output).equals(cut)).toBe(true);
    expect(readFileSync(join(run.folder, 'md.cpt')).equals(saved)).toBe(true);
    expect(run.output()).toMatch(/[Cc]hecksum/);
  },
);

withSlow(
  'CP2K, killed while it writes its wave function: goes on with the one before, and the energies are the same',
  ['cp2k.psmp', 'gcc'],
  async ({ expect }) => {
    const last = 40;
    const tears = tearing(folder);
    using run = rehearse('cp2k', (flow) =>
      tears.during('*/water-RESTART.wfn', 1000)(flow.replace('steps = 1000', `steps = ${last}`)),
    );
    const whole = join(run.folder, 'undisturbed');
    for (const place of [run.folder, whole]) {
      cpSync(join(programs, 'cp2k'), place, { recursive: true });
      const input = readFileSync(join(place, 'md.inp'), 'utf8');
      const short = input
        .replace('STEPS 200', `STEPS ${last}`)
        .replace('MAX_STEPS 201', `MAX_STEPS ${last + 1}`);
      writeFileSync(join(place, 'md.inp'), short);
    }
    const started = run.start({ ...calm, CRFLOW_INTERVAL: '1' });
    await run.until('sealed');
    writeFileSync(join(run.folder, 'tear'), '');
    expect(await started, run.log()).toBe(0);
    expect(existsSync(join(run.folder, 'tear'))).toBe(false);
    expect(run.entries().flatMap(({ event, status }) => (event === 'ended_early' ? [status] : []))).toEqual([
      137,
    ]);
    await toItsEnd('cp2k.psmp', ['-i', 'md.inp'], { cwd: whole, env: oneThread });
    const [is, was] = [run.folder, whole].map((folder) =>
      energiesIn(readFileSync(join(folder, 'water-1.ener'), 'utf8')),
    );
    expect([...(is ?? [])].map(([step]) => step).sort((a, b) => a - b)).toEqual(
      [...(was ?? [])].map(([step]) => step),
    );
    for (const [step, energy] of is ?? [])
      expect(Math.abs(energy - (was?.get(step) ?? 0)), `step ${step}`).toBeLessThan(1e-6);
  },
);

withSlow(
  'LAMMPS with a restart file for each rank, one of which is of another save: put back as a set',
  ['lmp', 'mpirun'],
  async ({ expect }) => {
    const mpirun =
      'env -u SLURM_JOB_ID mpirun --allow-run-as-root --oversubscribe -mca mpi_yield_when_idle 1 -np 2';
    using run = rehearse('lammps', (flow) =>
      flow
        .replaceAll('srun \\"$CRFLOW_RANK\\" lmp', `${mpirun} lmp`)
        // The name for all ranks: restart.a.% of restart.a.base, restart.a.0 and restart.a.1.
        .replace('$CRFLOW_NEWEST', '\\"${CRFLOW_NEWEST%.*}.%\\"'),
    );
    const rest = inputOf('lammps')
      .replace('last index 100000', 'last index 1000')
      .replace('1000 restart.a restart.b', '100 restart.a.% restart.b.%')
      .replace('write_restart restart.a', 'write_restart restart.a.%')
      .replace('atom 1000', 'atom 100')
      .replace('halt 100', 'halt 10')
      .replace('${last} upto', '${last} upto every 20 "shell sleep 0.1"');
    const forces = `${lammpsForces}thermo 20\nthermo_modify flush yes\n`;
    writeFileSync(join(run.folder, 'in.begin'), `${lammpsAtoms}${forces}${rest}`);
    writeFileSync(join(run.folder, 'in.again'), `read_restart \${from}\n${forces}${rest}`);
    const isAt = (step: number) => () => new RegExp(`^ +${step} `, 'm').test(run.output());
    expect(await run.limited(1, isAt(260)), run.log()).toBe(75);
    // Steps 100 and 200 went to a and b, and the last save to a: now it has rank 1 of the one before.
    copyFileSync(join(run.folder, 'restart.b.1'), join(run.folder, 'restart.a.1'));
    expect(await run.start(calm), run.log()).toBe(0);
    expect(run.outcomes(), run.log()).toEqual(['saved', 'done']);
    expect(run.output()).not.toContain('Did not assign all restart atoms correctly');
    const frames = run.read('frames.lammpstrj').match(/(?<=TIMESTEP\n)\d+/g);
    expect(frames).toEqual(Array.from({ length: 11 }, (_, i) => String(i * 100)));
  },
);

/** A file system of so many MiB, mounted on this folder. */
function smallDisk(folder: string, mebibytes: number) {
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder]);
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill() {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    },
    free: () => rmSync(ballast),
    [Symbol.dispose]: () => execFileSync('umount', ['-l', folder]),
  };
}
