import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { victims } from '../matrix/strikes.ts';
import type { Dmtcp } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';
import { type Entry, processesIn } from '../support/run-folder.ts';
import { startRun } from '../support/run-on-slurm.ts';
import type { JobFields, NodeName } from '../support/slurm-cluster.ts';
import { SmallCluster } from '../support/small-cluster.ts';
import type { TestCluster } from '../support/test-cluster.ts';

/** A run that is to be killed, and what can be seen and done from outside, wherever it runs. */
export interface SweptRun {
  readonly folder: string;
  readonly state: string;
  /** What the job prints into. */
  log(): string;
  read(name: string): string;
  entries(): readonly Entry[];
  /** The output of the program. */
  output(): string;
  /** Numbers of the sealed generations. */
  generations(): readonly number[];
  /** How many attempts have begun. */
  attempts(): number;
  /** Starts the job: for the first time, again as Slurm does after a node failure, or as its owner with `resume`. Resolves to the exit status. */
  start(resume?: boolean): Promise<number>;
  /** The early warning of the time limit. */
  warn(): void;
  /** The processes of the run. */
  running(): readonly string[];
  /** Kills all of them, as on a node that loses power. */
  powerCut(): Promise<void>;
  /** Where the job makes temporary folders, none of which may stay; '' if that is not known. */
  readonly temporary: string;
  remove(): Promise<void>;
}

export interface WhatToRun {
  /** The whole flow; its workflow is called count. */
  readonly flow: string;
  environment(folder: string): Record<string, string>;
  /** Called with the folder before anything is started. */
  prepare(folder: string): void;
}

/** Where the runs of a sweep run. */
export interface Place {
  readonly name: string;
  /** A run that nobody has started yet. */
  make(what: WhatToRun): Promise<SweptRun>;
  close(): Promise<void>;
}

/** Without a scheduler: the attempts are started by hand, and what a killed batch shell leaves behind goes on. */
export const withoutScheduler = (dmtcp: Dmtcp): Place => ({
  name: 'no scheduler',
  async make({ flow, environment, prepare }) {
    const run = byHand(dmtcp, { flow });
    const env = environment(run.folder);
    prepare(run.folder);
    return {
      ...run,
      temporary: '', // it is the folder
      attempts: () => attemptsIn(run.state),
      generations: () => (existsSync(join(run.state, 'generations')) ? run.generations() : []),
      // What `resume` is given has no restart count.
      start: (resume) =>
        resume ? run.start({ ...env, SLURM_RESTART_COUNT: '0' }, 'resume', '4711') : run.start(env),
      warn: () => run.signal('SIGUSR1'),
      async powerCut() {
        for (let i = 0; i < 100 && run.running().length > 0; i++) {
          run.kill(/./);
          await sleep(10);
        }
      },
      remove: async () => run[Symbol.dispose](),
    };
  },
  close: async () => undefined,
});

/** On a scheduler: each run has a node. `nodes` is how many run at the same time. */
export function onCluster(dmtcp: Dmtcp, cluster: TestCluster, atOnce: number): Place {
  const free = cluster.nodes.slice(0, atOnce);
  let runs = 0;
  return {
    name: cluster instanceof SmallCluster ? 'the small scheduler' : 'Slurm',
    async make(what) {
      const node = free.pop();
      if (node === undefined) throw new Error('more runs than nodes');
      const run = await runOn(cluster, node, dmtcp, what, `sweep ${++runs}`);
      return { ...run, remove: () => run.remove().finally(() => free.push(node)) };
    },
    close: () => cluster.stop(),
  };
}

async function runOn(
  cluster: TestCluster,
  node: NodeName,
  dmtcp: Dmtcp,
  { flow, environment, prepare }: WhatToRun,
  folder: string,
): Promise<SweptRun> {
  const run = await startRun(cluster, {
    dmtcp,
    folder,
    last: 0,
    flow,
    held: false,
    env: {
      CRFLOW_INTERVAL: '1',
      CRFLOW_HEARTBEAT: '1',
      CRFLOW_TICK: '0.1',
      ...environment(join(cluster.work, folder)),
    },
    sbatchArgs: ['-w', node],
    before: prepare,
  });
  let job = run.id;
  let started = false;
  const temporary = cluster instanceof SmallCluster ? join(cluster.scheduler.folder, `tmp-${node}`) : '';
  return {
    folder: run.folder,
    state: run.state,
    temporary,
    log: () => run.log(job),
    read: (name) => textOf(join(run.folder, name)),
    entries: run.entries,
    output: run.output,
    generations: () => numbersIn(join(run.state, 'generations')),
    attempts: () => attemptsIn(run.state),
    async start(resume) {
      if (resume) job = await run.submit('resume', run.name);
      else if (started) await cluster.run('scontrol', ['requeue', job]);
      started = true; // at first by its submission
      return statusOf(await run.ended(job, 240));
    },
    warn: () => void cluster.run('scancel', ['--batch', '--signal=USR1', job]),
    running: () => processesIn(run.folder),
    async powerCut() {
      for (let i = 0; i < 100 && victims.everything(run).length > 0; i++) {
        for (const { pid } of victims.everything(run)) endProcess(pid);
        await sleep(10);
      }
    },
    async remove() {
      await cluster.run('scancel', [job]);
    },
  };
}

/** As a shell has it. Where Slurm ended the job, and not the job itself, -1. */
function statusOf({ JobState, ExitCode }: JobFields): number {
  const [status = 0, signal = 0] = ExitCode.split(':').map(Number);
  if (!/^(COMPLETED|FAILED)/.test(JobState)) return -1;
  return signal > 0 ? 128 + signal : status;
}

const textOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
const numbersIn = (folder: string) =>
  namesIn(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
const attemptsIn = (state: string) => numbersIn(join(state, 'attempts')).length;

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended meanwhile
  }
}
