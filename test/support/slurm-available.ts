import { accessSync, constants, lstatSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a test cluster needs on this machine. */
const TOOLS = [
  'munged',
  'slurmctld',
  'slurmd',
  'sbatch',
  'scontrol',
  'squeue',
  'srun',
  'scancel',
  'sinfo',
  'bash',
] as const;

export type Tool = (typeof TOOLS)[number];

const { PATH = '' } = process.env;

/** The root of another system, whose Slurm the tests use instead of this machine's: what debootstrap makes. */
const ROOT = process.env['CRFLOW_TEST_SLURM_ROOT'];
const ENTER = fileURLToPath(new URL('slurm-root.sh', import.meta.url));

/** The caller's search path with the system folders added: daemons live in sbin, which few users search. */
export const SEARCH_PATH = [
  ...PATH.split(delimiter).filter((folder) => folder.startsWith('/')),
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
].filter((folder, at, all) => all.indexOf(folder) === at);

/** The command as it is run where Slurm is: in a mount namespace with the other system's programs, if one is named. */
export function whereSlurmIs(command: string, args: readonly string[]): [string, string[]] {
  if (ROOT === undefined || command === process.execPath) return [command, [...args]];
  return ['unshare', ['--mount', 'sh', ENTER, ROOT, process.execPath, command, ...args]];
}

/** The full path of a tool, or undefined where it is not installed. */
export function findTool(tool: Tool): string | undefined {
  return SEARCH_PATH.map((folder) => join(folder, tool)).find((path) => {
    try {
      // Debian's are links to /etc/alternatives, which lead nowhere from outside.
      if (ROOT === undefined) accessSync(path, constants.X_OK);
      else lstatSync(join(ROOT, path));
      return true;
    } catch {
      return false;
    }
  });
}

/** Can a test cluster be started here? The reason is a sentence for a human. */
export function slurmAvailable(): { readonly ok: true } | { readonly ok: false; readonly reason: string } {
  if (process.platform !== 'linux')
    return { ok: false, reason: `Slurm needs Linux, this is ${process.platform}` };
  const missing = TOOLS.filter((tool) => findTool(tool) === undefined);
  if (missing.length > 0) {
    return { ok: false, reason: `not installed: ${missing.join(', ')} (apt-get install slurm-wlm munge)` };
  }
  if (process.getuid?.() !== 0) return { ok: false, reason: "Slurm's daemons must be started as root" };
  return { ok: true };
}
