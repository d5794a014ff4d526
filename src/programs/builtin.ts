import cp2k from '../../programs/cp2k.json' with { type: 'json' };
import gromacs from '../../programs/gromacs.json' with { type: 'json' };
import lammps from '../../programs/lammps.json' with { type: 'json' };
import namd from '../../programs/namd.json' with { type: 'json' };
import openfoam from '../../programs/openfoam.json' with { type: 'json' };
import pytorch from '../../programs/pytorch.json' with { type: 'json' };
import espresso from '../../programs/quantum-espresso.json' with { type: 'json' };
import stopFile from '../../programs/stop-file.json' with { type: 'json' };
import vasp from '../../programs/vasp.json' with { type: 'json' };
import type { KnownProgram } from '../model/known-program.ts';

/** The programs that crc knows, by name; a test holds each against the schema. */
export const builtin: ReadonlyMap<string, KnownProgram> = new Map(
  ([cp2k, gromacs, lammps, namd, openfoam, pytorch, espresso, stopFile, vasp] as KnownProgram[]).map(
    (one) => [one.name, one],
  ),
);

/** Those of that name, or called so. */
export const programNamed = (name: string): KnownProgram | undefined =>
  builtin.get(name) ?? [...builtin.values()].find(({ called }) => called?.includes(name));
