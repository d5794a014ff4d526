import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { writtenLast } from '../support/disturbed.ts';
import { energiesIn, inputOf, lammpsAtoms, lammpsForces, programs } from '../support/known-programs.ts';
import { calm, oneThread, rehearse, withReal, withSlow } from '../support/real-program.ts';
import { toItsEnd } from '../support/to-its-end.ts';

// The flows of `crc init --for` with the real programs, through two time limits, against an undisturbed run. Of GROMACS, LAMMPS and Quantum
// ESPRESSO the newest files are damaged on the way: the program's own, and the copies in the newest generation.
vi.setConfig({ maxConcurrency: 2, testTimeout: 180_000 });

/** The file with such a name in a folder that was written last. */
const newestOf = (folder: string, name: RegExp) => join(folder, writtenLast(folder, name));

/** The generations that were found to be damaged. */
const passedOver = (run: { readonly entries: () => readonly { event: string; generation?: unknown }[] }) =>
  run.entries().flatMap(({ event, generation }) => (event === 'passed_over' ? [generation] : []));

withReal('GROMACS: the result is that of an undisturbed run, to the byte', ['gmx'], async ({ expect }) => {
  const mdrun = 'gmx -quiet mdrun -deffnm md -cpi md.cpt -ntmpi 1 -ntomp 1 -reprod';
  using run = rehearse('gromacs', (flow) => flow.replace('gmx_mpi mdrun -deffnm md -cpi md.cpt', mdrun));
  const undisturbed = join(run.folder, 'undisturbed');
  cpSync(join(programs, 'gromacs'), undisturbed, { recursive: true });
  const prepare = `sed -i 's/40000/6000/' md.mdp && gmx -quiet editconf -f /usr/share/gromacs/top/spc216.gro -o box.gro &&
    gmx -quiet grompp -f md.mdp -c box.gro -p topol.top -o md.tpr -maxwarn 2`;
  await toItsEnd('bash', ['-c', prepare], { cwd: undisturbed });
  cpSync(join(undisturbed, 'md.tpr'), join(run.folder, 'md.tpr'));
  const steps = () => run.read('md.log').match(/^ +Step +Time$/gm)?.length ?? 0;
  for (const n of [1, 2]) {
    const before = steps();
    expect(await run.limited(n, () => steps() > before), run.log()).toBe(75);
  }
  // The newest generation is damaged: the one before also fits the outputs, which have grown since.
  truncateSync(join(run.state, 'generations/2/files/md.cpt'), 1000);
  expect(await run.start(calm), run.log()).toBe(0);
  expect(run.outcomes(), run.log()).toEqual(['saved', 'saved', 'done']);
  await toItsEnd('bash', ['-c', mdrun], { cwd: undisturbed });
  for (const file of ['md.gro', 'md.xtc'])
    expect(readFileSync(join(run.folder, file)).equals(readFileSync(join(undisturbed, file))), file).toBe(
      true,
    );
});

withReal(
  'LAMMPS, with the input that the flow shows, its newest files damaged: each frame once',
  ['lmp'],
  async ({ expect }) => {
    using run = rehearse('lammps', (flow) => flow);
    const rest = inputOf('lammps').replace('last index 100000', 'last index 8000');
    // Half way it waits for a file `gate`, or for being asked.
    const [first = '', last = ''] = rest.split(/(?=^run )/m);
    const gated = (file: string, at: number) =>
      `${first}variable now equal step\nif "\${now} < ${at}" then "run ${at} upto"\nvariable open equal is_file(gate)\nlabel wait\nif "\${open} == 0 && \${asked} == 0" then "shell sleep 0.1" "jump ${file} wait"\n${last}`;
    const forces = `${lammpsForces}thermo 500\n`;
    writeFileSync(join(run.folder, 'in.begin'), `${lammpsAtoms}${forces}${gated('in.begin', 3100)}`);
    writeFileSync(join(run.folder, 'in.again'), `read_restart \${from}\n${forces}${gated('in.again', 5100)}`);
    const isAt = (step: number) => () => run.read('log.lammps').includes(`\n ${String(step).padStart(7)} `);
    const restart = /^restart\./;
    expect(await run.limited(1, isAt(3100)), run.log()).toBe(75);
    // As a kill in the middle of a save leaves it: LAMMPS ends with 1 if it reads it.
    truncateSync(newestOf(run.folder, restart), 0);
    expect(await run.limited(2, isAt(5100)), run.log()).toBe(75);
    truncateSync(newestOf(join(run.state, 'generations/2/files'), restart), 1000);
    for (const file of readdirSync(run.folder)) if (restart.test(file)) rmSync(join(run.folder, file));
    writeFileSync(join(run.folder, 'gate'), '');
    expect(await run.start(calm), run.log()).toBe(0);
    expect(run.outcomes(), run.log()).toEqual(['saved', 'saved', 'done']);
    expect(passedOver(run)).toEqual([2]);
    expect(run.output()).not.toContain('Unexpected end of file');
    const frames = run.read('frames.lammpstrj').match(/(?<=TIMESTEP\n)\d+/g);
    expect(frames).toEqual(Array.from({ length: 9 }, (_, i) => String(i * 1000)));
  },
);

