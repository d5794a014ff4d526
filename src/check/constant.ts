import { quote } from '../diagnostics/words.ts';
import type { NumberValue, StringValue, Value } from '../model/ast.ts';
import type { Span } from '../model/span.ts';
import { formatDuration } from '../time/duration.ts';
import { formatSize } from '../time/size.ts';

/** The value of a `param`, a `let` or a calculation. Durations are whole seconds, sizes whole bytes. */
export type Constant =
  | { readonly type: 'Int' | 'Duration' | 'Size'; readonly value: number }
  | { readonly type: 'Bool'; readonly value: boolean }
  | { readonly type: 'String'; readonly pieces: readonly Piece[] };

/** Text, and whether a backslash made its characters literal, as in the AST. */
export interface Piece {
  readonly text: string;
  readonly escaped: boolean;
}

export type TypeName = Constant['type'];

/** The types of the language, with the names that people use elsewhere. */
export const TYPES: readonly {
  name: TypeName;
  aliases: readonly string[];
  called: string;
  example: string;
}[] = [
  {
    name: 'Int',
    aliases: ['integer', 'number', 'count', 'long', 'i32', 'i64', 'uint'],
    called: 'a whole number',
    example: '8',
  },
  {
    name: 'Duration',
    aliases: ['time', 'timespan', 'interval', 'seconds'],
    called: 'a duration',
    example: '2h',
  },
  { name: 'Size', aliases: ['bytes', 'memory', 'filesize'], called: 'a size', example: '4GiB' },
  {
    name: 'String',
    aliases: ['str', 'text', 'char', 'path', 'file'],
    called: 'a string',
    example: '"water.in"',
  },
  {
    name: 'Bool',
    aliases: ['boolean', 'flag', 'logical', 'switch'],
    called: '`yes` or `no`',
    example: 'yes',
  },
];

/** `3.5`, without a unit: a number that has no type in the language. */
export function isDecimal(text: string): boolean {
  return /^(?:\d+\.\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
}

/** `yes` or `no` for the words that other languages use. */
export function truthOf(word: string): 'yes' | 'no' | undefined {
  if (/^(?:true|on|yes)$/i.test(word)) return 'yes';
  return /^(?:false|off|no)$/i.test(word) ? 'no' : undefined;
}

/** The type as a sentence names it: "a duration". */
export function typeCalled(type: TypeName): string {
  return TYPES.find(({ name }) => name === type)?.called ?? type;
}

/** As a flow writes it; strings without their quotes. */
export function show(constant: Constant): string {
  switch (constant.type) {
    case 'Int':
      return String(constant.value);
    case 'Duration':
      return formatDuration(constant.value);
    case 'Size':
      return formatSize(constant.value);
    case 'Bool':
      return constant.value ? 'yes' : 'no';
    case 'String':
      return constant.pieces.map(({ text }) => text).join('');
  }
}

/** The value as a sentence names it: "the duration `2h`". */
export function describeConstant(constant: Constant): string {
  if (constant.type === 'String') return 'a string';
  if (constant.type === 'Bool') return quote(show(constant));
  return `${constant.type === 'Int' ? 'the number' : typeCalled(constant.type).replace(/^a /, 'the ')} ${quote(show(constant))}`;
}

/** What {{name}} becomes: seconds and bytes as bare numbers. */
export function insertText(constant: Constant): string {
  return constant.type === 'Duration' || constant.type === 'Size' ? String(constant.value) : show(constant);
}

/** The value as if it had been written at that place. */
export function asValue(constant: Constant, span: Span): Value {
  if (constant.type === 'String') return stringOf(constant.pieces, span);
  const text = show(constant);
  if (constant.type === 'Bool') return { kind: 'word', text, span };
  const number: NumberValue = { kind: 'number', text, span, amount: constant.value };
  return number;
}

/** A string made of pieces that all refer to that place. */
export function stringOf(pieces: readonly Piece[], span: Span): StringValue {
  const segments = pieces.map((piece) => ({ ...piece, span, inserted: true as const }));
  return { kind: 'string', form: 'quoted', segments, span };
}
