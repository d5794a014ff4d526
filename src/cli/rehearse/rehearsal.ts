import { setTimeout as sleep } from 'node:timers/promises';
import { slowness } from '../../host/load.ts';
import { send } from '../../host/proc.ts';
import { type Evidence, type Struck, stoppedWith } from '../../rehearse/evidence.ts';
import { faultOf } from '../../rehearse/faults/catalogue.ts';
import type { Fault } from '../../rehearse/faults/parse.ts';
import type { Scheduler } from '../../rehearse/scheduler/scheduler.ts';
import { paceOf } from '../../rehearse/settings.ts';
import { removeContainers } from './container.ts';
import { keepRun } from './keep.ts';
import type { RehearsalOptions } from './options.ts';
import { makePlace, type Place } from './place.ts';
import { processesOf } from './processes.ts';
import { chargedIn, linesOf, markOf, outputOf, statusIn } from './run-folder.ts';
import { Stage } from './stage.ts';
import { Watch } from './watch.ts';

export interface Rehearsed {
  readonly workflow: string;
  readonly evidence: Evidence;
  readonly struck: readonly Struck[];
  /** Faults that could not be struck, each with the reason. */
  readonly missed: readonly { readonly fault: Fault; readonly why: string }[];
  /** The text of the journal. */
  readonly journal: string;
  /** The last lines of the log of the last job, if it stopped by itself and that was the end of the rehearsal. */
  readonly log: readonly string[];
  readonly began: number;
  readonly ended: number;
}

/** How many lines of a log are shown. */
const LOG = 20;

/** The status of the program for the fault `program-fails`. */
const FAILS = 3;

/** Runs the script from its submission to its end, while faults are struck. Leaves nothing behind but what is to be kept, whatever happens. */
export async function rehearseRun(options: RehearsalOptions): Promise<Rehearsed> {
  const { plan, faults, dmtcp, container, real, startScheduler, tell } = options;
  const has = (name: string) => faults.some((one) => one.name === name);
  const slow = slowness();
  const pace = paceOf(plan, { smallBudget: has('small-budget'), real: real !== undefined, slowness: slow });
  const status = has('program-fails') ? FAILS : 0;
  const place = makePlace({ plan, script: options.script, pace, dmtcp, container, real, status });
  let scheduler: Scheduler | undefined;
  const watch = new Watch(place.runs, tell);
  try {
    scheduler = await startScheduler({
      removedIfKilled: place.folder,
      nodes: 3,
      pace: 1 / 60,
      grid: 1,
      killWait: 3,
      grace: 8,
      requeueDelay: 1,
      messageTimeout: 2,
    });
    scheduler.on((event) => watch.hear(event));
    watch.start();
    const stage = new Stage({ ...options, scheduler, watch, place, pace, slowness: slow });
    const began = Date.now();
    const cutShort = await stage.play();
    watch.stop();
    await watch.verified();
    const { run } = watch;
    await sleep(300); // what follows the job's last process
    const left =
      run === undefined || cutShort !== undefined
        ? []
        : processesOf(markOf(run), run).map(({ pid, command }) => `${pid} ${command}`);
    const evidence: Evidence = {
      engine: plan.checkpoint.engine,
      keep: plan.checkpoint.keep,
      settings: pace,
      slowness: Math.max(slow, slowness()),
      program: { counts: real === undefined, status: real === undefined ? status : null },
      canAsk: plan.checkpoint.own === undefined || plan.checkpoint.own.ask !== null,
      journal: watch.journal,
      starts: watch.starts,
      looks: watch.looks,
      seals: watch.seals,
      struck: stage.struck,
      survivors: watch.survivors,
      charged: run === undefined ? [] : chargedIn(run),
      output: run === undefined ? [] : linesOf(outputOf(run)),
      status: (run === undefined ? undefined : statusIn(run)) ?? null,
      left,
      asked: place.asked,
      found: place.found(),
      ...(cutShort === undefined ? {} : { cutShort }),
    };
    return {
      workflow: plan.workflow,
      evidence,
      struck: stage.struck,
      missed: stage.missed,
      journal: watch.journal.map(({ text }) => `${text}\n`).join(''),
      log:
        cutShort !== undefined && stoppedWith(evidence) !== undefined
          ? linesOf(scheduler.jobs().at(-1)?.log).slice(-LOG)
          : [],
      began,
      ended: Date.now(),
    };
  } finally {
    watch.stop();
    const logs = scheduler?.jobs().flatMap(({ log }) => (log === undefined ? [] : [log])) ?? [];
    await scheduler?.close();
    endLeftovers(watch, place);
    const { run } = watch;
    if (container !== undefined && run !== undefined) await removeContainers(container, markOf(run));
    try {
      // Before the folder goes, and when nothing writes any more.
      if (options.keep !== undefined && run !== undefined && !options.stop.aborted)
        keepRun(options.keep, run, { logs, output: outputOf(run), script: place.script });
    } finally {
      place.remove();
    }
  }
}

/** The scheduler ends what it has started; a program that a restore has brought back has other parents. */
function endLeftovers({ run }: Watch, { folder }: Place): void {
  if (run === undefined || !folder.includes('crflow-rehearsal-')) return;
  const mark = markOf(run);
  for (let round = 0; round < 3; round++) for (const { pid } of processesOf(mark, run)) send(pid, 'KILL');
}

/** What has to be rehearsed in a run of its own: what changes the run from its beginning. */
export function scenesOf(faults: readonly Fault[]): readonly (readonly Fault[])[] {
  const alone = faults.filter(({ name }) => faultOf(name).always === true && name !== 'program-fails');
  const others = faults.filter((one) => !alone.includes(one));
  return [...(others.length > 0 || alone.length === 0 ? [others] : []), ...alone.map((one) => [one])];
}
