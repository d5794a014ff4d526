import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** The folder of a MANA, from outside of the project: its `bin` has mana_launch. */
const prefix = process.env['CRFLOW_MANA_PREFIX'] ?? '';

/** Why tests of MANA are skipped; null where there is one. */
export const whyNoMana: string | null =
  prefix === ''
    ? 'CRFLOW_MANA_PREFIX is not set'
    : isThere()
      ? null
      : `no MANA in ${prefix} (CRFLOW_MANA_PREFIX)`;

function isThere(): boolean {
  try {
    for (const part of ['bin/mana_launch', 'bin/lower-half', 'lib/dmtcp/libmana.so'])
      accessSync(join(prefix, part), constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folder of its commands, for the PATH of a job. */
export const manaBin: string = join(prefix, 'bin');
