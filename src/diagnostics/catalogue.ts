import { allow } from './allow.ts';
import { containers } from './containers.ts';
import type { DiagnosticKind } from './define.ts';
import { engines } from './engines.ts';
import { images } from './images.ts';
import { includes } from './includes.ts';
import { limits } from './limits.ts';
import { mana } from './mana.ts';
import { names } from './names.ts';
import { outputs } from './outputs.ts';
import { ownFiles } from './own-files.ts';
import { programs } from './programs.ts';
import { rules } from './rules.ts';
import { run } from './run.ts';
import { siteRules } from './site-rules.ts';
import { sites } from './sites.ts';
import { syntax } from './syntax.ts';
import { units } from './units.ts';
import { values } from './values.ts';

/**
 * Every code of the front end, in order: for the reference, and for the tests that compare each with its cases.
 * 900 to 999 belong to the tools (verification, ShellCheck, files): a separate family, also made with `defineDiagnostics`.
 */
export const catalogue: readonly DiagnosticKind<never>[] = [
  syntax,
  names,
  includes,
  values,
  units,
  rules,
  sites,
  siteRules,
  limits,
  containers,
  run,
  outputs,
  images,
  engines,
  programs,
  mana,
  allow,
  ownFiles,
].flatMap((family) => Object.values<DiagnosticKind<never>>(family));
