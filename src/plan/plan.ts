import type { ImageRecipe } from '../model/container.ts';
import type { Bytes, Recipe, Seconds, Workflow } from '../model/flow.ts';
import type { Plan } from '../model/plan.ts';
import type { SiteProfile } from '../model/site.ts';
import type { Source, Span } from '../model/span.ts';
import { siteState, stateOn } from '../site/storage.ts';
import { checkpointCost, USUAL_MEMORY, USUAL_MTBF, WRITE_RATE } from '../time/cost.ts';
import { dalyInterval } from '../time/daly.ts';

/** No checkpoint is given up earlier than this, in seconds. */
const leastPatience = 600;

/**
 * Decides everything that a job needs to know: fills in defaults, derives numbers.
 * The workflow is one that the checker found no error in; `site` has the say where the workflow leaves it to the site.
 */
export function plan(workflow: Workflow, source: Source, site?: SiteProfile): Plan {
  const { application, environment, checkpoint, schedule } = workflow;
  const memory = application.memory ?? 0;
  const state = checkpoint.state ?? (site && siteState(site)) ?? null;
  const rate = (site && stateOn(checkpoint.state, site)?.bandwidth) ?? WRITE_RATE;
  return {
    format: 1,
    workflow: workflow.name,
    run: { text: application.run, ...linesOf(source, application.runSpan) },
    workdir: application.workdir ?? null,
    output: application.output ?? null,
    load: environment.load,
    set: [...(application.mpi === 'singleton' ? singletonExcept(environment.set) : []), ...environment.set],
    threads: application.threads ?? 1,
    ...(workflow.container === undefined ? {} : { container: workflow.container }),
    ...(workflow.container === undefined ? {} : { pass: environment.pass ?? [] }),
    ...(workflow.image === undefined ? {} : { image: recipe(workflow.image, source) }),
    checkpoint: {
      ...interval(checkpoint, memory, rate),
      prove: checkpoint.prove !== 'no',
      protect: checkpoint.protect ?? [],
      strict: checkpoint.strict === 'yes',
      alive: application.alive ?? null,
      lead: checkpoint.lead,
      signal: checkpoint.signal ?? 'USR1',
      keep: checkpoint.keep ?? 2,
      state,
      // Four times what it should take, for a file system that has a bad day.
      limit: Math.max(leastPatience, Math.ceil((4 * memory) / rate)),
      expect: memory,
    },
    continue: checkpoint.strategy === 'manual' ? 'resume' : (schedule.continue ?? 'requeue'),
    attempt: {
      time: schedule.time,
      timeMin: schedule.timeMin ?? null,
      max: schedule.maxAttempts ?? null,
    },
    total: schedule.total,
    queue: {
      mem: schedule.mem ?? null,
      account: schedule.account ?? null,
      qos: schedule.qos ?? null,
      partition: schedule.partition ?? null,
      reservation: schedule.reservation ?? null,
      constraint: schedule.constraint ?? null,
      ...(schedule.array === undefined ? {} : { array: schedule.array }),
      ...(schedule.options === undefined ? {} : { options: schedule.options }),
    },
  };
}

/** What is given, or the best by what a checkpoint of that much memory should cost. */
function interval(
  { interval, mtbf = USUAL_MTBF }: Workflow['checkpoint'],
  memory: Bytes,
  rate: number,
): { interval: Seconds; mtbf: Seconds | null } {
  if (interval !== 'auto') return { interval, mtbf: null };
  return { interval: Math.round(dalyInterval(checkpointCost(memory || USUAL_MEMORY, rate), mtbf)), mtbf };
}

function recipe(image: Recipe, source: Source): ImageRecipe {
  const { build } = image;
  return { ...image, build: build && { text: build.text, ...linesOf(source, build.textSpan) } };
}

/** Lines of the source, 1-based, inclusive. */
const linesOf = (source: Source, { start, end }: Span) => ({
  firstLine: lineAt(source, start),
  lastLine: lineAt(source, end),
});

const lineAt = (source: Source, offset: number) => source.text.slice(0, offset).split('\n').length;

/**
 * What keeps the start-up of an MPI program to one process, as DMTCP needs it: measured with OpenMPI 4, LAMMPS and
 * CP2K. Without it OpenMPI forks a daemon for a single process too, and hwloc opens files of udev that DMTCP cannot
 * bring back.
 */
const singleton: Plan['set'] = [
  {
    name: 'OMPI_MCA_ess_singleton_isolated',
    value: '1',
    why: 'mpi = singleton: no daemon is forked for the one process',
  },
  { name: 'OMPI_MCA_btl', value: 'self', why: 'it speaks to itself only: no shared memory, no network' },
  {
    name: 'HWLOC_COMPONENTS',
    value: '-linuxio,-gl,-opencl,-pci',
    why: 'hwloc opens no devices, which DMTCP could not bring back',
  },
];

/** What the flow sets itself, it means. */
function singletonExcept(own: Plan['set']): Plan['set'] {
  return singleton.filter(({ name }) => !own.some((one) => one.name === name));
}
