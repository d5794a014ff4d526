import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Source } from '../../src/model/span.ts';
import { type CompileInputs, compile } from './compile.ts';

/**
 * Every folder of specs/cases is a source and what each stage makes of it. Beside it can stand other `.crflow` files,
 * for it to include, site profiles `*.site.json`, records of programs `*.program.json`, and set.json with what --set gives.
 */
export const CASES = fileURLToPath(new URL('../../specs/cases', import.meta.url));
export const SOURCE = 'flow.crflow';
export const SET = 'set.json';

/** The names of all cases. */
export const cases: readonly string[] = readdirSync(CASES, { withFileTypes: true }).flatMap((one) =>
  one.isDirectory() ? [one.name] : [],
);

/** What a case is made of. */
export interface Case {
  readonly source: Source;
  readonly given: CompileInputs;
}

/** @param edit what becomes of a file's text before it is used */
export function readCase(name: string, edit = (_file: string, text: string) => text): Case {
  const folder = join(CASES, name);
  const text = (file: string) => edit(file, readFileSync(join(folder, file), 'utf8'));
  const files = readdirSync(folder);
  const settings = files.includes(SET) ? (JSON.parse(text(SET)) as Record<string, string>) : {};
  const include: CompileInputs['include'] = (path) => {
    const file = path.replace(/^\.\//, '');
    return files.includes(file)
      ? { source: { name: file, text: text(file) }, id: file }
      : { why: 'there is no such file' };
  };
  return {
    source: { name: SOURCE, text: text(SOURCE) },
    given: {
      ...{ settings: new Map(Object.entries(settings)), include },
      readInput: (file) => (files.includes(file) ? text(file) : undefined),
    },
  };
}

/** The codes that a case is shown, in order. */
export const codesOf = ({ source, given }: Case): string[] =>
  compile(source, given).diagnostics.map(({ code }) => code);
