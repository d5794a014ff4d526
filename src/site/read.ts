import schema from '../../specs/site.schema.json' with { type: 'json' };
import { sites } from '../diagnostics/sites.ts';
import { type JsonKind, readJson } from '../json/read.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SiteProfile } from '../model/site.ts';
import type { Source } from '../model/span.ts';
import { withGenericFileSystems } from './builtin.ts';
import validate from './profile.schema';
import { profileOf } from './profile.ts';

/** A profile from its text, or all its mistakes, each with its place. Never throws. */
export function readProfile(source: Source): { profile?: SiteProfile; diagnostics: Diagnostic[] } {
  const { value, diagnostics } = readJson<Readonly<Record<string, unknown>>>(source, KIND);
  return value === undefined
    ? { diagnostics }
    : { profile: withGenericFileSystems(profileOf(value)), diagnostics };
}

const EXAMPLES: Readonly<Record<string, string>> = {
  format: '"format": 1',
  name: '"name": "…"',
  paths: '"paths": ["$SCRATCH"]',
  scope: '"scope": "shared" or "node-local"',
};

const DEFINED: Readonly<Record<string, string>> = {
  name: 'a name of letters, digits, `_`, `.` and `-`',
  source: 'a text',
  path: 'a path that begins with / or with a variable, such as "$SCRATCH"',
  count: 'a whole number, 1 or more',
  duration: 'a time with its unit, such as "30min" or "2h"',
  limit: 'a time with its unit, such as "30min" or "2h", or "unlimited"',
  size: 'a size with its unit, such as "512GiB"',
};
const KIND: JsonKind = {
  mistakes: sites,
  schema,
  validate,
  called: 'a site profile',
  examples: EXAMPLES,
  defined: DEFINED,
};
