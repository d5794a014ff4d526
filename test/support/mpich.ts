import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

function runs(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      timeout: 20_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

/** Why tests of MPICH are skipped; null where there is one. Debian's package mpich has these names beside another MPI. */
export const whyNoMpich: string | null = !runs('mpiexec.hydra', '--version').includes('HYDRA')
  ? 'no mpiexec.hydra of MPICH on PATH'
  : runs('mpicc.mpich', '--version') === ''
    ? 'no mpicc.mpich on PATH'
    : null;

/** Compiles a program of test/programs/mpi with MPICH, in a folder and under its name there. */
export function compileMpi(name: 'ring' | 'count', folder: string, as: string = name): void {
  execFileSync('mpicc.mpich', [
    '-O1',
    '-o',
    join(folder, as),
    join(import.meta.dirname, `../programs/mpi/${name}.c`),
  ]);
}

export const compileRing = (folder: string): void => compileMpi('ring', folder);

/** What the ring prints if nothing disturbs it, for as many steps as it has made according to this output. */
export function undisturbed(folder: string, ranks: number, output: string): string {
  const steps = / after (\d+) steps\n$/.exec(output)?.[1] ?? '1';
  try {
    execFileSync('mpiexec.hydra', ['-n', String(ranks), './ring', steps, '0'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    // It ends with status 7.
    if (error instanceof Error && 'stdout' in error) return String(error.stdout);
  }
  return '';
}
