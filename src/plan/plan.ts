import { distributionNamed } from '../language/distributions.ts';
import { MANA_SETTINGS, MPI_SETTINGS } from '../language/mpi-settings.ts';
import { vocabulary } from '../language/vocabulary/index.ts';
import {
  type EngineName,
  MPI_TYPES,
  MPIEXEC,
  RANKS,
  RANKS_INSIDE,
  usesContainer,
} from '../language/words.ts';
import type { StringValue } from '../model/ast.ts';
import { type Container, calledOf, type ImageRecipe } from '../model/container.ts';
import { exactly } from '../model/exactly.ts';
import type { BlockModel, Bytes, Seconds, Workflow } from '../model/flow.ts';
import type { ProgramOfFlow } from '../model/known-program.ts';
import { nothingLeft } from '../model/nothing-left.ts';
import type { AskedMemory, OwnCheckpoints, Plan, PlannedProgram } from '../model/plan.ts';
import type { SiteProfile } from '../model/site.ts';
import type { Source } from '../model/span.ts';
import { contentSpan, textOf } from '../model/text.ts';
import { onlyProgram } from '../shell/one-program.ts';
import { siteState, stateOn } from '../site/storage.ts';
import { allocatesWholeNodes } from '../site/whole-nodes.ts';
import { checkpointCost, USUAL_MEMORY, WRITE_RATE } from '../time/cost.ts';
import { dalyInterval } from '../time/daly.ts';
import { besideProgram, memoryOfRanks, memoryOverNodes, memoryToAsk } from '../time/memory.ts';

/** No checkpoint is given up before this many seconds. */
const leastPatience = 600;

/** The defaults for what the flow does not say, by the vocabulary. */
const keys = {
  ...vocabulary.application.keys,
  ...vocabulary.container.keys,
  ...vocabulary.image.keys,
  ...vocabulary.checkpoint.keys,
  ...vocabulary.schedule.keys,
};

/**
 * Decides everything that a job needs to know: fills in defaults, derives numbers.
 * The checker found no error in the workflow; `site` decides what the workflow leaves to it.
 */
