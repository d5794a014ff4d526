import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { word } from '../../emit/shell-text.ts';
import { type Answer, ask } from '../../host/ask.ts';

/** Where a command is, as the job would find it here. */
export function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => isAllowed(path, constants.X_OK) && statSync(path).isFile());
}

/** May this user access it? `mode`: as for access(2). */
export function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** Runs a script in bash after loading a flow's modules: in a login shell, because only that has `module`; without modules, with the current PATH. */
export function askBash(
  load: readonly string[],
  script: string,
  limit: number,
  cwd?: string,
): Promise<Answer> {
  const loading = load.map((module) => `module load ${word(module).text} || exit 1\n`).join('');
  return ask('bash', [load.length > 0 ? '-lc' : '-c', `${loading}${script}`], limit, cwd);
}
