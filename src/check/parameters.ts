import { programs } from '../diagnostics/programs.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Block, StringValue, Value } from '../model/ast.ts';
import type { KnownProgram, ProgramParameter } from '../model/known-program.ts';
import type { Span } from '../model/span.ts';
import { insertText } from './constant.ts';
import { type Context, describeValue, isBroken, textOf } from './context.ts';
import { evaluate, resolve } from './evaluate.ts';
import { fillIn } from './insert.ts';
import { readRun } from './run-text.ts';

/** The values of the parameters that are needed: from `with`, else from the option in `run`, else the record's own. */
export function parameters(
  program: KnownProgram,
  needed: ReadonlySet<string>,
  block: Block | undefined,
  at: Span,
  shells: readonly StringValue[],
  context: Context,
): ReadonlyMap<string, string> | undefined {
  const all = program.parameters ?? {};
  const { values, wrong } = readWith(program, block, context);
  const known = new Map<string, string>();
  let complete = wrong.size === 0;
  for (const name of needed) {
    const parameter = Object.hasOwn(all, name) ? all[name] : undefined;
    const found = parameter?.option === undefined ? [] : optionIn(shells, parameter.option);
    const [option, ...others] = found.filter((text) => parameter && isOf(parameter.type, text));
    const value = values.get(name) ?? (others.length === 0 ? option : undefined) ?? parameter?.default;
    if (value !== undefined) known.set(name, value);
    else if (!wrong.has(name)) {
      complete = false;
      context.report(programs.parameterMissing, at, {
        program: program.name,
        name,
        about: parameter?.about ?? 'its record does not say what that is',
        option: parameter?.option,
        found,
        example: exampleOf(program, name, parameter),
      });
    }
  }
  return complete ? known : undefined;
}

const exampleOf = (program: KnownProgram, name: string, parameter: ProgramParameter | undefined): string => {
  const example =
    program.example.with?.[name] ?? parameter?.default ?? (parameter?.type === 'count' ? 1000 : 'name');
  return typeof example === 'number' ? String(example) : `"${example}"`;
};

/** The words that follow an option in what bash would run. */
function optionIn(shells: readonly StringValue[], option: string): string[] {
  const found = shells.flatMap((value) => {
    return readRun(value).programs.flatMap(({ args }) =>
      args.flatMap(({ text }, i) =>
        text === option
          ? (args[i + 1]?.text ?? [])
          : text.startsWith(`${option}=`)
            ? text.slice(option.length + 1)
            : [],
      ),
    );
  });
  return [...new Set(found)];
}

const SAFE = /^(?![-/~])[A-Za-z0-9_@%+:,./-]+$/;
function isOf(type: ProgramParameter['type'], text: string): boolean {
  if (type === 'count') return /^\d{1,15}$/.test(text);
  return SAFE.test(text) && !text.split('/').includes('..') && (type === 'path' || !text.includes('/'));
}

const EXPECTED = {
  name: 'a name of letters, digits and `_ @ % + : , . -` in quotes',
  path: 'a path in `workdir` of letters, digits and `_ @ % + : , . / -`, in quotes',
  count: 'a whole number',
} as const;

/** `with { deffnm = "md"  steps = 1000 }`. */
function readWith(program: KnownProgram, block: Block | undefined, context: Context) {
  const values = new Map<string, string>();
  const wrong = new Set<string>();
  const all = program.parameters ?? {};
  for (const entry of block?.entries ?? []) {
    const { text: name, span } = entry.key;
    const parameter = Object.hasOwn(all, name) ? all[name] : undefined;
    if (entry.kind !== 'assignment' || parameter === undefined) {
      const known = Object.keys(all);
      const meant = nearest(
        name,
        known.map((one) => ({ name: one })),
      );
      context.report(programs.noParameter, span, {
        program: program.name,
        name,
        nearest: meant?.name,
        isSure: meant?.sure,
        known,
      });
      continue;
    }
    if (isBroken(entry.value)) {
      wrong.add(name);
      continue;
    }
    const text = textFor(entry.value, parameter, context);
    if (text !== undefined && isOf(parameter.type, text)) {
      values.set(name, text);
      continue;
    }
    wrong.add(name);
    if (text === '') continue;
    const found = text === undefined ? describeValue(entry.value) : `"${text}"`;
    const example = exampleOf(program, name, parameter);
    context.report(programs.wrongParameter, entry.value.span, {
      name,
      expected: EXPECTED[parameter.type],
      found,
      example,
    });
  }
  return { values, wrong };
}

/** Empty where that was reported. */
function textFor(written: Value, { type }: ProgramParameter, context: Context): string | undefined {
  if (type === 'count') {
    if (written.kind === 'number') return written.text;
    if (written.kind !== 'word' && written.kind !== 'calculation') return undefined;
    const value = evaluate(written, context);
    return value === undefined ? '' : value.type === 'Int' ? insertText(value) : undefined;
  }
  const value = resolve(written, context);
  if (isBroken(value)) return '';
  if (value.kind !== 'string') return undefined;
  const filled = fillIn(value, context);
  return filled === undefined ? '' : textOf(filled);
}
