import type { DiagnosticKind } from '../diagnostics/define.ts';
import { programs } from '../diagnostics/programs.ts';
import { type KeySpec, vocabulary } from '../language/vocabulary/index.ts';
import type { StringValue, Value } from '../model/ast.ts';
import type { KnownProgram } from '../model/known-program.ts';
import type { Span } from '../model/span.ts';
import type { Reading } from './blocks.ts';
import type { Context, Located } from './context.ts';
import { parameters } from './parameters.ts';
import { readers } from './values.ts';

/** Of these a flow gives all or none: who says how a program is asked says what it answers. */
const TOGETHER = [
  ['ask_signal', 'ask_file', 'ask_text', 'ask_command', 'answer', 'answer_within', 'stop_status'],
  ['done_files', 'done_text', 'done_in', 'done_command'],
];
const OWNERS = ['ask_signal', 'ask_file', 'ask_command', 'done_files', 'done_text', 'done_command'];

/** What a record gives to a flow. */
export interface Filled {
  /** Which key of which program has a value with that place: the object itself, for all have the place of `program`. */
  readonly of: ReadonlyMap<Span, { readonly key: string; readonly program: KnownProgram }>;
  /** Fills in what holds text; `shells`: the flow's commands, which may have options that say more. */
  readonly fillTexts: (shells: readonly StringValue[]) => void;
}

export const NOTHING_FILLED: Filled = { of: new Map(), fillTexts: () => {} };

/**
 * Fills in what the record of the flow's program says and the flow does not: what holds no text at once, for {{…}} and
 * for what is missing; the rest by `fillTexts`, which needs `run`.
 */
export function fillFrom(reading: Reading<'checkpoint'>, context: Context): Filled {
  const of = new Map<Span, { key: string; program: KnownProgram }>();
  const { read, inner } = reading;
  const [block] = inner;
  const values = read.values as Record<string, Located<unknown>>;
  const given = read.given as Set<string>;
  if (!given.has('program')) {
    if (block !== undefined && !read.broken)
      context.report(programs.withoutProgram, block.key.span, undefined);
    return NOTHING_FILLED;
  }
  // Another engine with it is reported by itself, once.
  if (given.has('engine') && read.values.engine?.value !== 'own') return NOTHING_FILLED;
  const { program: chosen } = read.values;
  const at = chosen?.span ?? read.at;
  if (!given.has('engine')) values['engine'] = { value: 'own', span: { ...at } };
  if (chosen === undefined) {
    // What is wrong with it was said: what it would have given is not missing.
    for (const key of ['files', 'done_files']) given.add(key);
    return NOTHING_FILLED;
  }
  const program = chosen.value.record;
  const own = new Set(given);
  const isTheFlows = (key: string) =>
    own.has(key) ||
    TOGETHER.some((keys) => keys.includes(key) && keys.some((one) => OWNERS.includes(one) && own.has(one)));
  const entries = Object.entries(program.checkpoint).filter(([key]) => !isTheFlows(key));
  for (const [key] of entries) given.add(key);
  values['program'] = { ...chosen, value: { record: program, gives: entries.map(([key]) => key) } };
  const fill = (key: string, written: string | readonly string[]) => {
    const spec = specOf(key);
    const span = { ...at };
    of.set(span, { key, program });
    const value = readers[spec.type](
      asValue(spec, written, span),
      { key, spec },
      {
        ...context,
        report: withOrigin(context.report, of),
      },
    );
    if (value !== undefined) values[key] = { value, span };
  };
  const isText = ([key, written]: (typeof entries)[number]) =>
    Array.isArray(written) || ['shell', 'text', 'work-file'].includes(specOf(key).type);
  for (const entry of entries) if (!isText(entry)) fill(...entry);
  return {
    of,
    fillTexts: (shells) => {
      const texts = entries.filter(isText);
      const names = new Set(texts.flatMap(([, written]) => namesIn(written)));
      const known = parameters(program, names, block, at, shells, context);
      if (known === undefined) return;
      for (const [key, written] of texts) {
        const put = (text: string) => text.replaceAll(MARK, (_, name: string) => known.get(name) ?? '');
        fill(key, typeof written === 'string' ? put(written) : written.map(put));
      }
    },
  };
}

const MARK = /\{\{([a-z][a-z0-9_]*)\}\}/g;
const namesIn = (written: string | readonly string[]) =>
  [written].flat().flatMap((text) => [...text.matchAll(MARK)].map(([, name = '']) => name));

const specOf = (key: string): KeySpec =>
  (vocabulary.checkpoint.keys as Readonly<Record<string, KeySpec>>)[key] as KeySpec;

/** A value of a record as a flow would have written it: no character of it means anything but itself. */
function asValue(spec: KeySpec, written: string | readonly string[], span: Span): Value {
  if (typeof written !== 'string')
    return { kind: 'list', items: written.map((one) => asValue(spec, one, span)), span };
  if (spec.type === 'duration' || spec.type === 'count') return { kind: 'number', text: written, span };
  if (spec.type === 'choice') return { kind: 'word', text: written, span };
  return { kind: 'string', form: 'quoted', segments: [{ text: written, escaped: true, span }], span };
}

/** A report that says which record a value comes from. */
export function withOrigin(report: Context['report'], of: Filled['of']): Context['report'] {
  return (kind, at, ...rest) => {
    const from = of.get(at);
    if (from === undefined) return report(kind, at, ...rest);
    const { key, program } = from;
    const written = [program.checkpoint[key] ?? ''].flat().join(', ');
    const told: typeof kind = {
      ...kind,
      notes: (params) => [
        ...(kind.notes?.(params) ?? []),
        `\`${key}\` is from program ${program.name} here (${written}); one of the flow's takes its place`,
      ],
    };
    report(told as DiagnosticKind<never>, at, ...(rest as [never]));
  };
}
