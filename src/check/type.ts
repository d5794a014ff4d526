import { values } from '../diagnostics/values.ts';
import { quote } from '../diagnostics/words.ts';
import type { StringValue, Value } from '../model/ast.ts';
import type { Image } from '../model/container.ts';
import type { Bytes, HostPath, Seconds, WarningSignal } from '../model/flow.ts';
import { parseDuration } from '../time/duration.ts';
import { parseSize } from '../time/size.ts';
import type { TypeName } from './constant.ts';
import { type Context, describeValue, isBroken, type Target, textOf } from './context.ts';
import { helpForWord, nearName } from './meant.ts';
import type { KeyType } from './vocabulary/index.ts';

/** What each type of key becomes. */
export interface ValueOf {
  shell: StringValue;
  path: HostPath;
  count: number;
  size: Bytes;
  duration: Seconds;
  interval: Seconds | 'auto';
  choice: string;
  signal: WarningSignal;
  'slurm-name': string;
  'slurm-constraint': string;
  array: string;
  modules: readonly string[];
  patterns: readonly string[];
  image: Image;
  'base-image': Image;
  inside: string;
  'inside-list': readonly string[];
  words: readonly string[];
  variables: readonly string[];
  assignments: readonly string[];
  user: string;
  platform: string;
  text: string;
}

/** Reads a value as its key's type; undefined after a report, and without one for a value that is missing. */
export type Reader<T> = (value: Value, target: Target, context: Context) => T | undefined;

const TYPE_NAMES: Readonly<Record<KeyType, string>> = {
  shell: 'shell text in quotes',
  path: 'a path in quotes',
  count: 'a whole number',
  size: 'a size with its unit',
  duration: 'a duration with its unit',
  interval: 'a duration with its unit, or `auto`',
  choice: 'a word',
  signal: "a signal's name",
  'slurm-name': 'a name',
  'slurm-constraint': 'a constraint in quotes',
  array: 'indices in quotes',
  modules: 'a list of strings',
  patterns: 'a list of strings',
  image: "an image's name, or the path of its file, in quotes",
  'base-image': "an image's name, or the path of its file, in quotes",
  inside: 'a path in quotes',
  'inside-list': 'a list of strings',
  words: 'a list of strings',
  variables: 'a list of strings',
  assignments: 'a list of strings',
  user: 'a name in quotes',
  platform: 'a platform in quotes',
  text: 'text in quotes',
};

/** Says what was found and what is taken; silent for what was reported already. */
export function wrongType(value: Value, { key, spec }: Target, context: Context): undefined {
  if (isBroken(value)) return undefined;
  const bare = value.kind === 'string' ? textOf(value) : undefined;
  const found = bare === undefined ? describeValue(value) : `the string ${quote(bare)}`;
  const params = {
    key,
    expected: TYPE_NAMES[spec.type],
    found,
    fix: helpForName(value, key, spec.type, context) ?? fixFor(value, key, bare, spec.type, spec.example),
  };
  context.report(values.wrongType, value.span, params);
  return undefined;
}

/** A bare word can be a name in another spelling, or one that only {{…}} puts in. */
function helpForName(value: Value, key: string, type: KeyType, context: Context): string | undefined {
  if (value.kind !== 'word' || type === 'shell') return undefined;
  if (QUOTED.includes(type)) return helpForWord(key, value.text, ['String'], context);
  const near = nearName(value.text, NAMED[type] ?? [], context);
  return near && `did you mean \`${key} = ${near}\`?`;
}

/** The types of names that stand for a value of that type. */
const NAMED: Partial<Readonly<Record<KeyType, readonly TypeName[]>>> = {
  count: ['Int'],
  size: ['Size'],
  duration: ['Duration'],
  interval: ['Duration'],
};

function fixFor(value: Value, key: string, bare: string | undefined, type: KeyType, example: string): string {
  const fits =
    bare !== undefined &&
    ((type === 'duration' && parseDuration(bare).ok) ||
      (type === 'size' && parseSize(bare).ok) ||
      (type === 'count' && /^\d+$/.test(bare)) ||
      ((type === 'choice' || type === 'signal') && /^[A-Za-z]\w*$/.test(bare)));
  if (fits) return `write it without quotes: \`${key} = ${bare}\``;
  const quoted = QUOTED.includes(type);
  if (quoted && (value.kind === 'word' || value.kind === 'number' || value.kind === 'calculation'))
    return `write \`${key} = "${value.text}"\``;
  const item = value.kind === 'calculation' ? value.text : bare;
  const items = LISTS.includes(type) && item !== undefined ? itemsOf(item, key, type) : undefined;
  if (items !== undefined) return `write \`${key} = [${items.map((one) => `"${one}"`).join(', ')}]\``;
  const names = value.kind === 'list' && COMMAS.includes(type) ? value.items.map(plainText) : [];
  const isPlain = names.length > 0 && names.every((name) => name !== undefined && /^[\w.%:+-]+$/.test(name));
  if (isPlain) return `write \`${key} = "${names.join(',')}"\``;
  return `write, for instance, \`${key} = ${example}\``;
}

/** The items that one text was meant as, if each can be one: a blank or comma is in no name, but may be in a path. */
function itemsOf(text: string, key: string, type: KeyType): readonly string[] | undefined {
  if (/[\p{Cc}$"\\]/u.test(text) || text.trim() === '') return undefined;
  if (type === 'inside-list') return [text];
  const items = text.split(/[\s,]+/).filter((one) => one !== '');
  // In options a word of its own, as in `--env A=b`, may belong to the one before it.
  const isItem =
    key === 'options' ? /^-/ : type === 'variables' ? /^[A-Za-z_]\w*\*?$/ : /^[\w.][\w.+:~=/-]*$/;
  return items.every((one) => isItem.test(one)) ? items : undefined;
}

function plainText(value: Value): string | undefined {
  return value.kind === 'string'
    ? textOf(value)
    : value.kind === 'list' || value.kind === 'missing'
      ? undefined
      : value.text;
}

/** Types whose text is itself a list with commas. */
const COMMAS: readonly KeyType[] = ['slurm-name', 'array'];

const QUOTED: readonly KeyType[] = [
  'shell',
  'path',
  'slurm-name',
  'slurm-constraint',
  'array',
  'image',
  'base-image',
  'inside',
  'text',
];
const LISTS: readonly KeyType[] = ['modules', 'words', 'inside-list', 'variables'];
