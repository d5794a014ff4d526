import { siteRules as findings } from '../../diagnostics/site-rules.ts';
import { suggest } from '../../diagnostics/suggest.ts';
import { parseArray } from '../../language/array.ts';
import type { HostPath } from '../../model/flow.ts';
import { asWritten } from '../../model/path.ts';
import type { NodeKind, SitePartition, SiteProfile, SiteQos } from '../../model/site.ts';
import type { Span } from '../../model/span.ts';
import { isOwn } from '../../site/builtin.ts';
import { fileSystemOf, stateOn } from '../../site/storage.ts';
import { LEAD_BASE, leadFor, WRITE_RATE } from '../../time/cost.ts';
import { besideProgram, memoryOfEach, memoryThatFits } from '../../time/memory.ts';
import type { Context, Located } from '../context.ts';
import { type Blocks, coresOnNode, engineOf, memoryOnNode, ranksUnderDmtcp } from '../facts.ts';

/** Slurm's default for KillWait, in seconds. */
const KILL_WAIT = 30;
/** How long a run may wait in the queue between two attempts, in seconds. */
const QUEUE = 14 * 86_400;
/** As a part of an attempt: a longer wait after each requeue is reported. */
const LONG_WAIT = 0.1;

/** Does the flow fit the site that it is for? Silent about what the profile does not say. */
export function siteRules(blocks: Blocks, context: Context): void {
  const { site } = context;
  neededKeys(blocks, context);
  const partitions = chosenPartitions(blocks, context);
  const qos = chosenQos(blocks, context);
  times(blocks, partitions, qos, context);
  sizes(blocks, partitions, context);
  preemption(blocks, partitions, qos, context);
  requeueing(blocks, context);
  arrays(blocks, context);
  storage('state', blocks.checkpoint?.values.state, blocks, context);
  storage('workdir', blocks.application?.values.workdir, blocks, context);
  if (site.nodes.length > 0) features(blocks, context);
}

function neededKeys({ schedule }: Blocks, { report, site, misplaced }: Context): void {
  if (schedule === undefined || schedule.broken) return;
  for (const key of site.needs) {
    if (schedule.given.has(key) || misplaced.has(key)) continue;
    const known = {
      account: [],
      partition: site.partitions.map(({ name }) => name),
      qos: site.qos.map(({ name }) => name),
      constraint: site.nodes.flatMap(({ features = [] }) => features),
    }[key];
    report(findings.neededKey, schedule.at, { key, site: site.name, known });
  }
}

/** Reports a name that is not in the site's list; silent if the profile has no list. */
function knows(
  list: 'partitions' | 'qos' | 'nodes',
  what: string,
  name: string,
  span: Span,
  known: readonly string[],
  { report, site }: Context,
): boolean {
  if (known.includes(name)) return true;
  if (known.length === 0) return false;
  const nearest = suggest(
    name,
    known.map((one) => ({ name: one })),
  );
  const kind = site.complete.includes(list) ? findings.unknownName : findings.unlistedName;
  report(kind, span, { what, name, nearest, known, site: site.name });
  return false;
}

/** The partitions that the job may run in, if known; several are separated by commas. */
function chosenPartitions({ schedule }: Blocks, context: Context): readonly SitePartition[] {
  const { partitions } = context.site;
  const asked = schedule?.values.partition;
  if (asked === undefined)
    return schedule?.given.has('partition') ? [] : partitions.filter((one) => one.default === true);
  const names = partitions.map(({ name }) => name);
  return asked.value
    .split(',')
    .filter((name) => knows('partitions', 'partition', name, asked.span, names, context))
    .flatMap((name) => partitions.find((one) => one.name === name) ?? []);
}

function chosenQos({ schedule }: Blocks, context: Context): SiteQos | undefined {
  const { qos } = context.site;
  const asked = schedule?.values.qos;
  if (asked === undefined)
    return schedule?.given.has('qos') ? undefined : qos.find((one) => one.default === true);
  const names = qos.map(({ name }) => name);
  return knows('qos', 'QOS', asked.value, asked.span, names, context)
    ? qos.find(({ name }) => name === asked.value)
    : undefined;
}

