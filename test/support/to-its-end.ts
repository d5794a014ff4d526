import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Runs a program to its end, and gives what it prints. Unlike execFileSync it lets the tests beside it look at their runs meanwhile.
 * Throws, with what it printed, where its status is not 0.
 */
export async function toItsEnd(
  program: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<string> {
  const { stdout } = await execute(program, args, { ...options, maxBuffer: Number.POSITIVE_INFINITY });
  return stdout;
}