export function plan(workflow: Workflow, source: Source, site?: SiteProfile): Plan {
  const { name, application, environment, container, image, checkpoint, schedule, ...others } = workflow;
  nothingLeft(others);
  const { run, again, workdir, output, memory: each = 0, mpi, alive, ...resources } = application;
  const { nodes, tasks, threads, gpus, gpus_per_task, ...moreApplication } = resources;
  nothingLeft(moreApplication);
  const { load = [], pass = [], set = [], ...moreEnvironment } = environment ?? {};
  nothingLeft(moreEnvironment);
  const { engine: chosen, strategy, interval, mtbf, lead, signal, keep, state, ...howToSave } = checkpoint;
  const { prove, protect, strict, answer_within, program, ...own } = howToSave;
  const engine = chosen ?? keys.engine.byDefault;
  const { time, time_min, total, max_attempts, continue: goOn, ...asked } = schedule;
  const { mem: _, account, qos, partition, reservation, constraint, array, options, ...moreSchedule } = asked;
  nothingLeft(moreSchedule);
  const isRanked = (tasks ?? 1) > 1 || (nodes ?? 1) > 1;
  const launcher =
    !isRanked && engine !== 'mana' ? null : engine === 'dmtcp' ? MPIEXEC : container ? RANKS_INSIDE : RANKS;
  // DMTCP saves what one task of the job starts, so all its ranks and their cores are in that.
  const ranks = engine === 'dmtcp' ? (tasks ?? keys.tasks.byDefault) : 1;
  const memory =
    engine === 'mana' ? memoryOverNodes(each, nodes ?? 1, tasks ?? 1) : memoryOfRanks(each, ranks);
  const started = asRanks(writtenShell(run, source), launcher);
  const continued = again && asRanks(writtenShell(again, source), launcher).text;
  const inRanks = engine !== 'dmtcp' && [started.text, continued ?? ''].some(usesContainer);
  const rate = (site && stateOn(state, site)?.bandwidth) ?? WRITE_RATE;
  const sets = (variable: string) => set.some((one) => one.name === variable);
  return exactly<Plan>()({
    format: 1,
    workflow: name,
    run: started,
    workdir: workdir ?? null,
    output: output ?? null,
    load,
    set: [
      ...ownExcept(set, pass, mpi === 'singleton' ? singleton : []),
      ...ownExcept(set, [], ranks > 1 ? ofRanks : []),
      ...ownExcept(set, [], engine === 'mana' ? underMana : []),
      ...set,
    ],
    ...(threads !== undefined && !sets('OMP_NUM_THREADS') && { defaults: [openMp(threads)] }),
    resources: {
      nodes: nodes ?? keys.nodes.byDefault,
      tasks: ranks > 1 ? 1 : (tasks ?? keys.tasks.byDefault),
      threads: ranks * (threads ?? keys.threads.byDefault),
      ...(ranks > 1 && { ranks }),
      gpus: gpus ?? null,
      ...(gpus_per_task !== undefined && { gpusPerTask: gpus_per_task }),
      mpi: MPI_TYPES.find((type) => type === mpi) ?? (engine === 'mana' ? 'pmi2' : null),
      memory: askedMemory(workflow, ranks, site),
    },
    ...(container && { container: containerOf(container, inRanks), pass }),
    ...(image && { image: recipe(image, source) }),
    checkpoint: {
      engine,
      ...(engine === 'own' && {
        own: ownCheckpoints(own, program, continued, source),
      }),
      ...intervalFor(interval ?? time, mtbf ?? keys.mtbf.byDefault, memory, rate),
      prove:
        engine !== 'none' && (prove ?? keys.prove.byDefault) === 'yes' && (engine !== 'own' || asksOf(own)),
      protect: protect ?? [],
      strict: (strict ?? keys.strict.byDefault) === 'yes',
      alive: alive ?? null,
      lead,
      signal: signal ?? keys.signal.byDefault,
      keep: keep ?? keys.keep.byDefault,
      state: state ?? (site && siteState(site)) ?? null,
      limit: patience(engine, answer_within, lead, memory, rate),
      expect: memory,
    },
    continue: strategy === 'manual' ? 'resume' : (goOn ?? keys.continue.byDefault),
    attempt: { time, timeMin: time_min ?? null, max: max_attempts ?? null },
    total,
    queue: {
      account: account ?? null,
      qos: qos ?? null,
      partition: partition ?? null,
      reservation: reservation ?? null,
      constraint: constraint ?? null,
      ...(array === undefined ? {} : { array }),
      ...(options.length === 0 ? {} : { options }),
    },
  });
}

function askedMemory(
  { application, checkpoint, schedule }: Workflow,
  ranks: number,
  site: SiteProfile | undefined,
): AskedMemory {
  const { engine = keys.engine.byDefault } = checkpoint;
  const { memory, threads = keys.threads.byDefault } = application;
  const { mem, qos, partition } = schedule;
  const { nodes = 1, tasks = 1 } = application;
  const cores = engine === 'mana' ? Math.ceil(tasks / nodes) : ranks * threads;
  const beside = besideProgram(engine, cores);
  if (mem !== undefined) return { ask: mem, by: 'mem', beside };
  if (site?.slurm.managesMemory === false) return { ask: null, by: 'unmanaged', beside };
  if (site && allocatesWholeNodes(site, qos, partition)) return { ask: null, by: 'whole-nodes', beside };
  if (memory === undefined) return { ask: null, by: 'nothing', beside };
  return { ask: memoryToAsk(memoryOfRanks(memory, ranks), engine, cores), by: 'memory', beside };
}

