import { names } from '../diagnostics/names.ts';
import { nearestName } from '../diagnostics/suggest.ts';
import { values } from '../diagnostics/values.ts';
import { ownerOf } from '../language/vocabulary/index.ts';
import type { Calculation, NumberValue, Value, WordValue } from '../model/ast.ts';
import type { Span } from '../model/span.ts';
import { describeDuration, LONGEST, parseDuration } from '../time/duration.ts';
import { describeSize, LARGEST, parseSize } from '../time/size.ts';
import { asValue, type Constant, describeConstant, isDecimal, truthOf } from './constant.ts';
import type { Context } from './context.ts';
import { fillIn } from './insert.ts';
import { minusIn } from './meant.ts';
import { reportDuration, reportSize } from './quantities.ts';

/** What a value evaluates to, without its key; undefined after a report, now or earlier. */
export function evaluate(value: Value, context: Context): Constant | undefined {
  switch (value.kind) {
    case 'number':
      // A number with decimals is text, inserted as written.
      if (isDecimal(value.text)) return { type: 'String', pieces: [{ text: value.text, escaped: true }] };
      return literal(value, context, 'alone');
    case 'word':
      return named(value, context);
    case 'calculation':
      return calculate(value, context);
    case 'string': {
      const filled = fillIn(value, context);
      return (
        filled && { type: 'String', pieces: filled.segments.map(({ text, escaped }) => ({ text, escaped })) }
      );
    }
    case 'list':
      context.report(values.namedList, value.span, undefined);
      return undefined;
    case 'missing':
      return undefined;
  }
}

/**
 * A key's value with names and calculations evaluated, as if the result had been written there. A word that is not a name
 * remains a word, because many keys take words.
 */
export function resolve(value: Value, context: Context): Value {
  const missing: Value = { kind: 'missing', span: value.span };
  if (value.kind === 'list') return { ...value, items: value.items.map((item) => resolve(item, context)) };
  if (value.kind === 'calculation') {
    const constant = calculate(value, context);
    return constant === undefined ? missing : asValue(constant, value.span);
  }
  const found = value.kind === 'word' ? context.scope.find(value.text) : undefined;
  if (found === 'broken') return missing;
  return found === undefined ? value : asValue(found, value.span);
}

function named({ text, span }: WordValue, context: Context): Constant | undefined {
  const { report, scope } = context;
  if (text === 'yes' || text === 'no') return { type: 'Bool', value: text === 'yes' };
  const found = scope.find(text);
  if (found === 'broken') return undefined;
  if (found === undefined) {
    const meant = nearestName(text, scope.names());
    const minus = minusIn(text, context);
    const isKey = ownerOf(text) !== undefined;
    report(names.unknownName, span, {
      name: text,
      nearest: meant?.name,
      isSure: meant?.sure,
      isKey,
      truth: truthOf(text),
      minus,
    });
  }
  return found;
}

/** A number of any type. Reports what is not a number, or has a unit that can be misread, as a key would. */
function literal(value: NumberValue, context: Context, where: 'alone' | 'calculation'): Constant | undefined {
  const { text, span } = value;
  if (/^\d+$/.test(text)) return whole('Int', Number(text), span, context);
  const duration = parseDuration(text);
  if (duration.ok) return { type: 'Duration', value: duration.seconds };
  const size = parseSize(text);
  if (size.ok) return { type: 'Size', value: size.bytes };
  if (isDecimal(text)) {
    context.report(values.notANumber, span, { text, kind: 'decimal' });
    return undefined;
  }
  const target = { key: 'this', example: '10min' };
  const isMinutes = duration.mistake.kind === 'bare-m';
  const isSize =
    !isMinutes && size.mistake.kind !== 'other' && !(size.mistake.kind === 'fraction' && !size.mistake.exact);
  if (isSize) reportSize(value, size.mistake, { key: 'this', example: '4GiB' }, context);
  else if (duration.mistake.kind === 'other') context.report(values.notANumber, span, { text, kind: where });
  else reportDuration(value, duration.mistake, target, context);
  return undefined;
}

/** An operand of a calculation; text with decimals is not one. */
const operandOf = (value: Value, context: Context) =>
  value.kind === 'number' ? literal(value, context, 'calculation') : evaluate(value, context);

