import { checkProgram } from '../../src/check/check.ts';
import type { FlowFile } from '../../src/model/ast.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import type { Workflow } from '../../src/model/flow.ts';
import type { Settings } from '../../src/model/program.ts';
import type { Source } from '../../src/model/span.ts';

/** Checks one file by itself, for no site in particular. */
export function check(
  file: FlowFile,
  source: Source,
  settings: Settings = new Map(),
): { workflows: Workflow[]; diagnostics: Diagnostic[] } {
  const { workflows, findings } = checkProgram([{ source, file, includes: [] }], settings);
  return {
    workflows: workflows.map(({ workflow }) => workflow),
    diagnostics: findings.flatMap(({ diagnostics }) => diagnostics),
  };
}
