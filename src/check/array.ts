import { values } from '../diagnostics/values.ts';
import type { Value } from '../model/ast.ts';
import { type Context, spanInside, type Target, textOf } from './context.ts';
import { wrongType } from './type.ts';

/** The largest index that Slurm can be configured to take. */
const LARGEST_INDEX = 4_000_000;

/** `0-9%4`: indices and ranges with commas, a range with a step, and how many may run at once. */
export function array(value: Value, target: Target, context: Context): string | undefined {
  if (value.kind !== 'string') return wrongType(value, target, context);
  const text = textOf(value);
  const [, list = '', most] = /^([^%]*)(?:%(.*))?$/s.exec(text) ?? [];
  let from = 0;
  const wrong = list.split(',').flatMap((part) => {
    const at = spanInside(value, from, from + part.length);
    from += part.length + 1;
    const why = whyNoRange(part);
    return why === undefined ? [] : [{ at, why }];
  })[0];
  if (wrong !== undefined)
    context.report(values.arrayRange, text === '' ? value.span : wrong.at, { why: wrong.why });
  else if (most !== undefined && !/^0*[1-9]\d{0,6}$/.test(most))
    context.report(values.arrayRange, spanInside(value, list.length, text.length), {
      why: 'a whole number, at least 1, follows the `%`: how many tasks run at once',
    });
  else return text;
  return undefined;
}

function whyNoRange(part: string): string | undefined {
  const [, first, last, step] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part) ?? [];
  if (first === undefined)
    return part === ''
      ? 'an index is missing here'
      : 'an item is an index, `7`, a range, `0-9`, or one with a step, `0-9:2`';
  if (last !== undefined && Number(last) < Number(first)) return 'this range ends before it starts';
  if (step !== undefined && Number(step) === 0) return 'a step is at least 1';
  return Math.max(Number(first), Number(last ?? 0)) > LARGEST_INDEX
    ? `no Slurm takes an index of more than ${LARGEST_INDEX}`
    : undefined;
}
