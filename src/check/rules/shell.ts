import { values } from '../../diagnostics/values.ts';
import { type Context, spanInside, textOf } from '../context.ts';
import type { Blocks } from '../facts.ts';

/** Shell text that certainly does something else than its author meant. Everything else is ShellCheck's task. */
export function shellRules({ application }: Blocks, { report }: Context): void {
  const run = application?.values.run?.value;
  if (run === undefined) return;
  const found = [...textOf(run).matchAll(/^[ \t]*(#SBATCH\b[^\n]*)/gm)];
  const first = found[0];
  if (first === undefined) return;
  const start = first.index + first[0].length - (first[1] ?? '').length;
  report(values.sbatchLine, spanInside(run, start, first.index + first[0].length), {
    more: found.length - 1,
  });
}
