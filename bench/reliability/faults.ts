import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '../../test/support/slurm-cluster.ts';
import { type Cell, type Work, warn } from './cell.ts';

/** As it was launched, and as DMTCP calls it once it was restored. */
const theProgram = /^perl|DMTCP:perl/;

/** A row of the comparison: the same work and the same fault, for both scripts. */
export interface Row {
  readonly fault: string;
  readonly work?: Partial<Work>;
  /** MiB of a file system of its own for each cell's folder. */
  readonly tmpfs?: number;
  /** Does it to both; they run at the same time, on the same node. What it returns is called when both are judged. */
  readonly strike?: (cells: readonly Cell[]) => Promise<unknown>;
  /** It strikes the whole cluster, and no other row runs meanwhile. */
  readonly alone?: boolean;
}

/** 30 s of work, a checkpoint each 5 s, far from the time limit: what happens is the fault's doing. */
export const usual: Work = {
  last: 60,
  step: 0.5,
  status: 0,
  memoryMib: 0,
  interval: 5,
  limit: 10,
  lead: 45,
  node: 'n1',
  sbatchArgs: [],
  traps: 'USR1',
};

/** A time limit that is always near: what Slurm sends is its warning. */
const short = { limit: 1, lead: 20, interval: 20 };

const each = (strike: (cell: Cell) => Promise<unknown>) => (cells: readonly Cell[]) =>
  Promise.all(cells.map(strike));

/** After at least one checkpoint, in the midst of the work. */
const midway = (strike: (cell: Cell) => unknown) =>
  each(async (cell) => {
    await cell.checkpointed();
    await cell.until(28);
    return strike(cell);
  });

/** While the job waits in the queue for its second attempt. */
const betweenAttempts = (strike: (cell: Cell) => unknown) =>
  midway(async (cell) => {
    await warn(cell);
    await cell.untilJob('requeue', (job) => job.JobState === 'PENDING' || job.JobState === 'COMPLETED');
    return strike(cell);
  });

const preemption = async (cells: readonly Cell[]) => {
  await Promise.all(cells.map((cell) => cell.until(70)));
  const [{ cluster } = missing()] = cells;
  writeFileSync(join(cluster.work, 'urgent.sh'), '#!/bin/bash\nsleep 2\n');
  await cluster.submit('urgent.sh', { sbatchArgs: ['-p', 'high', '-w', 'n2', '--exclusive'] });
};

const cancel = midway((cell) => {
  cell.cancelled = true;
  return cell.scancel();
});

/** All that ran there is gone at once, Slurm's own step daemons included; then Slurm notices. */
const nodeFails = async (cells: readonly Cell[]) => {
  await midway(async () => undefined)(cells);
  const [{ cluster } = missing()] = cells;
  const node = (...args: string[]) => cluster.run('scontrol', ['update', 'nodename=n2', ...args]);
  for (const { pid, command } of await cluster.processes()) {
    if (cells.some(({ id }) => command.includes(`slurmstepd: [${id}.`))) process.kill(pid, 'SIGKILL');
  }
  for (const cell of cells) while (cell.kill(/./) > 0) await sleep(100);
  await node('state=down', 'reason=test');
  await sleep(2000);
  await node('state=resume');
};

/** slurmctld answers nobody for a while, and enforces nothing, from before the warning is due until the time limit has passed. */
const silence = async (cells: readonly Cell[]) => {
  const [{ cluster, work }] = [cells[0] ?? missing()];
  await Promise.all(cells.map((cell) => cell.until(10)));
  await sleep(Math.max(0, work.limit * 60 - work.lead - 35 - 10 * work.step) * 1000);
  cluster.pauseController(true);
  await sleep(75_000);
  cluster.pauseController(false);
};

/** Another cluster, on the same file system, comes to the same job id; and its user submits the same script in the same folder. */
const sameIdElsewhere = async (cells: readonly Cell[]) => {
  await midway(async () => undefined)(cells);
  const others: Cluster[] = [];
  for (const cell of cells) {
    const other = await startCluster({ cpus: 16, settings: { FirstJobId: cell.id } });
    others.push(other);
    await cell.submitOn(other);
  }
  return () => Promise.all(others.map((other) => other.stop()));
};

const fillDisk = (cell: Cell) => {
  const { bavail, bsize } = statfsSync(cell.folder);
  execFileSync('fallocate', [
    '-l',
    String(Math.max(bsize, bavail * bsize - 2 ** 20)),
    join(cell.folder, 'ballast'),
  ]);
};

export const rows: readonly Row[] = [
  { fault: 'none but the time limit (1 min)', work: { ...short, last: 90 } },
  {
    fault: 'the same, with 256 MiB of memory',
    work: { ...short, lead: 45, interval: 600, last: 90, memoryMib: 256 },
  },
  { fault: 'the program ends with status 7', work: { status: 7, last: 30 } },
  {
    fault: 'warning 1 s after the start',
    work: short,
    strike: each(async (cell) => {
      await cell.untilJob('start', (job) => job.JobState === 'RUNNING');
      await sleep(1000);
      await warn(cell);
    }),
  },
  {
    fault: 'preemption, 20 s of grace',
    work: { node: 'n2', last: 160, interval: 30 },
    strike: preemption,
  },
  {
    fault: 'the same; hand-written traps TERM, too',
    work: { node: 'n2', last: 160, interval: 30, traps: 'USR1 TERM' },
    strike: preemption,
  },
  { fault: 'scancel', strike: cancel },
  { fault: 'scancel; hand-written traps TERM, too', work: { traps: 'USR1 TERM' }, strike: cancel },
  { fault: 'the program crashes (SIGSEGV)', strike: midway((cell) => cell.strike(theProgram, 'SIGSEGV')) },
  { fault: 'kill -9 of the program', strike: midway((cell) => cell.strike(theProgram)) },
  { fault: 'kill -9 of the coordinator', strike: midway((cell) => cell.strike(/--exit-on-last/)) },
  { fault: 'the node fails, Slurm requeues', work: { node: 'n2' }, strike: nodeFails },
  {
    fault: 'newest image cut in half before the restart',
    work: { ...short, interval: 5 },
    strike: betweenAttempts((cell) => {
      const image = cell.applicationImage();
      truncateSync(image, Math.floor(statSync(image).size / 2));
    }),
  },
  {
    fault: 'newest image gone before the restart',
    work: { ...short, interval: 5 },
    strike: betweenAttempts((cell) => rmSync(cell.applicationImage())),
  },
  { fault: 'Slurm refuses the requeue', work: { ...short, sbatchArgs: ['--no-requeue'], last: 80 } },
  {
    fault: 'a program that starts 40 processes a second',
    work: { forks: true, last: 120 },
  },
  {
    fault: 'slurmctld is silent for 75 s around the time limit',
    work: { ...short, last: 200 },
    alone: true,
    strike: silence,
  },
  {
    fault: 'submitted by a task of a job array',
    work: { ...short, driver: true, last: 80 },
  },
  {
    fault: 'the same script, folder and job id on another cluster',
    work: { last: 120 },
    strike: sameIdElsewhere,
  },
  { fault: 'the disk fills up', tmpfs: 512, strike: midway(fillDisk) },
];

function missing(): never {
  throw new Error('no cells');
}