function times(
  { schedule }: Blocks,
  partitions: readonly SitePartition[],
  qos: SiteQos | undefined,
  { report }: Context,
): void {
  const { time, time_min: min, partition, qos: askedQos } = schedule?.values ?? {};
  // With several partitions, the job starts in any that accepts it: only a time that none of them accepts is wrong.
  const longest = partitions.toSorted((a, b) => (b.maxTime ?? Infinity) - (a.maxTime ?? Infinity))[0];
  const limits = [
    { what: 'partition', one: longest, byDefault: partition === undefined },
    { what: 'QOS', one: qos, byDefault: askedQos === undefined },
  ].flatMap(({ what, one, byDefault }) =>
    one?.maxTime === undefined ? [] : [{ what, name: one.name, limit: one.maxTime, byDefault }],
  );
  const strictest = limits.toSorted((a, b) => a.limit - b.limit)[0];
  if (time !== undefined && strictest !== undefined && time.value > strictest.limit)
    report(findings.timeAboveLimit, time.span, { time: time.value, ...strictest });
  const least = qos?.minTime;
  const [key, shortest] = min === undefined ? (['time', time] as const) : (['time_min', min] as const);
  if (least !== undefined && shortest !== undefined && qos !== undefined && shortest.value < least)
    report(findings.timeBelowMinimum, shortest.span, { key, time: shortest.value, least, name: qos.name });
}

/** The names in a constraint; only `&` requires all of them. */
const namesIn = (constraint: string) => constraint.replaceAll(/\*\d+/g, '').match(/[A-Za-z0-9_.-]+/g) ?? [];

function features({ schedule }: Blocks, context: Context): void {
  const asked = schedule?.values.constraint;
  const known = [...new Set(context.site.nodes.flatMap((one) => one.features ?? []))];
  for (const name of asked === undefined ? [] : namesIn(asked.value))
    knows('nodes', 'feature', name, asked?.span ?? { start: 0, end: 0 }, known, context);
}

function sizes(blocks: Blocks, partitions: readonly SitePartition[], context: Context): void {
  const { report, site } = context;
  const { application, checkpoint, schedule } = blocks;
  const { threads, tasks } = application?.values ?? {};
  const memory = memoryOnNode(blocks);
  const cores = coresOnNode(blocks);
  const { mem, constraint, partition } = schedule?.values ?? {};
  const nodes = fitting(site.nodes, constraint?.value);
  const inPartition = partition !== undefined && partitions.length > 0;
  const [where, kinds] = inPartition
    ? [`the partition ${partition.value}`, partitions]
    : constraint !== undefined && nodes.length < site.nodes.length
      ? [`${site.name} with ${constraint.value}`, nodes]
      : [site.name, [...nodes, ...(nodes.length === 0 ? site.partitions : [])]];
  const most = (key: 'cpus' | 'memory') => {
    const all = kinds.map((one) => one[key]);
    return all.length === 0 || all.includes(undefined) ? Infinity : Math.max(...all.map((one) => one ?? 0));
  };
  const asked = threads ?? tasks;
  if (asked !== undefined && cores > most('cpus'))
    report(findings.threadsAbove, asked.span, {
      threads: threads?.value ?? 1,
      ranks: ranksUnderDmtcp(blocks),
      most: most('cpus'),
      where,
    });
  const node = most('memory');
  if (node === Infinity) return;
  const above = (key: 'mem' | 'memory', given: Located<number> | undefined, beside: number, fits: number) => {
    if (given !== undefined && given.value + beside > node)
      report(findings.memAbove, given.span, { mem: given.value, beside, most: node, fits, where, key });
  };
  above('mem', mem, 0, node);
  // What a job with `mem` asks for, its owner has decided.
  const of = [engineOf(checkpoint), cores] as const;
  const fits = (all: number) => memoryOfEach(all, ranksUnderDmtcp(blocks));
  if (schedule?.given.has('mem')) above('memory', memory, 0, fits(node));
  else above('memory', memory, besideProgram(...of), fits(memoryThatFits(node, ...of)));
}

