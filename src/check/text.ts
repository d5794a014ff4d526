import { values } from '../diagnostics/values.ts';
import { quote } from '../diagnostics/words.ts';
import { typeOf } from '../language/types.ts';
import type { StringValue, Value } from '../model/ast.ts';
import { type Context, describeValue, isBroken, spanInside, type Target, textOf } from './context.ts';
import { nearName } from './meant.ts';
import { wrongType } from './type.ts';

/** The characters allowed in a name that becomes an #SBATCH line, and how a message lists those that are not letters. */
export interface Alphabet {
  readonly pattern: RegExp;
  readonly others: string;
}

/** Text that becomes an #SBATCH line: characters that Slurm accepts, no `$`, no dash in front. */
export function slurmText(
  value: Value,
  target: Target,
  context: Context,
  allowed: Alphabet,
): string | undefined {
  if (value.kind !== 'string') return wrongType(value, target, context);
  const { report } = context;
  const { key } = target;
  const text = textOf(value);
  const at = (from: number, length: number) => spanInside(value, from, from + length);
  if (text === '')
    report(values.empty, value.span, {
      key,
      what: 'Slurm would read the next word as its value',
      required: false,
    });
  else if (text.includes('$')) report(values.slurmDollar, at(text.indexOf('$'), 1), { key });
  else if (text.startsWith('-')) report(values.leadingDash, value.span, { key, text });
  else {
    const wrong = [...text].find((character) => !allowed.pattern.test(character));
    if (wrong === undefined) return text;
    const where = at(text.indexOf(wrong), wrong.length);
    if (/[\0-\x1f\x7f-\x9f]/.test(wrong)) report(values.controlInText, where, { key, character: wrong });
    else report(values.slurmCharacter, where, { key, character: wrong, allowed: allowed.others });
  }
  return undefined;
}

/** Module names: one per string, passed to `module load` literally. */
export function modules(value: Value, target: Target, context: Context): readonly string[] | undefined {
  return listOf(value, target, context, moduleName);
}

/** Patterns for files of `workdir`, as bash expands them. */
export function patterns(value: Value, target: Target, context: Context): readonly string[] | undefined {
  return listOf(value, target, context, (item, key) => {
    const text = textOf(item);
    const why = whyNoPattern(text, unescapedDollar(item));
    if (text === '')
      context.report(values.empty, item.span, { key, what: 'a pattern must match files', required: false });
    else if (why !== undefined) context.report(values.pattern, item.span, { key, text, why });
    else return text;
    return undefined;
  });
}

function whyNoPattern(text: string, dollar: string | undefined): string | undefined {
  if (text.startsWith('/') || text.startsWith('~')) return 'it must be relative to `workdir`';
  if (text.startsWith('-')) return 'write a name that starts with `-` as `./-…`';
  if (text.split('/').includes('..')) return '`..` leaves `workdir`';
  if (dollar !== undefined) return 'nothing expands the `$`';
  return /[\0-\x1f\x7f-\x9f]/.test(text) ? 'it contains a control character' : undefined;
}

/** The name of one file of `workdir`. */
export function workFile(value: Value, target: Target, context: Context): string | undefined {
  if (value.kind !== 'string') return wrongType(value, target, context);
  const text = textOf(value);
  const why =
    whyNoPattern(text, unescapedDollar(value)) ??
    (/[*?[\]]/.test(text) ? 'it names one file, and no pattern is expanded' : undefined) ??
    (/(?:^|\/)\.?$/.test(text) ? 'it is a folder' : undefined);
  if (text === '')
    context.report(values.empty, value.span, { key: target.key, what: 'a file has a name', required: false });
  else if (why !== undefined) context.report(values.pattern, value.span, { key: target.key, text, why });
  else return text;
  return undefined;
}

/** A number of GPUs, or their type and number: `a100:4`. */
export function gpus(value: Value, target: Target, context: Context): string | undefined {
  const isText = value.kind === 'string';
  const text = isText ? textOf(value) : value.kind === 'number' ? value.text : '';
  const refuse = (why: string, fix: string) => {
    const found = `${isText ? quote(text) : text}, which is ${why}`;
    const { expected } = typeOf(target.spec.type);
    context.report(values.wrongType, value.span, { key: target.key, expected, found, fix });
    return undefined;
  };
  if (/^(?:[\w.-]+:)?0+$/.test(text)) return refuse('none', `leave \`${target.key}\` out`);
  if (/^(?:per[-_]?)?(?:task|rank)s?:[1-9]\d*$/i.test(text))
    return refuse('no type of GPU', `for each task, write \`gpus_per_task = ${text.replace(/^.*:/, '')}\``);
  const isRight = isText ? /^(?:[A-Za-z][\w.-]*:)?[1-9]\d{0,3}$/ : /^[1-9]\d{0,3}$/;
  return isRight.test(text) ? text : wrongType(value, target, context);
}

/** A list of texts. */
export function listOf(
  value: Value,
  target: Target,
  context: Context,
  one: (item: StringValue, key: string, context: Context) => string | undefined,
): readonly string[] | undefined {
  if (value.kind !== 'list') return wrongType(value, target, context);
  const read = value.items.map((item) => {
    if (isBroken(item)) return undefined;
    if (item.kind === 'string') return one(item, target.key, context);
    const { example } = target.spec;
    context.report(values.wrongType, item.span, {
      key: target.key,
      expected: 'strings in its list',
      found: describeValue(item),
      fix:
        item.kind === 'word'
          ? (helpForItem(item.text, context) ?? `write "${item.text}"`)
          : item.kind === 'number'
            ? `write "${item.text}"`
            : `write, for instance, \`${target.key} = ${example}\``,
    });
    return undefined;
  });
  return read.every((item) => item !== undefined) ? read : undefined;
}

/** A bare word is the name of a `param` or `let`; a misspelt one resembles such a name. */
function helpForItem(word: string, context: Context): string | undefined {
  const near = nearName(word, ['String'], context);
  return near && `did you mean \`${near}\`? As text it is \`"${word}"\``;
}

function moduleName(item: StringValue, key: string, context: Context): string | undefined {
  const { report } = context;
  const text = textOf(item);
  const odd = unescapedDollar(item) ?? /[\0-\x20\x7f-\x9f]/.exec(text)?.[0];
  if (text.trim() === '')
    report(values.empty, item.span, { key, what: 'a module needs a name', required: false });
  else if (text.startsWith('-')) report(values.leadingDash, item.span, { key, text });
  else if (odd !== undefined) report(values.moduleName, item.span, { text, character: odd });
  else return text;
  return undefined;
}

function unescapedDollar(value: StringValue): string | undefined {
  return value.segments.some(({ text, escaped }) => !escaped && text.includes('$')) ? '$' : undefined;
}
