import { names } from '../diagnostics/names.ts';
import { values } from '../diagnostics/values.ts';
import type { Block, StringValue } from '../model/ast.ts';
import { isFirst, reportPlanned, type Seen } from './blocks.ts';
import { type Context, describeValue, isBroken } from './context.ts';
import { fillIn, type Inserts } from './insert.ts';
import { SET } from './vocabulary.ts';

/** The variables of `set { NAME = "value" … }`, in their order. Values are taken to the letter. */
export function readSet(block: Block, inserts: Inserts, context: Context): { name: string; value: string }[] {
  const seen: Seen = new Map();
  const read: { name: string; value: string }[] = [];
  for (const entry of block.entries) {
    const { text: name, span } = entry.key;
    if (entry.kind === 'planned') {
      reportPlanned(entry, context);
      continue;
    }
    if (entry.kind === 'block') {
      context.report(names.notABlock, span, { key: name, example: `${name} = "…"` });
      continue;
    }
    if (!isFirst(entry.key, 'key', seen, context) || !isFreeName(name, span, context)) continue;
    const { value } = entry;
    if (value.kind === 'missing' || isBroken(value)) continue;
    if (value.kind === 'string') {
      warnOfDollar(name, value, context);
      const text = fillIn(value, inserts, context);
      if (text !== undefined) read.push({ name, value: text });
    } else if (value.kind !== 'word' || !context.declared.has(value.text)) {
      const fix =
        value.kind === 'list'
          ? `write, for instance, \`${name} = "a:b"\``
          : `write \`${name} = "${value.text}"\``;
      context.report(values.wrongType, value.span, {
        key: name,
        expected: 'a string',
        found: describeValue(value),
        fix,
      });
    }
  }
  return read;
}

function isFreeName(name: string, span: { start: number; end: number }, { report }: Context): boolean {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    report(names.environmentName, span, { name });
    return false;
  }
  for (const [prefix, owner] of Object.entries(SET.reserved)) {
    if (!name.startsWith(prefix)) continue;
    report(names.reservedName, span, { name, prefix, owner });
    return false;
  }
  return true;
}

/** A `$NAME` here is taken to the letter, which is seldom what was meant. */
function warnOfDollar(name: string, value: StringValue, { report }: Context): void {
  for (const { text, escaped, span } of value.segments) {
    const match = escaped ? null : /\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})/.exec(text);
    if (match === null) continue;
    const start = span.start + match.index;
    report(values.literalDollar, { start, end: start + match[0].length }, { name, variable: match[0] });
    return;
  }
}
