import { jobScript } from '../targets/slurm/emit.ts';
import { check } from './check/check.ts';
import { sortDiagnostics } from './diagnostics/define.ts';
import type { Artifact } from './model/artifact.ts';
import type { Diagnostic } from './model/diagnostic.ts';
import type { Plan } from './model/plan.ts';
import type { Source } from './model/span.ts';
import { plan } from './plan/plan.ts';
import { parse } from './syntax/parse.ts';

/** One workflow of a source, all the way down. */
export interface Flow {
  readonly plan: Plan;
  readonly script: Artifact;
}

/**
 * The spine of crflow: text -> AST -> model -> plan -> artifacts. Pure: the same source gives the same answer.
 * A source with an error has diagnostics and no flows; warnings do not stop anything.
 */
export function compile(source: Source): { flows: readonly Flow[]; diagnostics: readonly Diagnostic[] } {
  const { file, diagnostics: broken } = parse(source);
  const { workflows, diagnostics: wrong } = check(file, source);
  const diagnostics = sortDiagnostics([...broken, ...wrong]);
  if (diagnostics.some((one) => one.severity === 'error')) return { flows: [], diagnostics };
  const name = baseName(source.name);
  const flows = workflows.map((workflow) => {
    const decided = plan(workflow, source);
    return { plan: decided, script: jobScript(decided, name) };
  });
  return { flows, diagnostics };
}

/** A source's name without its folders: output must not depend on where a repository was checked out. */
const baseName = (name: string) => (name === '-' ? 'standard input' : name.replace(/^.*[/\\]/, ''));