/** The kinds of nodes that satisfy a constraint, if it is simple enough. */
function fitting(nodes: readonly NodeKind[], constraint: string | undefined): readonly NodeKind[] {
  if (constraint === undefined || !/^[\w.-]+(?:&[\w.-]+)*$/.test(constraint)) return nodes;
  const left = nodes.filter(({ features = [] }) =>
    namesIn(constraint).every((one) => features.includes(one)),
  );
  return left.length > 0 ? left : nodes;
}

function preemption(
  blocks: Blocks,
  partitions: readonly SitePartition[],
  qos: SiteQos | undefined,
  { report, site }: Context,
): void {
  const { checkpoint, schedule } = blocks;
  const { lead, state } = checkpoint?.values ?? {};
  const partition = partitions.find(({ preemptMode = 'off' }) => preemptMode !== 'off');
  const [from, span, where] =
    qos?.preemptable === true
      ? [qos, schedule?.values.qos?.span, `the QOS ${qos.name}`]
      : [partition, schedule?.values.partition?.span, `the partition ${partition?.name}`];
  const grace = from?.grace;
  const memory = memoryOnNode(blocks)?.value;
  if (grace === undefined || lead === undefined) return;
  const killWait = site.slurm.killWait ?? KILL_WAIT;
  const rate = stateOn(state?.value, site)?.bandwidth ?? WRITE_RATE;
  const needed = memory === undefined ? Math.max(lead.value, LEAD_BASE) : leadFor(memory, rate);
  if (grace + killWait < needed)
    report(findings.graceShort, span ?? lead.span, {
      grace,
      killWait,
      needed,
      estimated: memory !== undefined,
      where,
    });
}

function requeueing({ checkpoint, schedule }: Blocks, { report, site }: Context): void {
  const { time, total, continue: goOn } = schedule?.values ?? {};
  const { strategy, lead } = checkpoint?.values ?? {};
  if (strategy?.value === 'manual' || (goOn !== undefined && goOn.value !== 'requeue')) return;
  if (schedule?.given.has('continue') && goOn === undefined) return;
  const { jobRequeue, credExpire } = site.slurm;
  const span = goOn?.span ?? schedule?.at;
  if (jobRequeue === false && span !== undefined) report(findings.noRequeue, span, { site: site.name });
  if (credExpire === undefined || time === undefined || total === undefined || lead === undefined) return;
  const wait = credExpire + 1;
  if (total.value > time.value && wait > LONG_WAIT * time.value)
    report(findings.requeueWait, time.span, { wait, time: time.value, site: site.name });
}

function arrays({ schedule }: Blocks, { report, site }: Context): void {
  const array = schedule?.values.array;
  const size = site.slurm.maxArraySize;
  if (array === undefined || size === undefined) return;
  const range = parseArray(array.value);
  const index = 'largest' in range ? range.largest : 0;
  if (index >= size) report(findings.arrayTooLarge, array.span, { index, most: size - 1, site: site.name });
}

function storage(
  key: 'state' | 'workdir',
  given: Located<HostPath> | undefined,
  { schedule }: Blocks,
  { report, site }: Context,
): void {
  const on = given && fileSystemOf(given.value, site);
  if (given === undefined || on === undefined) return;
  const path = asWritten(given.value);
  if (on.scope === 'node-local') {
    const kind = isOwn(on) ? findings.localStorage : findings.perhapsLocal;
    report(kind, given.span, {
      key,
      path,
      site: site.name,
      memory: on.memory === true,
      shared: sharedOf(site),
    });
    return;
  }
  const total = schedule?.values.total?.value ?? 0;
  if (on.purged !== undefined && on.purged < total + QUEUE)
    report(findings.purged, given.span, { key, path, after: on.purged, total, wait: QUEUE });
}

const sharedOf = ({ fileSystems }: SiteProfile) =>
  fileSystems.flatMap(({ scope, paths }) => (scope === 'shared' ? paths.slice(0, 1) : []));
