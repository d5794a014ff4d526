import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test, vi } from 'vitest';
import { standIn } from '../support/dmtcp.ts';
import { rehearsal } from '../support/emitted.ts';
import { flowOf, inputOf, lacking, programs } from '../support/known-programs.ts';

// The flows of `crc init --for` with the real programs, through two time limits, against an undisturbed run.
vi.setConfig({ maxConcurrency: 2, testTimeout: 180_000 });

/** A warning that comes at once is one of the time limit. */
const atTheLimit = { CRFLOW_LEAD: '3540', CRFLOW_INTERVAL: '600', CRFLOW_QUIET: '0', CRFLOW_STARTUP: '30' };

function rehearse(name: string, edit: (flow: string) => string) {
  const run = rehearsal(standIn, { flow: flowOf(name, edit) });
  mkdirSync(join(run.folder, '.bin'));
  // One rank, on this node.
  writeFileSync(join(run.folder, '.bin/srun'), '#!/bin/bash\nexec "$@"\n', { mode: 0o755 });
  const outcomes = () =>
    run.entries().flatMap(({ event, outcome }) => (event === 'inner_ended' ? [outcome] : []));
  /** An attempt that Slurm warns of its limit once it has begun its work. */
  const limited = async (n: number, isAtWork: () => boolean) => {
    const ended = run.start(atTheLimit);
    for (const deadline = Date.now() + 60_000; !isAtWork(); ) {
      if (Date.now() > deadline) throw new Error(`attempt ${n} does not work\n${run.log()}\n${run.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    run.signal('SIGUSR1');
    return ended;
  };
  return { ...run, outcomes, limited };
}

/** A test of the real programs, or one that says which is not here. */
const withReal = (name: string, needs: readonly string[], body: (context: TestContext) => Promise<void>) => {
  const missing = lacking(...needs);
  const why = missing.length === 0 ? '' : ` (skipped: no ${missing.join(', ')} on PATH)`;
  (why === '' ? test.concurrent : test.skip)(`${name}${why}`, body);
};

withReal('GROMACS: the result is that of an undisturbed run, to the byte', ['gmx'], async ({ expect }) => {
  const mdrun = 'gmx -quiet mdrun -deffnm md -cpi md.cpt -ntmpi 1 -ntomp 1 -reprod';
  using run = rehearse('gromacs', (flow) => flow.replace('gmx_mpi mdrun -deffnm md -cpi md.cpt', mdrun));
  const undisturbed = join(run.folder, 'undisturbed');
  cpSync(join(programs, 'gromacs'), undisturbed, { recursive: true });
  const prepare = `sed -i 's/40000/12000/' md.mdp && gmx -quiet editconf -f /usr/share/gromacs/top/spc216.gro -o box.gro &&
    gmx -quiet grompp -f md.mdp -c box.gro -p topol.top -o md.tpr -maxwarn 2`;
  execFileSync('bash', ['-c', prepare], { cwd: undisturbed, stdio: 'ignore' });
  cpSync(join(undisturbed, 'md.tpr'), join(run.folder, 'md.tpr'));
  const steps = () => run.read('md.log').match(/^ +Step +Time$/gm)?.length ?? 0;
  for (const n of [1, 2]) {
    const before = steps();
    expect(await run.limited(n, () => steps() > before), run.log()).toBe(75);
  }
  expect(await run.start(atTheLimit), run.log()).toBe(0);
  expect(run.outcomes(), run.log()).toEqual(['saved', 'saved', 'done']);
  execFileSync('bash', ['-c', mdrun], { cwd: undisturbed, stdio: 'ignore' });
  for (const file of ['md.gro', 'md.xtc'])
    expect(readFileSync(join(run.folder, file)).equals(readFileSync(join(undisturbed, file))), file).toBe(
      true,
    );
});

withReal('LAMMPS, with the input that the flow shows: each frame once', ['lmp'], async ({ expect }) => {
  using run = rehearse('lammps', (flow) => flow);
  const rest = inputOf('lammps').replace('last index 100000', 'last index 8000');
  // Half way it waits for a file `gate`, or for being asked.
  const [first = '', last = ''] = rest.split(/(?=^run )/m);
  const gated = (file: string, at: number) =>
    `${first}variable now equal step\nif "\${now} < ${at}" then "run ${at} upto"\nvariable open equal is_file(gate)\nlabel wait\nif "\${open} == 0 && \${asked} == 0" then "shell sleep 0.1" "jump ${file} wait"\n${last}`;
  const box =
    'units lj\natom_style atomic\nlattice fcc 0.84\nregion box block 0 6 0 6 0 6\ncreate_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\nvelocity all create 2.0 4711\n';
  const forces = 'pair_style lj/cut 2.5\npair_coeff 1 1 1.0 1.0 2.5\nfix move all nve\nthermo 500\n';
  writeFileSync(join(run.folder, 'in.begin'), `${box}${forces}${gated('in.begin', 3100)}`);
  writeFileSync(join(run.folder, 'in.again'), `read_restart \${from}\n${forces}${gated('in.again', 5100)}`);
  const isAt = (step: number) => () => run.read('log.lammps').includes(`\n ${String(step).padStart(7)} `);
  expect(await run.limited(1, isAt(3100)), run.log()).toBe(75);
  expect(await run.limited(2, isAt(5100)), run.log()).toBe(75);
  writeFileSync(join(run.folder, 'gate'), '');
  expect(await run.start(atTheLimit), run.log()).toBe(0);
  expect(run.outcomes(), run.log()).toEqual(['saved', 'saved', 'done']);
  const frames = run.read('frames.lammpstrj').match(/(?<=TIMESTEP\n)\d+/g);
  expect(frames).toEqual(Array.from({ length: 9 }, (_, i) => String(i * 1000)));
});