withSlow(
  'Quantum ESPRESSO, asked in an SCF cycle, its files damaged: the same energy',
  ['pw.x'],
  async (context) => {
    const { expect } = context;
    using run = rehearse('quantum-espresso', (flow) => flow);
    const undisturbed = join(run.folder, 'undisturbed');
    cpSync(join(programs, 'quantum-espresso'), undisturbed, { recursive: true });
    cpSync(join(undisturbed, 'pw.in'), join(run.folder, 'pw.in'));
    const saved = join(run.folder, 'tmp');
    await run.twice(/iteration # /g, 3, context, {}, (n) => {
      if (n === 1) truncateSync(newestOf(saved, /^si\.(?:wfc|mix)/), 1000);
      else {
        // pw.x without its files would begin anew, with status 0.
        truncateSync(newestOf(join(run.state, 'generations/2/files/tmp'), /^si\.(?:wfc|mix)/), 1000);
        rmSync(saved, { recursive: true });
      }
    });
    expect(passedOver(run)).toEqual([2]);
    const whole = await toItsEnd('pw.x', ['-i', 'pw.in'], { cwd: undisturbed, env: oneThread });
    const energy = (text: string) => /^!.*total energy.*$/m.exec(text)?.[0];
    expect(energy(whole)).toMatch(/Ry$/);
    expect(energy(run.output())).toBe(energy(whole));
  },
);

