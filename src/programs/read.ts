import schema from '../../specs/program.schema.json' with { type: 'json' };
import { programs } from '../diagnostics/programs.ts';
import { type JsonKind, readJson } from '../json/read.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { KnownProgram } from '../model/known-program.ts';
import type { Source } from '../model/span.ts';
import validate from './record.schema';

/** A program's record from its text, or all that is wrong with it, each at its place. Never throws. */
export function readRecord(source: Source): { value?: KnownProgram; diagnostics: Diagnostic[] } {
  return readJson<KnownProgram>(source, KIND);
}

const KIND: JsonKind = {
  mistakes: programs,
  schema,
  validate,
  called: "a program's record",
  examples: {
    format: '"format": 1',
    name: '"name": "…"',
    title: '"title": "…"',
    checkpoint: '"checkpoint": { "files": ["…"], … }',
    continues: '"continues": "same" (or "again", if the flow needs another command to continue)',
    facts: '"facts": []',
    traps: '"traps": []',
    example: '"example": { "input": [], "run": "…" }',
    says: '"says": "…"',
    source: '"source": "…"',
    type: '"type": "name" (or "path", or "count")',
    about: '"about": "…"',
    input: '"input": []',
    run: '"run": "…"',
  },
  defined: {
    name: 'a name of letters, digits, `_` and `-` that begins with a letter',
    called: 'a name of letters, digits, `_`, `.` and `-` that begins with a letter',
    line: 'a text on one line',
    lines: 'a list of texts',
    count: 'a whole number, 1 or more',
    duration: 'a time with its unit, such as "90s"',
  },
};
