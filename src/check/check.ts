import { collect } from '../diagnostics/define.ts';
import { names } from '../diagnostics/names.ts';
import type { FlowFile, Name, WorkflowNode } from '../model/ast.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Workflow } from '../model/flow.ts';
import type { Source } from '../model/span.ts';
import { reportPlanned } from './blocks.ts';
import type { Context } from './context.ts';
import { readWorkflow } from './workflow.ts';

const LONGEST_NAME = 64;

/**
 * Names, types and rules. Returns the workflows in which no error was found (warnings there may be), and all findings
 * in the order of the source. Silent about what the parser has reported: see src/model/ast.ts.
 */
export function check(file: FlowFile, source: Source): { workflows: Workflow[]; diagnostics: Diagnostic[] } {
  const { report, sorted } = collect(source);
  let errors = 0;
  const planned = [...file.planned, ...file.workflows.flatMap(({ entries }) => entries)];
  const declared = new Set(
    planned.flatMap((one) => (one.kind === 'planned' && one.declares ? [one.declares] : [])),
  );
  const context: Context = {
    declared,
    misplaced: new Set(),
    report: (kind, ...rest) => {
      if (kind.severity === 'error') errors += 1;
      report(kind, ...rest);
    },
  };
  for (const one of file.planned) reportPlanned(one, context);
  const named = new Map<string, Name>();
  const workflows = file.workflows.flatMap((node) => {
    const before = errors;
    context.misplaced.clear();
    checkName(node, named, context);
    const workflow = readWorkflow(node, context);
    return workflow !== undefined && errors === before && !node.broken ? [workflow] : [];
  });
  return { workflows, diagnostics: sorted() };
}

function checkName({ name }: WorkflowNode, named: Map<string, Name>, { report }: Context): void {
  if (name === undefined) return;
  const { text, span } = name;
  const first = named.get(text);
  if (text.length > LONGEST_NAME || !/^[A-Za-z][A-Za-z0-9_-]*$/.test(text)) {
    report(names.workflowName, span, { name: text, length: text.length });
  } else if (first === undefined) named.set(text, name);
  else
    report(names.duplicateWorkflow, span, { name: text }, [
      { span: first.span, text: 'first named so here' },
    ]);
}
