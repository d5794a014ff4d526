import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { flowFor } from '../../src/cli/init-for.ts';
import type { KnownProgram } from '../../src/model/known-program.ts';
import { builtin } from '../../src/programs/builtin.ts';

/** The inputs of real programs, small ones. */
export const programs = join(import.meta.dirname, '../programs');

/** Those of these commands that are not here. */
export const lacking = (...names: string[]): string[] =>
  names.filter((name) => spawnSync('bash', ['-c', 'command -v "$0"', name]).status !== 0);

export const recordOf = (name: string) => builtin.get(name) as KnownProgram;

/** The flow that `crc init --for` writes, for the tests' workflow, edited; each edit has to change it, or it is for nothing. */
export function flowOf(name: string, edit: (flow: string) => string): string {
  return edit(flowFor('count', recordOf(name)));
}

/** The lines of a program's input that its flow shows in a comment. */
export const inputOf = (name: string): string =>
  recordOf(name)
    .example.input.filter((line) => line.startsWith('  '))
    .map((line) => `${line.slice(2)}\n`)
    .join('');

/** Of each step in a .ener file of CP2K the conserved energy, in hartree: steps after the last restart file are there twice, and the last counts. */
export const energiesIn = (ener: string): Map<number, number> =>
  new Map(
    ener.match(/^ +\d+ .*/gm)?.map((line) => {
      const [step = '', , , , , conserved] = line.trim().split(/ +/);
      return [Number(step), Number(conserved)];
    }),
  );

/** LAMMPS: how an input begins that makes 864 atoms. */
export const lammpsAtoms =
  'units lj\natom_style atomic\nlattice fcc 0.84\nregion box block 0 6 0 6 0 6\ncreate_box 1 box\ncreate_atoms 1 box\nmass 1 1.0\nvelocity all create 2.0 4711\n';
/** What moves them; it is not in a restart file. */
export const lammpsForces = 'pair_style lj/cut 2.5\npair_coeff 1 1 1.0 1.0 2.5\nfix move all nve\n';
