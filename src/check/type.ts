import { values } from '../diagnostics/values.ts';
import { quote } from '../diagnostics/words.ts';
import { typeOf } from '../language/types.ts';
import type { KeyType } from '../language/vocabulary/index.ts';
import type { Value } from '../model/ast.ts';
import { parseDuration } from '../time/duration.ts';
import { parseSize } from '../time/size.ts';
import { type Context, describeValue, isBroken, type Target, textOf } from './context.ts';
import { fittingNames, helpForWord, minusIn, nearName } from './meant.ts';

/** Reads a value as its key's type; undefined after a report, and without a report if the value is missing. */
export type Reader<T> = (value: Value, target: Target, context: Context) => T | undefined;

/** Says what was found and what is expected; silent about what was reported already. */
export function wrongType(value: Value, { key, spec }: Target, context: Context): undefined {
  if (isBroken(value)) return undefined;
  const bare = value.kind === 'string' ? textOf(value) : undefined;
  const found = bare === undefined ? describeValue(value) : `the string ${quote(bare)}`;
  const params = {
    key,
    expected: typeOf(spec.type).expected,
    found,
    ...undeclaredIn(value, spec, context),
    ...fixOf(value, key, bare, spec, context),
  };
  context.report(values.wrongType, value.span, params);
  return undefined;
}

/** A word where a name may be: that there is none, and if none is near, those that there are. */
function undeclaredIn(
  value: Value,
  { type }: Target['spec'],
  context: Context,
): { readonly undeclared?: string; readonly names?: readonly string[] } {
  const { named } = typeOf(type);
  if (value.kind !== 'word' || named === undefined || context.scope.find(value.text) !== undefined) return {};
  const isNear =
    nearName(value.text, [named], context) !== undefined || minusIn(value.text, context) !== undefined;
  return { undeclared: value.text, names: isNear ? [] : fittingNames([named], context) };
}

function fixOf(
  value: Value,
  key: string,
  bare: string | undefined,
  { type, example }: Target['spec'],
  context: Context,
): { readonly fix: string; readonly write?: { read: string; text: string; certain: boolean } } {
  const minus = value.kind === 'word' && type !== 'shell' ? minusIn(value.text, context) : undefined;
  if (minus !== undefined && value.kind === 'word' && typeOf(type).form === 'bare')
    return {
      fix: `put blanks around the minus: \`${key} = ${minus}\``,
      write: { read: value.text, text: minus, certain: true },
    };
  const named = helpForName(value, key, type, context);
  if (named !== undefined) return { fix: named };
  const written = writtenAs(value, bare, type);
  if (written === undefined) return { fix: `write, for instance, \`${key} = ${example}\`` };
  const { text, how = 'write' } = written;
  const read = bare === undefined ? ('text' in value ? value.text : undefined) : `"${bare}"`;
  return {
    fix: `${how} \`${key} = ${text}\``,
    ...(read === undefined ? {} : { write: { read, text, certain: !/[\\{$]/.test(text) } }),
  };
}

/** A bare word can be a misspelt name, or one that only {{…}} can insert. */
function helpForName(value: Value, key: string, type: KeyType, context: Context): string | undefined {
  if (value.kind !== 'word' || type === 'shell') return undefined;
  const { form, named } = typeOf(type);
  if (form === 'quoted') return helpForWord(key, value.text, ['String'], context);
  const near = named === undefined ? undefined : nearName(value.text, [named], context);
  return near && `did you mean \`${key} = ${near}\`?`;
}

/** What was probably meant, as a value of that type. */
function writtenAs(
  value: Value,
  bare: string | undefined,
  type: KeyType,
): { readonly text: string; readonly how?: string } | undefined {
  const { form, commas } = typeOf(type);
  if (bare !== undefined && isBare(bare, type)) return { text: bare, how: 'write it without quotes:' };
  const isWritten = value.kind === 'word' || value.kind === 'number' || value.kind === 'calculation';
  if (form === 'quoted' && isWritten) return { text: `"${value.text}"` };
  const item = value.kind === 'calculation' ? value.text : bare;
  const items = item === undefined ? undefined : itemsOf(item, type);
  if (items !== undefined) return { text: `[${items.map((one) => `"${one}"`).join(', ')}]` };
  const names = value.kind === 'list' && commas ? value.items.map(plainText) : [];
  const isPlain = names.length > 0 && names.every((name) => name !== undefined && /^[\w.%:+-]+$/.test(name));
  return isPlain ? { text: `"${names.join(',')}"` } : undefined;
}

/** Would the text be a value of that type if it had no quotes? */
function isBare(text: string, type: KeyType): boolean {
  switch (type) {
    case 'duration':
    case 'interval':
      return parseDuration(text).ok;
    case 'size':
      return parseSize(text).ok;
    case 'count':
      return /^\d+$/.test(text);
    default:
      return typeOf(type).form === 'bare' && /^[A-Za-z]\w*$/.test(text);
  }
}

/** The items that one text probably meant, if each is valid: a name contains no blank or comma, but a path may. */
function itemsOf(text: string, type: KeyType): readonly string[] | undefined {
  const { item } = typeOf(type);
  if (item === undefined || /[\p{Cc}$"\\]/u.test(text) || text.trim() === '') return undefined;
  if (item === 'whole') return [text];
  const items = text.split(/[\s,]+/).filter((one) => one !== '');
  return items.every((one) => item.test(one)) ? items : undefined;
}

function plainText(value: Value): string | undefined {
  return value.kind === 'string'
    ? textOf(value)
    : value.kind === 'list' || value.kind === 'missing'
      ? undefined
      : value.text;
}