withSlow('OpenFOAM: the same field, to 7 digits', ['icoFoam', 'blockMesh'], async (context) => {
  const { expect } = context;
  const env = { WM_PROJECT_DIR: process.env['WM_PROJECT_DIR'] ?? '/usr/share/openfoam' };
  using run = rehearse('openfoam', (flow) => flow.replace('icoFoam -parallel', 'icoFoam'));
  const undisturbed = join(run.folder, 'undisturbed');
  for (const folder of [run.folder, undisturbed]) {
    cpSync(join(programs, 'openfoam'), folder, { recursive: true });
    await toItsEnd('blockMesh', [], { cwd: folder, env: { ...oneThread, ...env } });
  }
  await run.twice(/^Time = /gm, 20, context, env);
  await toItsEnd('icoFoam', [], { cwd: undisturbed, env: { ...oneThread, ...env } });
  const field = (folder: string) =>
    (readFileSync(join(folder, '4/U'), 'utf8').match(/(?<=[(\s])-?\d+(?:\.\d+)?(?:e-?\d+)?/g) ?? []).map(
      Number,
    );
  const [is, was] = [field(run.folder), field(undisturbed)];
  expect(is.length).toBeGreaterThan(100);
  expect(Math.max(...is.map((one, i) => Math.abs(one - (was[i] ?? Number.NaN))))).toBeLessThan(1e-7);
});

withReal('a PyTorch program, as far as its signals and files go', ['python3'], async (context) => {
  const { expect } = context;
  using run = rehearse('pytorch', (flow) => flow.replace('python train.py', 'python3 train.py'));
  cpSync(join(programs, 'pytorch'), run.folder, { recursive: true });
  expect(await run.limited(1, () => run.output().includes('step 10\n')), run.log()).toBe(75);
  expect(await run.limited(2, () => run.output().includes('step 20\n')), run.log()).toBe(75);
  expect(await run.start(calm), run.log()).toBe(0);
  expect(run.outcomes()).toEqual(['saved', 'saved', 'done']);
  expect(run.output().match(/(?<=^step )\d+/gm)).toEqual(Array.from({ length: 40 }, (_, i) => String(i + 1)));
});

withReal('a PyTorch program in a container, with fake devices', ['python3'], async ({ expect }) => {
  const train = `srun $IN_CONTAINER bash -c 'echo GPUs: $CUDA_VISIBLE_DEVICES; exec python3 train.py'`;
  using run = rehearse('pytorch', (flow) =>
    flow
      .replace('"srun python train.py"', `"${train}"\n    gpus  = 2`)
      .replace(
        '  checkpoint {',
        '  container { runtime = apptainer  image = "./torch.sif" }\n  checkpoint {',
      ),
  );
  cpSync(join(programs, 'pytorch'), run.folder, { recursive: true });
  writeFileSync(join(run.folder, 'torch.sif'), 'an image');
  // It only records how it was called, and starts the command here.
  writeFileSync(
    join(run.folder, '.bin/apptainer'),
    `#!/bin/bash
echo "$*" >>'${join(run.folder, 'asked')}'
while [[ $1 != bash ]]; do shift; done
exec env -i PATH=/usr/bin:/bin "$@"
`,
    { mode: 0o755 },
  );
  expect(run.read('count.sbatch')).toContain('\n#SBATCH --gpus-per-node=2\n');
  const devices = { CUDA_VISIBLE_DEVICES: '1,3' };
  expect(await run.limited(1, () => run.output().includes('step 10\n'), devices), run.log()).toBe(75);
  writeFileSync(join(run.folder, 'gate-20'), '');
  expect(await run.start({ ...calm, ...devices }), run.log()).toBe(0);
  expect(run.outcomes()).toEqual(['saved', 'done']);
  expect(run.output().match(/^GPUs: .*/gm)).toEqual(['GPUs: 1,3', 'GPUs: 1,3']);
  expect(run.output().match(/(?<=^step )\d+/gm)).toEqual(Array.from({ length: 40 }, (_, i) => String(i + 1)));
  for (const call of run.read('asked').trim().split('\n')) expect(call).toContain(' --nv ');
});

withReal('a program with a stop file', ['bash'], async ({ expect }) => {
  const program = join(programs, 'saves-itself.sh');
  using run = rehearse('stop-file', (flow) =>
    flow
      .replace('./solve input.dat', `bash '${program}' 20 0.05 stop=STOP appends=yes hold=gate`)
      .replace('result = "result.dat"', 'result = "result.txt"')
      .replace('with {', 'grows = ["steps.log"]\n    with {'),
  );
  // It does not look at STOP while it waits.
  const ended = run.limited(1, () => run.output().includes('step 10\n'));
  await run.until('asked_application');
  writeFileSync(join(run.folder, 'gate'), '');
  expect(await ended, run.log()).toBe(75);
  expect(await run.start(calm), run.log()).toBe(7);
  expect(run.outcomes()).toEqual(['saved', 'done']);
  expect(run.read('steps.log')).toBe(Array.from({ length: 20 }, (_, i) => `${i + 1}\n`).join(''));
});

// CP2K looks for EXIT each 20 s, so that a run through a time limit takes a minute and more.
withSlow(
  'CP2K: all steps, and the same energies until chaos hides them',
  ['cp2k.psmp'],
  async ({ expect }) => {
    using run = rehearse('cp2k', (flow) => flow.replace('steps = 1000', 'steps = 200'));
    const undisturbed = join(run.folder, 'undisturbed');
    cpSync(join(programs, 'cp2k'), undisturbed, { recursive: true });
    cpSync(join(undisturbed, 'md.inp'), join(run.folder, 'md.inp'));
    const steps = () => run.read('water-1.ener').match(/^ /gm)?.length ?? 0;
    expect(await run.limited(1, () => steps() > 7), run.log()).toBe(75);
    const first = steps();
    expect(await run.start(calm), run.log()).toBe(0);
    expect(run.outcomes(), run.log()).toEqual(['saved', 'done']);
    await toItsEnd('cp2k.psmp', ['-i', 'md.inp'], { cwd: undisturbed, env: oneThread });
    const is = energiesIn(run.read('water-1.ener'));
    const was = energiesIn(readFileSync(join(undisturbed, 'water-1.ener'), 'utf8'));
    expect([...is.keys()]).toEqual([...was.keys()]);
    // At 5000 K, a difference of 1e-9 grows tenfold each 25 steps: later ones show chaos, not the restart.
    const compared = [...is].slice(0, first + 40);
    for (const [step, energy] of compared)
      expect(Math.abs(energy - (was.get(step) ?? 0)), `step ${step}`).toBeLessThan(1e-6);
  },
);
