import { values } from '../diagnostics/values.ts';
import { parseArray } from '../language/array.ts';
import type { Value } from '../model/ast.ts';
import { type Context, spanInside, type Target, textOf } from './context.ts';
import { wrongType } from './type.ts';

/** `0-9%4`, in sbatch's syntax. */
export function array(value: Value, target: Target, context: Context): string | undefined {
  if (value.kind !== 'string') return wrongType(value, target, context);
  const text = textOf(value);
  const range = parseArray(text);
  if (!('why' in range)) return text;
  const at = text === '' ? value.span : spanInside(value, range.from, range.to);
  context.report(values.arrayRange, at, { why: range.why });
  return undefined;
}