/** How long the job waits for a checkpoint, in seconds. */
function patience(
  engine: EngineName,
  answer: Seconds | undefined,
  lead: Seconds,
  memory: Bytes,
  rate: number,
): Seconds {
  if (engine === 'own' || engine === 'none') return answer ?? Math.ceil(lead / 2);
  // Four times what it should take, in case the file system has a bad day.
  return Math.max(leastPatience, Math.ceil((4 * memory) / rate));
}

type OwnKeys = Omit<
  BlockModel<'checkpoint'>,
  | 'engine'
  | 'strategy'
  | 'interval'
  | 'mtbf'
  | 'lead'
  | 'signal'
  | 'keep'
  | 'state'
  | 'prove'
  | 'protect'
  | 'strict'
  | 'answer_within'
  | 'program'
>;

const asksOf = ({ ask_signal, ask_file, ask_command }: OwnKeys): boolean =>
  [ask_signal, ask_file, ask_command].some((one) => one !== undefined);

function ownCheckpoints(
  block: OwnKeys,
  program: ProgramOfFlow | undefined,
  again: string | undefined,
  source: Source,
): OwnCheckpoints {
  const {
    files = [],
    grows = [],
    ask_signal,
    ask_file,
    ask_text = '',
    ask_command,
    answer,
    ...others
  } = block;
  const {
    stop_status,
    ranks,
    done_files = [],
    done_text,
    done_in,
    done_command,
    clear = [],
    ...rest
  } = others;
  nothingLeft(rest);
  const shell = (value: StringValue) => writtenShell(value, source).text;
  return exactly<OwnCheckpoints>()({
    ...(program && { program: planned(program) }),
    files,
    grows,
    ask:
      ask_signal !== undefined
        ? { how: 'signal', signal: ask_signal }
        : ask_file !== undefined
          ? { how: 'file', file: ask_file, text: ask_text }
          : ask_command !== undefined
            ? { how: 'command', text: shell(ask_command) }
            : null,
    answer: answer ?? keys.answer.byDefault,
    stopStatus: stop_status ?? null,
    ranks: ranks ?? keys.ranks.byDefault,
    done: {
      files: done_files,
      text: done_text ?? null,
      in: done_in ?? null,
      command: done_command === undefined ? null : shell(done_command),
    },
    clear,
    again: again ?? null,
  });
}

const planned = ({ record: { name, title, tried }, gives }: ProgramOfFlow): PlannedProgram => ({
  name,
  title,
  tried: tried ?? null,
  gives,
});

function containerOf(
  { runtime, image, dmtcp, modules = [], options = [], mounts, ...rest }: BlockModel<'container'>,
  ranks: boolean,
): Container {
  nothingLeft(rest);
  return exactly<Container>()({
    runtime,
    image,
    dmtcp: dmtcp ?? keys.dmtcp.byDefault,
    modules,
    options,
    mounts,
    ...(ranks && { ranks }),
  });
}

/** The given interval, or the best one for the estimated cost of a checkpoint of that much memory. */
function intervalFor(
  interval: Seconds | 'auto',
  mtbf: Seconds,
  memory: Bytes,
  rate: number,
): { interval: Seconds; mtbf: Seconds | null } {
  if (interval !== 'auto') return { interval, mtbf: null };
  return { interval: Math.round(dalyInterval(checkpointCost(memory || USUAL_MEMORY, rate), mtbf)), mtbf };
}

