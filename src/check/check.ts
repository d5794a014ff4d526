import { containers } from '../diagnostics/containers.ts';
import { collect, diagnose, type Report } from '../diagnostics/define.ts';
import { names } from '../diagnostics/names.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { syntax } from '../diagnostics/syntax.ts';
import { isWorkflowName } from '../language/names.ts';
import type { Name, WorkflowNode } from '../model/ast.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Workflow } from '../model/flow.ts';
import type { Module, Settings } from '../model/program.ts';
import type { SiteProfile } from '../model/site.ts';
import type { Source } from '../model/span.ts';
import { textOf } from '../model/text.ts';
import type { Records } from '../programs/choose.ts';
import { reportClause } from './blocks.ts';
import type { Context } from './context.ts';
import { shownImage } from './image-name.ts';
import { Declarations } from './scope.ts';
import { readWorkflow } from './workflow.ts';

/** What the checker returns for a program. */
export interface Checked {
  /** The workflows without errors (they may have warnings), each with the file that contains it. */
  readonly workflows: readonly { readonly workflow: Workflow; readonly source: Source }[];
  /** Findings, grouped by source and in the order of that source; findings about no file come first. */
  readonly findings: readonly { readonly source: Source; readonly diagnostics: readonly Diagnostic[] }[];
}

/** A site about which nothing is known. */
const UNKNOWN: SiteProfile = {
  name: '',
  complete: [],
  needs: [],
  partitions: [],
  qos: [],
  nodes: [],
  runtimes: [],
  fileSystems: [],
  slurm: {},
};

/**
 * Checks names, types and rules of all files of a program, of which the first is the one named by the user, with the values of `--set`.
 * `isTaken` knows the shell variables that a job of the target uses itself; `site` is the cluster it is for,
 * `runtime` says what a container runtime can express; `program` finds the record of a program, `input` reads a file beside the first file.
 * Silent about what the parser has reported: see src/model/ast.ts.
 */
export function checkProgram(
  modules: readonly Module[],
  settings: Settings,
  isTaken: Context['isTaken'] = () => false,
  site: SiteProfile = UNKNOWN,
  runtime: Context['runtime'] = () => undefined,
  program: Records['find'] = () => 'unknown',
  input: (file: string, from: string) => string | undefined = () => undefined,
): Checked {
  const [root] = modules;
  if (root === undefined) return { workflows: [], findings: [] };
  const declarations = new Declarations(root, settings);
  const files = modules.map((module) => ({
    module,
    ...contextOf(module, declarations, {
      isTaken,
      site,
      runtime,
      program: (named) => program(named, module.source.name),
      input: (file) => input(file, root.source.name),
    }),
  }));
  // Included files are declared before the files that include them, so that of two equal names the nearer one is reported.
  for (const { module, context } of files.toReversed()) declarations.addFile(module, context);
  const recipes = new Map<string, { name: string; recipe: string }>();
  const named = new Map<string, { name: Name; source: Source }>();
  const workflows = files.flatMap(({ module, context, errors }) => {
    for (const one of module.file.clauses) reportClause(one, 'the top of a file', context);
    return module.file.workflows.flatMap((node) => {
      const before = errors();
      context.misplaced.clear();
      checkName(node, module.source, named, context);
      const workflow = readWorkflow(node, context, (lets, inside) =>
        declarations.scopeInside(module, lets, inside),
      );
      if (workflow !== undefined && errors() === before) checkRecipesAgree(workflow, node, recipes, context);
      const fine = workflow !== undefined && errors() === before && !node.broken;
      return fine ? [{ workflow, source: module.source }] : [];
    });
  });
  declarations.evaluateAll();
  if (!modules.some(({ file }) => file.broken)) {
    if (!modules.some(({ file }) => file.workflows.length > 0)) noWorkflow(root, files[0]?.context);
    else declarations.reportUnused();
  }
  const commandLine = declarations.unknownSettings().map(({ name, isLet, known, param }) => {
    const nearest = suggest(
      name,
      known.map((one) => ({ name: one })),
    );
    return diagnose(names.unknownSetting, { name, nearest, isLet, known, param });
  });
  const findings = [
    { source: { name: '--set', text: '' }, diagnostics: commandLine },
    ...declarations.commandLine,
    ...files.map(({ module, sorted }) => ({ source: module.source, diagnostics: sorted() })),
  ].filter(({ diagnostics }) => diagnostics.length > 0);
  return { workflows, findings };
}

function contextOf(
  module: Module,
  declarations: Declarations,
  given: Pick<Context, 'isTaken' | 'site' | 'runtime' | 'program' | 'input'>,
) {
  const { report, sorted } = collect(module.source);
  let errors = 0;
  const counting: Report = (kind, ...rest) => {
    if (kind.severity === 'error') errors += 1;
    report(kind, ...rest);
  };
  const context: Context = {
    scope: declarations.scopeOf(module),
    misplaced: new Set(),
    ...given,
    report: counting,
  };
  return { context, sorted, errors: () => errors };
}

/** Two workflows may share an image and both contain its recipe, but the recipes must be the same. */
function checkRecipesAgree(
  { name, container, image }: Workflow,
  node: WorkflowNode,
  recipes: Map<string, { name: string; recipe: string }>,
  { report }: Context,
): void {
  if (container === undefined || image === undefined || node.name === undefined) return;
  const key = JSON.stringify(container.image);
  const recipe = JSON.stringify(image, (_, value) => (value?.kind === 'string' ? textOf(value) : value));
  const first = recipes.get(key);
  if (first === undefined) recipes.set(key, { name, recipe });
  else if (first.recipe !== recipe)
    report(containers.twoRecipes, node.name.span, { image: shownImage(container.image), other: first.name });
}

function noWorkflow({ file }: Module, context: Context | undefined): void {
  const { end, clauses, declarations, includes } = file;
  // The files that include it use what it declares and includes.
  const isShared = declarations.length > 0 || includes.length > 0;
  if (clauses.length === 0 && !isShared)
    context?.report(syntax.noWorkflow, { start: end, end }, { empty: false });
}

function checkName(
  { name }: WorkflowNode,
  source: Source,
  named: Map<string, { name: Name; source: Source }>,
  { report }: Context,
): void {
  if (name === undefined) return;
  const { text, span } = name;
  const first = named.get(text);
  if (!isWorkflowName(text)) {
    report(names.workflowName, span, { name: text, length: text.length });
  } else if (first === undefined) named.set(text, { name, source });
  else {
    const same = first.source === source;
    const other = same ? {} : { source: first.source };
    const related = [{ span: first.name.span, text: 'first used here', ...other }];
    report(names.duplicateWorkflow, span, { name: text }, related);
  }
}
