import type { DiagnosticKind } from '../diagnostics/define.ts';
import { units } from '../diagnostics/units.ts';
import { values } from '../diagnostics/values.ts';
import type { NumberValue, Value } from '../model/ast.ts';
import type { Bytes, Seconds } from '../model/flow.ts';
import { type DurationMistake, parseDuration } from '../time/duration.ts';
import { parseSize, type SizeMistake } from '../time/size.ts';
import type { Context, Target } from './context.ts';
import { wrongType } from './type.ts';

/** A whole number within the key's bounds. */
export function count(value: Value, target: Target, context: Context): number | undefined {
  if (value.kind !== 'number' || !/^\d+$/.test(value.text)) return wrongType(value, target, context);
  const { key, spec } = target;
  const [number, least, most] = [Number(value.text), spec.least ?? 0, spec.most ?? Number.MAX_SAFE_INTEGER];
  if (number >= least && number <= most) return number;
  context.report(values.outOfRange, value.span, {
    key,
    found: value.text,
    least,
    most,
    why: (number < least ? spec.whyLeast : spec.whyMost) ?? '',
  });
  return undefined;
}

/** A positive number of whole seconds. */
export function duration(value: Value, target: Target, context: Context): Seconds | undefined {
  const { key } = target;
  if (value.kind === 'word' && /^(unlimited|infinite|none)$/i.test(value.text)) {
    context.report(units.timeUnlimited, value.span, { text: value.text, key });
    return undefined;
  }
  if (value.kind !== 'number') return wrongType(value, target, context);
  const result = parseDuration(value.text);
  if (result.ok && result.seconds > 0) return result.seconds;
  if (result.ok) context.report(units.timeZero, value.span, { key });
  else reportDuration(value, result.mistake, { key, example: target.spec.example }, context);
  return undefined;
}

/** A duration, or the word `auto`. */
export function interval(value: Value, target: Target, context: Context): Seconds | 'auto' | undefined {
  return value.kind === 'word' && value.text === 'auto' ? 'auto' : duration(value, target, context);
}

/** What a message names instead of the key, if there is none, and an example. */
interface Asked {
  readonly key: string;
  readonly example: string;
}

/** Says why the text is not a duration. */
export function reportDuration(
  { text, span }: NumberValue,
  mistake: DurationMistake,
  { key, example }: Asked,
  { report }: Context,
): void {
  const say = <P extends object>(kind: DiagnosticKind<P & { text: string }>, rest: P) =>
    report(kind, span, { ...rest, text });
  switch (mistake.kind) {
    case 'no-unit':
      if (mistake.count === 0) report(units.timeZero, span, { key });
      else say(units.timeNoUnit, { count: mistake.count });
      break;
    case 'bare-m':
      say(units.bareM, { count: mistake.count });
      break;
    case 'two-fields':
      say(units.twoFields, { slurm: mistake.slurm, people: mistake.people });
      break;
    case 'day-hours':
      say(units.dayHours, { slurm: mistake.slurm });
      break;
    case 'fraction':
      say(units.timeFraction, { exact: mistake.exact });
      break;
    case 'compound':
      say(units.timeCompound, { total: mistake.total });
      break;
    case 'spelling':
      say(units.timeSpelling, { total: mistake.total });
      break;
    case 'unlimited':
      say(units.timeUnlimited, { key });
      break;
    case 'field':
      say(units.timeField, { field: mistake.field, most: mistake.most });
      break;
    case 'too-long':
      say(units.timeTooLong, {});
      break;
    case 'other':
      say(units.notATime, { key, example: `${key} = ${example}` });
  }
}

/** A positive number of whole bytes. */
export function size(value: Value, target: Target, context: Context): Bytes | undefined {
  if (value.kind !== 'number') return wrongType(value, target, context);
  const { key, spec } = target;
  const result = value.amount === undefined || !/B$/.test(value.text) ? parseSize(value.text) : undefined;
  const bytes = result === undefined ? value.amount : result.ok ? result.bytes : undefined;
  if (bytes !== undefined && bytes > 0) return bytes;
  if (bytes === 0) context.report(units.sizeZero, value.span, { key });
  else if (result?.ok === false) reportSize(value, result.mistake, { key, example: spec.example }, context);
  return undefined;
}

/** Says why the text is not a size. */
export function reportSize(
  { text, span }: NumberValue,
  mistake: SizeMistake,
  { key, example }: Asked,
  { report }: Context,
): void {
  // Zero is zero in any unit.
  if (mistake.kind === 'no-unit' && Number(text) === 0) report(units.sizeZero, span, { key });
  else if (mistake.kind === 'no-unit') report(units.sizeNoUnit, span, { text });
  else if (mistake.kind === 'spelling') report(units.sizeSpelling, span, { text, ...mistake });
  else if (mistake.kind === 'fraction') report(units.sizeFraction, span, { text, exact: mistake.exact });
  else if (mistake.kind === 'too-large') report(units.sizeTooLarge, span, { text });
  else report(units.notASize, span, { text, key, example: `${key} = ${example}` });
}
