import { names } from '../diagnostics/names.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { StringValue, WorkflowNode } from '../model/ast.ts';
import type { Workflow } from '../model/flow.ts';
import type { Span } from '../model/span.ts';
import {
  type Blocks,
  isFirst,
  ownerOf,
  type Read,
  readBlock,
  reportMissing,
  reportPlanned,
  type Seen,
} from './blocks.ts';
import type { Context } from './context.ts';
import { readSet } from './environment.ts';
import { fillIn, type Inserts } from './insert.ts';
import { plannedFor } from './planned.ts';
import { ruleFamilies } from './rules/index.ts';
import { BLOCKS, type BlockName, INSERTS, SET, vocabulary } from './vocabulary.ts';

/**
 * Checks one workflow against the vocabulary and the rules. Undefined where something that it cannot do without is
 * absent or wrong; whether there were errors the caller sees from its report.
 */
export function readWorkflow(node: WorkflowNode, context: Context): Workflow | undefined {
  const blocks = readBlocks(node, context);
  const inserts = insertsOf(blocks);
  const run = blocks.application?.values.run?.value;
  const text = run === undefined ? undefined : fillIn(run, inserts, context);
  const set = (blocks.environment?.inner ?? []).flatMap((block) => readSet(block, inserts, context));
  for (const rule of ruleFamilies) rule(blocks, context);
  return assemble(node, blocks, run, text, set);
}

function readBlocks(node: WorkflowNode, context: Context): Blocks {
  const seen: Seen = new Map();
  const found: { [B in BlockName]?: Read<BlockName> } = {};
  for (const entry of node.entries) {
    const exact = BLOCKS.find((one) => one === entry.key.text);
    // A misspelled block is read as what it was meant to be, so that all that is wrong in it is said at once.
    const name = exact ?? reportUnknownEntry(entry, context);
    if (name === undefined || entry.kind === 'planned') continue;
    if (exact === undefined && seen.has(name)) continue;
    if (!isFirst({ ...entry.key, text: name }, 'block', seen, context)) continue;
    if (entry.kind === 'assignment') context.report(names.notAKey, entry.key.span, { block: name });
    else found[name] = readBlock(name, entry, context);
  }
  for (const name of BLOCKS) {
    const read = found[name];
    if (read !== undefined) reportMissing(name, read, context);
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
  return found as Blocks;
}

/** Returns the block that was probably meant. */
function reportUnknownEntry(entry: WorkflowNode['entries'][number], context: Context): BlockName | undefined {
  const key = entry.key.text;
  if (plannedFor(key) !== undefined) {
    reportPlanned(entry, context);
    return undefined;
  }
  const owner = ownerOf(key);
  const at = entry.key.span;
  if (owner !== undefined) {
    const example = key === SET.name ? SET.example : `${key} = …`;
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
  const nearest = suggest(key, candidates) as BlockName | undefined;
  context.report(names.unknownBlock, at, { block: key, nearest, known: BLOCKS });
  return nearest;
}

function insertsOf(blocks: Blocks): Inserts {
  const entries = Object.entries(INSERTS).map(([key, block]) => {
    const read = blocks[block];
    const values: Readonly<Record<string, { readonly value: unknown } | undefined>> = read?.values ?? {};
    const value = values[key]?.value;
    // A block that is not there at all was reported as missing: that is enough.
    const given = read === undefined || read.node.broken || (read.given.has(key) && value !== 'auto');
    return [key, typeof value === 'number' ? { given, value } : { given }];
  });
  return Object.fromEntries(entries) as Inserts;
}

function assemble(
  node: WorkflowNode,
  { application, environment, checkpoint, schedule }: Blocks,
  run: StringValue | undefined,
  text: string | undefined,
  set: readonly { name: string; value: string }[],
): Workflow | undefined {
  const { interval, mtbf, lead, strategy, signal, keep, state, prove, protect } = checkpoint?.values ?? {};
  const {
    time,
    time_min,
    total,
    max_attempts,
    continue: goOn,
    mem,
    account,
    qos,
    partition,
    reservation,
    constraint,
  } = schedule?.values ?? {};
  const { workdir, output, threads, memory, alive } = application?.values ?? {};
  if (!node.name || run === undefined || text === undefined || !interval || !lead || !time || !total)
    return undefined;
  return {
    name: node.name.text,
    application: {
      run: text.endsWith('\n') ? text : `${text}\n`,
      runSpan: contentSpan(run),
      ...optional('workdir', workdir),
      ...optional('output', output),
      ...optional('threads', threads),
      ...optional('memory', memory),
      ...optional('alive', alive),
    },
    environment: { load: environment?.values.load?.value ?? [], set },
    checkpoint: {
      ...optional('strategy', strategy),
      interval: interval.value,
      ...optional('mtbf', mtbf),
      lead: lead.value,
      ...optional('signal', signal),
      ...optional('keep', keep),
      ...optional('state', state),
      ...optional('prove', prove),
      ...optional('protect', protect),
    },
    schedule: {
      time: time.value,
      ...optional('timeMin', time_min),
      total: total.value,
      ...optional('maxAttempts', max_attempts),
      ...optional('continue', goOn),
      ...optional('mem', mem),
      ...optional('account', account),
      ...optional('qos', qos),
      ...optional('partition', partition),
      ...optional('reservation', reservation),
      ...optional('constraint', constraint),
    },
  };
}

function optional<K extends string, T>(key: K, given: { readonly value: T } | undefined): { [P in K]?: T } {
  return given === undefined ? {} : ({ [key]: given.value } as { [P in K]: T });
}

/** From the first character of the text to the end of its last line: the quotes are not in it. */
function contentSpan(run: StringValue): Span {
  const first = run.segments[0]?.span.start ?? run.span.start;
  const last = run.segments.findLast(({ text }) => text.trim() !== '');
  if (last === undefined) return { start: first, end: first };
  return { start: first, end: last.text.endsWith('\n') ? last.span.end - 1 : last.span.end };
}
