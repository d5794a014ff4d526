import { names } from '../diagnostics/names.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { BLOCKS, type BlockName, INNER, INSERTS, ownerOf, vocabulary } from '../language/vocabulary/index.ts';
import type { Assignment, Block, Entry, Let, StringValue, Value, WorkflowNode } from '../model/ast.ts';
import type { BlockValues, SlurmOption, Variable, Workflow } from '../model/flow.ts';
import { nothingLeft } from '../model/nothing-left.ts';
import type { Span } from '../model/span.ts';
import {
  isFirst,
  isStatement,
  type Reading,
  readBlock,
  reportClause,
  reportMisplaced,
  reportMissing,
  type Seen,
  valuesOf,
} from './blocks.ts';
import { readMount, readSource } from './clauses.ts';
import { insertText, stringOf } from './constant.ts';
import { checkBuild, containerOf, imageOf } from './container.ts';
import { type Context, type Inserts, type Scope, spanInside, textOf } from './context.ts';
import { readSets, warnAboutDollar } from './environment.ts';
import { type Blocks, engineOf } from './facts.ts';
import { namesIn } from './insert.ts';
import { type Filled, fillFrom, NOTHING_FILLED, withOrigin } from './known.ts';
import { ruleFamilies } from './rules/index.ts';
import { readRun } from './run-text.ts';
import { readSlurm } from './slurm.ts';

/**
 * Checks one workflow against the vocabulary and the rules. Undefined if something that it needs is
 * missing or wrong; the caller sees from its report whether there were errors. `scopeFor` adds the workflow's
 * `let`s and returns the names that are visible in it.
 */
export function readWorkflow(
  node: WorkflowNode,
  outer: Context,
  scopeFor: (lets: readonly Let[], context: (scope: Scope) => Context) => Scope,
): Workflow | undefined {
  let found: ReadingBlocks = {};
  const inserts: Inserts = (name) => insertOf(found, name);
  const lets = node.entries.filter((entry) => entry.kind === 'let');
  const scope = scopeFor(lets, (own) => ({ ...outer, inserts, scope: own }));
  const context: Context = { ...outer, inserts, scope };
  // A block that is repeated or misplaced is not read; saying that its names are unused would report the same mistake twice.
  for (const name of node.entries.flatMap(namesOf)) scope.use(name);
  const read = findBlocks(node, context);
  found = read.found;
  const { application } = found;
  const blocks = readWhole(found, context);
  const { run: runs, again } = application?.read.values ?? {};
  read.filled.fillTexts([runs?.value, again?.value].filter((one) => one !== undefined));
  const run = blocks.application?.values.run?.value;
  const set = blocks.environment?.set.variables ?? [];
  const { ask_command, done_command } = blocks.checkpoint?.values ?? {};
  const shells = [run, blocks.application?.values.again?.value, ask_command?.value, done_command?.value];
  const exported = exportsFor(
    shells.filter((one) => one !== undefined),
    set,
    context,
  );
  const variables = [...exported, ...set];
  const shell = run && readRun(run, variables);
  const judged = { ...context, report: withOrigin(context.report, read.filled.of) };
  for (const rule of ruleFamilies) rule(blocks, judged, shell);
  // A reported error keeps the workflow from being used, so nobody misses what is left out here.
  return assemble(node, blocks, variables);
}

/** The names in an entry, in any form. */
function namesOf(entry: Entry): readonly string[] {
  switch (entry.kind) {
    case 'block':
      return entry.entries.flatMap(namesOf);
    case 'assignment':
      return namesOfValue(entry.value);
    case 'clause':
      return [entry.text, ...entry.parts.flatMap(({ text }) => text ?? [])].flatMap(namesOfValue);
    default:
      return [];
  }
}

function namesOfValue(value: Value): readonly string[] {
  switch (value.kind) {
    case 'word':
      return [value.text];
    case 'string':
      return namesIn(value);
    case 'list':
      return value.items.flatMap(namesOfValue);
    case 'calculation':
      return [value.first, ...value.rest.map(({ operand }) => operand)].flatMap(namesOfValue);
    default:
      return [];
  }
}

/** The blocks of a workflow, whose texts and clauses have not been read yet. */
type ReadingBlocks = { readonly [B in BlockName]?: Reading<B> };

/** Reads what can contain {{…}}: the values that it names are known now. */
function readWhole(found: ReadingBlocks, context: Context): Blocks {
  for (const block of Object.values(found)) block.readTexts();
  const { application, environment, container, image, checkpoint, schedule, ...rest } = found;
  nothingLeft(rest);
  if (image !== undefined) checkBuild(image.read, context);
  return {
    ...(application && { application: application.read }),
    ...(environment && {
      environment: { ...environment.read, set: readSets(environment.inner, context) },
    }),
    ...(container && {
      container: { ...container.read, mounts: container.clauses.map((one) => readMount(one, context)) },
    }),
    ...(image && {
      image: { ...image.read, sources: image.clauses.map((one) => readSource(one, context)) },
    }),
    ...(checkpoint && { checkpoint: checkpoint.read }),
    ...(schedule && {
      schedule: {
        ...schedule.read,
        options: schedule.inner.flatMap((one) => readSlurm(one, context, engineOf(checkpoint?.read))),
      },
    }),
  };
}