function recipe(block: BlockModel<'image'>, source: Source): ImageRecipe {
  const { from, distribution, packages = [], build_packages = [], sources, build, results, ...more } = block;
  const { user, env, labels, platform, build_cache, ...dmtcp } = more;
  const { dmtcp_release, dmtcp_archive, dmtcp_sha256, ...rest } = dmtcp;
  nothingLeft(rest);
  const { repository, tag } = calledOf(from);
  return exactly<ImageRecipe>()({
    from,
    // A name that does not reveal it was refused unless the flow says it.
    distribution: distribution ?? distributionNamed(repository, tag) ?? 'debian',
    packages,
    buildPackages: build_packages,
    sources,
    build: build === undefined ? null : writtenShell(build, source),
    results: results ?? [...new Set(sources.map(({ to }) => to.replace(/(?<=.)\/$/, '')))],
    ...(user && { user }),
    ...(env && { env }),
    ...(labels && { labels }),
    ...(platform && { platform }),
    ...(build_cache && { cache: build_cache }),
    dmtcp: {
      release: dmtcp_release ?? keys.dmtcp_release.byDefault,
      archive: dmtcp_archive && dmtcp_sha256 ? { path: dmtcp_archive, sha256: dmtcp_sha256 } : null,
    },
  });
}

/** Shell text, byte for byte what runs, with LF after every line; and its lines in the source, 1-based, inclusive. */
function writtenShell(value: StringValue, source: Source) {
  const text = textOf(value);
  const { start, end } = contentSpan(value);
  return {
    text: text.endsWith('\n') ? text : `${text}\n`,
    firstLine: lineAt(source, start),
    lastLine: lineAt(source, end),
  };
}

/** The same, with what starts the ranks in front of it, if there is any and the text is only a program: crflow starts them then. */
function asRanks<Written extends { readonly text: string }>(
  written: Written,
  launcher: string | null,
): Written {
  const { text } = written;
  const at = launcher === null ? undefined : onlyProgram(text);
  return at === undefined ? written : { ...written, text: text.slice(0, at) + launcher + text.slice(at) };
}

/** How far the lines of a source were counted: its workflows are handled in turn, and a file may have thousands. */
const counted = new WeakMap<Source, { offset: number; line: number }>();

function lineAt(source: Source, offset: number): number {
  const before = counted.get(source);
  let { offset: from, line } =
    before !== undefined && before.offset <= offset ? before : { offset: 0, line: 1 };
  for (;;) {
    const end = source.text.indexOf('\n', from);
    if (end === -1 || end >= offset) break;
    from = end + 1;
    line += 1;
  }
  counted.set(source, { offset: from, line });
  return line;
}

/**
 * Restricts the start of an MPI program to one process, as DMTCP needs it: measured with OpenMPI 4, LAMMPS and
 * CP2K. Without it, OpenMPI forks a daemon even for a single process, and hwloc opens files of udev that DMTCP cannot
 * restore.
 */
const singleton: Plan['set'] = [
  {
    name: 'OMPI_MCA_ess_singleton_isolated',
    value: '1',
    why: 'mpi = singleton: do not fork a daemon for the one process',
  },
  {
    name: 'OMPI_MCA_btl',
    value: 'self',
    why: 'it communicates only with itself: no shared memory, no network',
  },
  {
    name: 'HWLOC_COMPONENTS',
    value: '-linuxio,-gl,-opencl,-pci',
    why: 'hwloc must not open devices, which DMTCP could not bring back',
  },
];

/** What several ranks need under DMTCP. A container does not take them from the submission, whose values are for other jobs. */
const ofRanks: Plan['set'] = MPI_SETTINGS.map(({ name, crflow, why }) => ({ name, value: crflow, why }));

const underMana: Plan['set'] = MANA_SETTINGS.flatMap(({ name, crflow, why }) =>
  crflow === undefined ? [] : [{ name, value: crflow, why }],
);

/** If the flow says how many threads a program has, OpenMP gets that number as well, unless its user has set another. */
const openMp = (threads: number) => ({ name: 'OMP_NUM_THREADS', value: String(threads) });

/** Variables that the flow or the submission sets take precedence. */
function ownExcept(set: Plan['set'], pass: readonly string[], ...own: readonly Plan['set'][]): Plan['set'] {
  const isPassed = (name: string) =>
    pass.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name));
  return own.flat().filter(({ name }) => !isPassed(name) && !set.some((one) => one.name === name));
}
