import { dirname, join, relative, resolve } from 'node:path';
import project from '../../package.json' with { type: 'json' };
import { diagnose } from '../diagnostics/define.ts';
import { readOutput } from '../host/files.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { findings } from './findings.ts';
import { isInRange } from './range.ts';

/** The file with which a repository says which versions of crc may compile its flows: one line, a range as npm writes it. */
const FILE = '.crflow-version';

/** What such a file asks for. */
interface Required {
  readonly file: string;
  readonly range: string;
}

const known = new Map<string, Required | undefined>();

/** Why this crc may not read a flow: the nearest `.crflow-version` in its folder or above asks for another version. */
export function wrongVersion(flow: string): Diagnostic | undefined {
  const required = requiredFor(resolve(flow === '-' ? '.' : dirname(flow)));
  if (required === undefined) return undefined;
  const { file, range } = required;
  const fits = isInRange(project.version, range);
  if (fits === undefined) return diagnose(findings.badVersion, { range }, { file });
  if (fits) return undefined;
  return diagnose(findings.otherVersion, { range, version: project.version }, { file });
}

function requiredFor(folder: string): Required | undefined {
  if (known.has(folder)) return known.get(folder);
  const file = join(folder, FILE);
  const read = readOutput(file);
  const above = dirname(folder);
  const found =
    read !== undefined
      ? { file: relative('.', file), range: 'text' in read ? read.text.trim() : '' }
      : above === folder
        ? undefined
        : requiredFor(above);
  known.set(folder, found);
  return found;
}
