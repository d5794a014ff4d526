import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Makes test/programs/tears.c into a library in `folder`: it kills a program in the middle of a save, once there is a file `tear` where
 * the program works.
 */
export function tearing(folder: string) {
  const library = join(folder, 'tears.so');
  const source = join(import.meta.dirname, '../programs/tears.c');
  execFileSync('gcc', ['-O1', '-shared', '-fPIC', '-o', library, source, '-ldl']);
  return {
    /**
     * Edits a flow whose ranks srun starts: the rank that writes to a file like `pattern` dies at its byte `at`.
     * @param pattern as fnmatch reads it, for the whole path
     */
    during: (pattern: string, at: number) => (flow: string) =>
      flow.replaceAll(
        /\bsrun (\\?"\\?\$CRFLOW_RANK\\?" |(?=gmx_mpi|python))/g,
        (_, rank: string) =>
          `srun ${rank}env 'LD_PRELOAD=${library}' TEAR_WHEN=tear 'TEAR_FILE=${pattern}' TEAR_AT=${at} `,
      ),
  };
}