function findBlocks(
  node: WorkflowNode,
  context: Context,
): { readonly found: ReadingBlocks; readonly filled: Filled } {
  const seen: Seen = new Map();
  const found: { [B in BlockName]?: Reading<BlockName> } = {};
  for (const entry of node.entries) {
    if (entry.kind === 'let') continue;
    if (isStatement(entry)) {
      reportMisplaced(entry, context);
      continue;
    }
    if (entry.kind === 'clause') {
      reportClause(entry, 'the workflow itself', context);
      continue;
    }
    const exact = BLOCKS.find((one) => one === entry.key.text);
    // A misspelled block is read as the block that was meant, so that all its mistakes are reported at once.
    const name = exact ?? reportUnknownEntry(entry, context);
    if (name === undefined) continue;
    if (exact === undefined && seen.has(name)) continue;
    if (!isFirst(entry, 'block', seen, context, name)) continue;
    if (entry.kind === 'assignment')
      context.report(names.notAKey, entry.key.span, { block: name, owner: ownerOf(name) });
    else found[name] = readBlock(name, entry, context);
  }
  const checkpoint = found.checkpoint as ReadingBlocks['checkpoint'];
  const filled = checkpoint === undefined ? NOTHING_FILLED : fillFrom(checkpoint, context);
  for (const name of BLOCKS) {
    const reading = found[name];
    if (reading !== undefined) reportMissing(name, reading.read, engineOf(checkpoint?.read), context);
  }
  const missing = BLOCKS.filter((name) => 'required' in vocabulary[name] && !seen.has(name));
  if (missing.length > 0 && !node.broken && node.name !== undefined) {
    const examples = missing.map((name) => vocabulary[name].example);
    context.report(names.missingBlocks, node.name.span, {
      workflow: node.name.text,
      blocks: missing,
      examples,
    });
  }
  return { found: found as ReadingBlocks, filled };
}

/** Returns the block that was probably meant. */
function reportUnknownEntry(entry: Assignment | Block, context: Context): BlockName | undefined {
  const key = entry.key.text;
  const owner = ownerOf(key);
  const at = entry.key.span;
  if (owner !== undefined) {
    const example = INNER.find((one) => one.name === key)?.example ?? `${key} = …`;
    context.report(names.elsewhere, at, {
      key,
      owner,
      here: 'the workflow itself',
      note: undefined,
      example,
    });
    context.misplaced.add(key);
    return undefined;
  }
  const candidates = BLOCKS.map((name) => {
    const spec: { readonly aliases?: readonly string[] } = vocabulary[name];
    return { name, aliases: spec.aliases ?? [] };
  });
  if (entry.kind !== 'block') {
    context.report(names.notAnEntry, at, { key, blocks: BLOCKS });
    return undefined;
  }
  const meant = nearest(key, candidates);
  const name = meant?.name as BlockName | undefined;
  context.report(names.unknownBlock, at, { block: key, nearest: name, isSure: meant?.sure, known: BLOCKS });
  return name;
}

function insertOf(found: ReadingBlocks, name: string): ReturnType<Inserts> {
  const insert = INSERTS.get(name);
  if (insert === undefined) return { given: false };
  const { block, type, byDefault } = insert;
  const read = found[block]?.read;
  const values: Readonly<Record<string, { readonly value: unknown } | undefined>> = read?.values ?? {};
  // A block that is missing altogether, or a wrong value, was reported already; that is enough.
  if (values[name]?.value === 'auto') return { given: false, isAuto: true };
  const given = read === undefined || read.broken || read.given.has(name);
  const value =
    (given ? values[name]?.value : undefined) ?? (given && read !== undefined ? undefined : byDefault);
  if (typeof value === 'string')
    return { given, value: { type: 'String', pieces: [{ text: value, escaped: true }] } };
  return typeof value === 'number' && type !== 'String' ? { given, value: { type, value } } : { given };
}

/**
 * The params and lets that the shell texts name as variables, `$name`: the job exports them. The values of `set` take
 * precedence.
 */
function exportsFor(shells: readonly StringValue[], set: readonly Variable[], context: Context): Variable[] {
  return context.scope.names().flatMap((name) => {
    const user = shells.find((one) => new RegExp(`\\$\\{?${name}\\b`).test(textOf(one)));
    if (user === undefined || set.some((one) => one.name === name)) return [];
    const value = context.scope.find(name);
    if (value === undefined || value === 'broken') return [];
    if (value.type === 'String') warnAboutDollar(name, stringOf(value.pieces, placeIn(user, name)), context);
    return [{ name, value: insertText(value) }];
  });
}

/** The first place where the shell text names that variable. */
function placeIn(run: StringValue, name: string): Span {
  const match = new RegExp(`\\$\\{?${name}\\b`).exec(textOf(run));
  return match === null ? run.span : spanInside(run, match.index, match.index + match[0].length);
}

/** The workflow, if all its required parts are present and valid. */
function assemble(
  { name }: WorkflowNode,
  { application, environment, container, image, checkpoint, schedule, ...rest }: Blocks,
  set: readonly Variable[],
): Workflow | undefined {
  nothingLeft(rest);
  const engine = engineOf(checkpoint);
  const parts = {
    application: application && valuesOf('application', application, engine),
    environment: { ...(environment && valuesOf('environment', environment, engine)), set },
    ...(container && { container: containerOf(container) }),
    ...(image && { image: imageOf(image) }),
    checkpoint: checkpoint && valuesOf('checkpoint', checkpoint, engine),
    schedule: schedule && withOptions(valuesOf('schedule', schedule, engine), schedule.options),
  };
  const whole = name !== undefined && Object.values(parts).every((part) => part !== undefined);
  return whole ? ({ name: name.text, ...parts } as Workflow) : undefined;
}

const withOptions = (values: BlockValues<'schedule'> | undefined, options: readonly SlurmOption[]) =>
  values && { ...values, options };
