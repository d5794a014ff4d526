import { names } from '../diagnostics/names.ts';
import { values } from '../diagnostics/values.ts';
import { SET } from '../language/vocabulary/index.ts';
import type { Block, ListValue, StringValue, WordValue } from '../model/ast.ts';
import type { Variable } from '../model/flow.ts';
import type { Span } from '../model/span.ts';
import { isFirst, isStatement, reportClause, reportMisplaced, type Seen } from './blocks.ts';
import { insertText, isDecimal, TYPES } from './constant.ts';
import { type Context, describeValue, isBroken, spanOfPart } from './context.ts';
import { evaluate, resolve } from './evaluate.ts';
import { fillIn } from './insert.ts';
import { helpForWord } from './meant.ts';
import { bashUseOf } from './shell-variables.ts';

/** The variables of `set`: the valid ones, and the names of all that were written. */
export interface ReadSet {
  readonly variables: readonly Variable[];
  readonly names: readonly string[];
  /** Where the value of each is. */
  readonly places: ReadonlyMap<string, Span>;
}

/** The variables of `set { NAME = "value" … }`, in order. Values are taken literally. */
export function readSets(blocks: readonly Block[], context: Context): ReadSet {
  const all = blocks.map((block) => readSet(block, context));
  return {
    variables: all.flatMap(({ variables }) => variables),
    names: all.flatMap(({ names }) => names),
    places: new Map(all.flatMap(({ places }) => [...places])),
  };
}

function readSet(block: Block, context: Context): ReadSet {
  const seen: Seen = new Map();
  const read: Variable[] = [];
  for (const entry of block.entries) {
    const { text: name, span } = entry.key;
    if (isStatement(entry)) {
      reportMisplaced(entry, context);
      continue;
    }
    if (entry.kind === 'clause') {
      reportClause(entry, '`set`', context);
      continue;
    }
    if (entry.kind === 'block') {
      context.report(names.notABlock, span, { key: name, example: `${name} = "…"` });
      continue;
    }
    if (!isFirst(entry, 'key', seen, context) || !isFreeName(name, span, context)) continue;
    const { value } = entry;
    if (value.kind === 'missing' || isBroken(value)) continue;
    if (value.kind === 'string') {
      const text = fillIn(value, context);
      if (text === undefined) continue;
      warnAboutDollar(name, text, context);
      read.push({ name, value: literally(text) });
    } else if (value.kind === 'number' && isDecimal(value.text)) {
      read.push({ name, value: value.text });
    } else if (
      value.kind === 'number' ||
      value.kind === 'calculation' ||
      (value.kind === 'word' && context.scope.find(value.text))
    ) {
      const worked = value.kind === 'word' ? resolve(value, context) : value;
      if (worked.kind === 'string') warnAboutDollar(name, worked, context);
      const constant = evaluate(value, context);
      if (constant !== undefined)
        read.push({ name, value: worked.kind === 'string' ? literally(worked) : insertText(constant) });
    } else {
      const fix = fixFor(name, value, context);
      const found = describeValue(value);
      context.report(values.wrongType, value.span, { key: name, expected: 'a string', found, fix });
    }
  }
  return {
    variables: read,
    names: block.entries.map(({ key }) => key.text),
    places: new Map(
      block.entries.flatMap((entry) =>
        entry.kind === 'assignment' ? [[entry.key.text, entry.value.span] as const] : [],
      ),
    ),
  };
}

/** A word may be a misspelt name, or a key: taken literally, it would be a value that nobody meant. */
function fixFor(name: string, value: WordValue | ListValue, context: Context): string {
  if (value.kind === 'list') return `write, for instance, \`${name} = "a:b"\``;
  return (
    (value.kind === 'word' ? helpForWord(name, value.text, ANY_TYPE, context) : undefined) ??
    `write \`${name} = "${value.text}"\``
  );
}

const ANY_TYPE = TYPES.map((type) => type.name);

/** The text with `\$` unescaped, to suggest that the dollar sign is meant literally. */
function literally({ segments }: StringValue): string {
  return segments.map(({ text, escaped }) => (escaped ? text : text.replaceAll('\\$', () => '$'))).join('');
}

function isFreeName(name: string, span: { start: number; end: number }, { report }: Context): boolean {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    report(names.environmentName, span, { name });
    return false;
  }
  const what = bashUseOf(name);
  if (what !== undefined) {
    report(names.shellVariable, span, { name, what, key: 'set' });
    return false;
  }
  for (const [prefix, owner] of Object.entries(SET.reserved)) {
    if (prefix.endsWith('_') ? !name.startsWith(prefix) : name !== prefix) continue;
    report(names.reservedName, span, { name, prefix, owner });
    return false;
  }
  return true;
}

/** A `$NAME` here is taken literally, which is rarely what the author meant. */
export function warnAboutDollar(name: string, { segments }: StringValue, { report }: Context): void {
  for (const segment of segments) {
    const match = segment.escaped ? null : /(?<!\\)\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})/.exec(segment.text);
    if (match === null) continue;
    const at = spanOfPart(segment, match.index, match.index + match[0].length);
    report(values.literalDollar, at, { name, variable: match[0] });
    return;
  }
}
