import type { Report } from '../diagnostics/define.ts';
import { names } from '../diagnostics/names.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { values } from '../diagnostics/values.ts';
import { type ClauseName, clauses, splitMount } from '../language/clauses.ts';
import { OPTIONS, REFUSED } from '../language/sbatch.ts';
import { typeOf } from '../language/types.ts';
import {
  type BlockName,
  type BlockSpec,
  clauseOwner,
  INNER,
  type KeySpec,
  ownerOf,
  SLURM,
  vocabulary,
} from '../language/vocabulary/index.ts';
import type { EngineName } from '../language/words.ts';
import type { Assignment, Block, Clause, Declaration, Entry, Include, Site, Value } from '../model/ast.ts';
import type { BlockValues } from '../model/flow.ts';
import type { Span } from '../model/span.ts';
import { type Context, type Located, type Target, textOf } from './context.ts';
import { resolve } from './evaluate.ts';
import { fillIn, fillShell } from './insert.ts';
import { wrongType } from './type.ts';
import { readers } from './values.ts';

/** The valid values of a block, by key: typed by the vocabulary. */
export type Values<B extends BlockName> = {
  readonly [K in keyof BlockValues<B>]?: Located<NonNullable<BlockValues<B>[K]>>;
};

/** A block after reading: its values have every name filled in, so no rule can misread unfilled text. */
export interface Read<B extends BlockName> {
  readonly values: Values<B>;
  /** Keys that were written, valid or not, and those that misspelled ones probably meant. */
  readonly given: ReadonlySet<string>;
  /** Where its name is. */
  readonly at: Span;
  /** It could not be read to its end: what seems to be missing may be there. */
  readonly broken: boolean;
}

/** A block whose keys are being read, and its other contents. */
export interface Reading<B extends BlockName> {
  readonly read: Read<B>;
  /** The blocks inside it: `set`, `slurm`. */
  readonly inner: readonly Block[];
  /** Its clauses that belong in it: `mount …`. */
  readonly clauses: readonly Clause[];
  /** Reads the keys that hold text, in which {{…}} may name keys that were read before. */
  readonly readTexts: () => void;
}

/** Names that occur in one body, and where: a second one is reported. */
export type Seen = Map<string, Assignment | Block>;

/** Is this the first with its name? If not, reports it together with the place of the first. */
export function isFirst(
  entry: Assignment | Block,
  what: 'key' | 'block',
  seen: Seen,
  { report }: Context,
  name = entry.key.text,
): boolean {
  const first = seen.get(name);
  if (first === undefined) {
    seen.set(name, entry);
    return true;
  }
  report(names.duplicate, entry.key.span, { key: name, what, again: againIn(first, entry) }, [
    { span: first.key.span, text: 'first given here' },
  ]);
  return false;
}

/** Where both are, and how they differ. */
function againIn(first: Assignment | Block, second: Assignment | Block) {
  const places = { first: first.span, second: second.span };
  if (first.kind !== 'block' || second.kind !== 'block')
    return { ...places, isBlock: false, disjoint: false };
  const keys = first.entries.map(({ key }) => key.text);
  const disjoint = !second.entries.some(({ key }) => keys.includes(key.text));
  return { ...places, isBlock: !first.broken && !second.broken, disjoint };
}

/** Reads the entries of a block by its vocabulary. Reports everything unknown, duplicate or misplaced. */
export function readBlock<B extends BlockName>(name: B, block: Block, context: Context): Reading<B> {
  const spec: BlockSpec = vocabulary[name];
  const read: Record<string, Located<unknown>> = {};
  const seen: Seen = new Map();
  const inner: Block[] = [];
  const own: Clause[] = [];
  const meantKeys = new Set<string>();
  const texts: (() => void)[] = [];
  for (const entry of block.entries) {
    const key = entry.key.text;
    if (isStatement(entry)) {
      reportMisplaced(entry, context);
      continue;
    }
    if (entry.kind === 'clause') {
      if (spec.clauses?.some((one) => one === key)) own.push(entry);
      else reportClause(entry, `\`${name}\``, context);
      continue;
    }
    const known = Object.hasOwn(spec.keys, key) ? spec.keys[key] : undefined;
    const isInner = INNER.some((one) => one.owner === name && one.name === key);
    if (entry.kind === 'block' && isInner) {
      if (isFirst(entry, 'block', seen, context)) inner.push(entry);
    } else if (known === undefined) {
      const meant = reportUnknown(entry, name, spec, context);
      if (meant !== undefined) meantKeys.add(meant);
    } else if (isFirst(entry, 'key', seen, context)) {
      const readNow = () => {
        const value = readKey(entry, known, context);
        if (value !== undefined) read[key] = value;
      };
      // Keys that hold no text are read first, because {{…}} may name them.
      if (typeOf(known.type).form === 'bare') readNow();
      else texts.push(readNow);
    }
  }
  const readTexts = () => {
    for (const readText of texts) readText();
  };
  const given = new Set([...seen.keys(), ...meantKeys]);
  return {
    read: { values: read as Values<B>, given, at: block.key.span, broken: block.broken },
    inner,
    clauses: own,
    readTexts,
  };
}