function calculate({ first, rest }: Calculation, context: Context): Constant | undefined {
  let sum = operandOf(first, context);
  let end = first.span.end;
  for (const { operator, operand } of rest) {
    const right = operandOf(operand, context);
    end = operand.span.end;
    // Every operand is checked, even after a wrong one.
    const at = { start: first.span.start, end };
    sum = sum && right && apply(operator, sum, right, { at, right: operand.span }, context);
  }
  return sum;
}

type Numeric = Extract<Constant, { value: number }>;

interface Places {
  readonly at: Span;
  readonly right: Span;
}

function apply(
  operator: '+' | '-' | '*' | '/',
  left: Constant,
  right: Constant,
  places: Places,
  context: Context,
): Constant | undefined {
  const type = isNumeric(left) && isNumeric(right) ? resultType(operator, left, right) : undefined;
  if (type === undefined || !isNumeric(left) || !isNumeric(right)) {
    const [a, b] = [describeConstant(left), describeConstant(right)];
    context.report(values.unitsDoNotFit, places.at, {
      operator,
      left: a,
      right: b,
      hint: hintFor(left, right),
    });
    return undefined;
  }
  if (operator === '/') return divide(type, left.value, right.value, places, context);
  const value = {
    '+': left.value + right.value,
    '-': left.value - right.value,
    '*': left.value * right.value,
  };
  return whole(type, value[operator], places.at, context);
}

function isNumeric(one: Constant): one is Numeric {
  return one.type === 'Int' || one.type === 'Duration' || one.type === 'Size';
}

/** 2h + 1h, 3 * 2h, 2h / 4, 2h / 1h: nothing else makes sense. */
function resultType(operator: string, left: Numeric, right: Numeric): Numeric['type'] | undefined {
  if (operator === '+' || operator === '-') return left.type === right.type ? left.type : undefined;
  if (right.type === 'Int') return left.type;
  if (operator === '*') return left.type === 'Int' ? right.type : undefined;
  return left.type === right.type ? 'Int' : undefined;
}

function hintFor(left: Constant, right: Constant): string | undefined {
  const bare = left.type === 'Int' ? left : right.type === 'Int' ? right : undefined;
  const unit = [left.type, right.type].includes('Size') ? 'MiB' : 'min';
  if (bare === undefined || [left.type, right.type].some((type) => type === 'String' || type === 'Bool'))
    return undefined;
  return `${bare.value} has no unit: write, for instance, \`${bare.value}${unit}\``;
}

function divide(
  type: Numeric['type'],
  left: number,
  right: number,
  { at, right: divisor }: Places,
  context: Context,
): Constant | undefined {
  if (right === 0) context.report(values.divisionByZero, divisor, undefined);
  else if (left % right !== 0) {
    const down = Math.floor(left / right);
    context.report(values.notWhole, at, {
      exact: say(type, left / right),
      unit: UNITS[type],
      down: say(type, down),
      up: say(type, down + 1),
    });
  } else return whole(type, left / right, at, context);
  return undefined;
}

const UNITS = { Int: 'whole number', Duration: 'whole number of seconds', Size: 'whole number of bytes' };

function say(type: Numeric['type'], value: number): string {
  const rounded = Math.round(value * 100) / 100;
  if (type === 'Int') return String(rounded);
  return type === 'Duration' ? `${rounded} s` : `${rounded} bytes`;
}

/** The largest value of each type, and how a message writes it. */
const MOST: Readonly<Record<Numeric['type'], { most: number; called: string }>> = {
  Int: { most: Number.MAX_SAFE_INTEGER, called: String(Number.MAX_SAFE_INTEGER) },
  Duration: { most: LONGEST, called: `ten years (${describeDuration(LONGEST)})` },
  Size: { most: LARGEST, called: describeSize(LARGEST) },
};

function whole(type: Numeric['type'], value: number, at: Span, { report }: Context): Constant | undefined {
  const { most, called } = MOST[type];
  if (value < 0) report(values.negative, at, { less: say(type, -value) });
  else if (value > most) report(values.tooMuch, at, { most: called });
  else return { type, value };
  return undefined;
}
