import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../host/run.ts';

/** The DMTCP that a rehearsal uses. */
export interface ChosenDmtcp {
  /** For the screen: `DMTCP 4.1.1`, or that it is a stand-in. */
  readonly title: string;
  readonly real: boolean;
  /** The folder with its commands. */
  readonly bin: string;
}

/** The DMTCP of this machine (below $CRFLOW_DMTCP_PREFIX, or on PATH), else the stand-in; undefined if that did not come with this crc. */
export async function chooseDmtcp(): Promise<ChosenDmtcp | undefined> {
  const { CRFLOW_DMTCP_PREFIX: prefix, PATH = '' } = process.env;
  const places = [...(prefix ? [join(prefix, 'bin')] : []), ...PATH.split(delimiter)];
  const bin = places.find((folder) => folder !== '' && isProgram(join(folder, 'dmtcp_launch')));
  if (bin !== undefined) {
    const { status, stdout } = await run(join(bin, 'dmtcp_launch'), ['--version'], { timeout: 10_000 });
    const version = /\(DMTCP\) (\S+)/.exec(stdout)?.[1];
    if (status === 0 && version !== undefined && !stdout.includes('stand-in'))
      return { title: `DMTCP ${version} (${bin})`, real: true, bin };
  }
  const standIn = placeOfStandIn();
  return standIn === undefined
    ? undefined
    : { title: 'a stand-in for DMTCP, because this machine has none', real: false, bin: standIn };
}

/** Beside the bundle, or in the sources. */
function placeOfStandIn(): string | undefined {
  const here = dirname(
    import.meta.url.startsWith('file:') ? fileURLToPath(import.meta.url) : import.meta.url,
  );
  return ['standin/bin', '../../../standin/bin']
    .map((one) => join(here, one))
    .find((one) => existsSync(join(one, 'dmtcp_launch')));
}

/** The path of a program on PATH. */
export const programOnPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