/** The values of a block, without their places; undefined if a required one is missing. */
export function valuesOf<B extends BlockName>(
  name: B,
  { values }: Read<B>,
  engine?: EngineName,
): BlockValues<B> | undefined {
  const keys: BlockSpec['keys'] = vocabulary[name].keys;
  if (Object.entries(keys).some(([key, spec]) => isRequired(spec, engine) && !Object.hasOwn(values, key)))
    return undefined;
  const given = Object.entries(values) as readonly [string, Located<unknown>][];
  return Object.fromEntries(given.map(([key, { value }]) => [key, value])) as BlockValues<B>;
}

function readKey(entry: Assignment | Block, spec: KeySpec, context: Context): Located<unknown> | undefined {
  const key = entry.key.text;
  if (entry.kind === 'block') {
    context.report(names.notABlock, entry.key.span, { key, example: `${key} = ${spec.example}` });
    return undefined;
  }
  const reading = sayingWhere(entry.value, context);
  const written = valueFor(entry.value, { key, spec }, reading);
  const value = written && readers[spec.type](written, { key, spec }, reading);
  if (value === undefined) return undefined;
  const items = entry.value.kind === 'list' ? { items: entry.value.items.map(({ span }) => span) } : {};
  return { value, span: entry.value.span, key: entry.key.span, ...items };
}

/** Findings about a value that a name stands for also show where the name is declared: it may be in another file. */
function sayingWhere(value: Value, context: Context): Context {
  const place = value.kind === 'word' ? context.scope.placeOf(value.text) : undefined;
  if (place === undefined) return context;
  const label = { ...place, text: 'its value comes from here' };
  const report: Report = (kind, at, params, related = []) =>
    context.report(kind, at, params, [...related, label]);
  return { ...context, report };
}

/** The value with names, calculations and {{…}} evaluated. */
function valueFor(written: Value, target: Target, context: Context): Value | undefined {
  const { type } = target.spec;
  const { form, number: takesNumbers } = typeOf(type);
  const isText = form !== 'bare';
  // A path without its quotes can look like a division.
  if (written.kind === 'calculation' && isText) return wrongType(written, target, context);
  const value = resolve(written, context);
  // A name that stands for a number is not text; {{…}} turns it into text.
  if (isText && takesNumbers === undefined && written.kind === 'word' && value.kind === 'number')
    return wrongType(written, target, context);
  if (type === 'shell') return value.kind === 'string' ? fillShell(value, context) : value;
  if (isText) return filled(value, context);
  const isWord = written.kind === 'word' && value.kind === 'string' && /^[\w-]+$/.test(textOf(value));
  return isWord && (type === 'choice' || type === 'signal' || type === 'program')
    ? { kind: 'word', text: textOf(value), span: value.span }
    : value;
}

function filled(value: Value, context: Context): Value | undefined {
  if (value.kind === 'string') return fillIn(value, context);
  if (value.kind !== 'list') return value;
  const items = value.items.map((item) => filled(item, context));
  const whole = items.filter((item) => item !== undefined);
  return whole.length === items.length ? { ...value, items: whole } : undefined;
}

/** Is it a statement that belongs at the top of a file or, like `let`, in a workflow? */
export function isStatement(entry: Entry): entry is Declaration | Include | Site {
  return entry.kind === 'let' || entry.kind === 'param' || isNamed(entry);
}

const isNamed = (entry: Entry): entry is Include | Site => entry.kind === 'include' || entry.kind === 'site';

/** Says where such a statement belongs. */
export function reportMisplaced(entry: Declaration | Include | Site, { report }: Context): void {
  const at = isNamed(entry) ? entry.key.span : { start: entry.span.start, end: entry.key.span.end };
  const where = entry.kind === 'let' ? 'at the top of the file or of a workflow' : 'at the top of the file';
  report(names.misplacedStatement, at, { keyword: entry.kind, where });
}

/** The sbatch option with that name or prefix (`mail`), as it is written in `slurm`. */
function optionNamed(key: string): string | undefined {
  const name = key.replaceAll('_', '-');
  const found = OPTIONS.has(name) ? name : [...OPTIONS.keys()].find((one) => one.startsWith(`${name}-`));
  return found?.replaceAll('-', '_');
}

