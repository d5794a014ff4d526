import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { whereSlurmIs } from './slurm-available.ts';

/** A set of DMTCP's commands that tests can use. */
export interface Dmtcp {
  /** For the names of tests: `DMTCP 4.1.1`, or `stand-in`. */
  readonly name: string;
  /** The folder with dmtcp_coordinator, dmtcp_launch, dmtcp_restart and dmtcp_command. */
  readonly bin: string;
  readonly real: boolean;
}

export const standIn: Dmtcp = {
  name: 'stand-in',
  bin: resolve(import.meta.dirname, '../../standin/bin'),
  real: false,
};

const places = placesToLook();
const real = places.map(realDmtcpIn).find((found) => found !== null);

/** Every implementation that this machine has, for `describe.each`. The stand-in is always among them. */
export const dmtcpImplementations: readonly Dmtcp[] = real ? [standIn, real] : [standIn];

/** Why tests of the real DMTCP are skipped; null where there is one. */
export const whyNoRealDmtcp: string | null = real
  ? null
  : process.env['CRFLOW_DMTCP_PREFIX']
    ? 'no DMTCP under $CRFLOW_DMTCP_PREFIX/bin or on PATH'
    : 'no DMTCP on PATH, and CRFLOW_DMTCP_PREFIX is not set';

/** One sentence for the output of the tests: what they ran against, and what not. */
export const dmtcpSentence: string = real
  ? `Ran against the stand-in and ${real.name} (${real.bin}).`
  : `Ran against the stand-in only: ${whyNoRealDmtcp}.`;

/** The best there is for a test that needs one: the real DMTCP, else the stand-in. */
export function dmtcpUnderTest(): Dmtcp {
  return real ?? standIn;
}

/** The environment for a process that uses `dmtcp`: its commands first on PATH, no settings of DMTCP from outside. */
export function dmtcpEnvironment(dmtcp: Dmtcp, more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('DMTCP_'));
  const path = `${dmtcp.bin}${delimiter}${process.env['PATH'] ?? ''}`;
  return { ...Object.fromEntries(ours), PATH: path, DMTCP_STANDIN_NODE: process.execPath, ...more };
}

function placesToLook(): string[] {
  const prefix = process.env['CRFLOW_DMTCP_PREFIX'];
  const path = (process.env['PATH'] ?? '').split(delimiter);
  const launch = path.find((folder) => folder !== '' && isExecutable(join(folder, 'dmtcp_launch')));
  return [...(prefix ? [join(prefix, 'bin')] : []), launch ?? ''];
}

/** The real DMTCP in a folder, or null; the stand-in says of itself that it is one, should it be on PATH. */
export function realDmtcpIn(bin: string): Dmtcp | null {
  const launch = join(bin, 'dmtcp_launch');
  if (bin === '' || !isExecutable(launch)) return null;
  try {
    const said = execFileSync(...whereSlurmIs(launch, ['--version']), { encoding: 'utf8', timeout: 10_000 });
    const version = /\(DMTCP\) (\S+)/.exec(said)?.[1];
    return version && !said.includes('stand-in') ? { name: `DMTCP ${version}`, bin, real: true } : null;
  } catch {
    return null;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