/** Says where a clause belongs. */
export function reportClause(entry: Clause, here: string, { report }: Context): void {
  const key = entry.key.text as ClauseName;
  const example = entry.broken ? clauses[key].example : written(entry);
  report(names.elsewhere, entry.key.span, { key, owner: clauseOwner(key), here, note: undefined, example });
}

/** The clause that a key of that name probably meant, in a block that can contain it. */
function clauseMeant(key: string, spec: BlockSpec): ClauseName | undefined {
  return spec.clauses?.find((name) =>
    [name, ...clauses[name].aliases].some((one) => one === key.toLowerCase()),
  );
}

/** `mount = "…"`, `volumes = ["…"]`, `mount { … }`. */
function reportClauseKey(entry: Assignment | Block, name: ClauseName, { report }: Context): void {
  const key = entry.key.text;
  const sign = entry.kind === 'block' ? 'braces' : '`=`';
  const wrong = key === name ? `takes no ${sign}` : `is written \`${name}\`, without ${sign}`;
  const value = entry.kind === 'block' ? undefined : entry.value;
  const text = value?.kind === 'list' ? value.items[0] : value;
  const mount = name === 'mount' && text?.kind === 'string' ? splitMount(textOf(text)) : undefined;
  const { example } = clauses[name];
  report(values.clauseParts, entry.key.span, { verb: key, wrong, fix: mount, example });
}

/** The clause as written, on one line. */
function written({ key, text, parts }: Clause): string {
  const words = [{ word: key, text }, ...parts].flatMap((part) => [
    part.word.text,
    ...(part.text?.kind === 'string' ? [JSON.stringify(textOf(part.text))] : []),
  ]);
  return words.join(' ');
}

const isRequired = (spec: KeySpec, engine: EngineName | undefined): boolean =>
  spec.required === true || (engine !== undefined && spec.requiredBy?.includes(engine) === true);

/** Reports required keys that are missing and were not misplaced; silent if the block could not be read to its end. */
export function reportMissing(
  name: BlockName,
  { at, broken, given }: Read<BlockName>,
  engine: EngineName,
  context: Context,
): void {
  if (broken) return;
  const spec: BlockSpec = vocabulary[name];
  const missing = Object.entries(spec.keys).filter(
    ([key, one]) => isRequired(one, engine) && !given.has(key) && !context.misplaced.has(key),
  );
  if (missing.length === 0) return;
  const keys = missing.map(([key]) => key);
  const examples = missing.map(([key, { example }]) => `${key} = ${example}`);
  context.report(names.missingKeys, at, { block: name, keys, examples });
}

/**
 * Not in this block: belongs to another block, is misspelled, or is unknown altogether, in this order.
 * Returns the key that was probably meant.
 */
function reportUnknown(
  entry: Assignment | Block,
  block: BlockName,
  spec: BlockSpec,
  context: Context,
): string | undefined {
  const key = entry.key.text;
  const own = [
    ...Object.entries(spec.keys),
    ...INNER.filter((one) => one.owner === block).map((one) => [one.name, one] as const),
  ];
  const candidates = own.map(
    ([name, { aliases = [] }]: readonly [string, { readonly aliases?: readonly string[] }]) => ({
      name,
      aliases,
    }),
  );
  const alias = candidates.find(({ aliases }) => aliases.includes(key.toLowerCase()))?.name;
  const meant = alias === undefined ? clauseMeant(key, spec) : undefined;
  if (meant !== undefined) {
    reportClauseKey(entry, meant, context);
    return undefined;
  }
  const owner = ownerOf(key);
  if (alias === undefined && owner !== undefined) {
    const keys: Readonly<Record<string, KeySpec>> = vocabulary[owner].keys;
    const example = INNER.find((one) => one.name === key)?.example ?? `${key} = …`;
    const params = { key, owner, here: `\`${block}\``, note: keys[key]?.note, example };
    context.report(names.elsewhere, entry.key.span, params);
    context.misplaced.add(key);
    return undefined;
  }
  const instead =
    alias === undefined && block === SLURM.owner
      ? REFUSED.get(key.replaceAll('_', '-').toLowerCase())
      : undefined;
  const meantKey = instead === undefined ? nearest(alias ?? key, candidates) : undefined;
  const option = meantKey === undefined && block === SLURM.owner ? optionNamed(key) : undefined;
  context.report(names.unknownKey, entry.key.span, {
    key,
    block,
    nearest: meantKey?.name,
    isSure: meantKey?.sure,
    known: candidates.map(({ name }) => name),
    option,
    instead,
  });
  return meantKey?.name;
}
