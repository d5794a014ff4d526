import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesIn } from '../support/run-folder.ts';
import { type RunOnSlurm, takeNode } from '../support/run-on-slurm.ts';
import type { NodeName } from '../support/slurm-cluster.ts';
import { generations } from './moments.ts';

// What happens to a run. Each of these is done from outside, as the world does it.

/** The node of a cell: it has it for itself. */
export const nodeOf = async (run: RunOnSlurm) => (await run.cluster.job(run.id))['NodeList'] as NodeName;

/** An urgent job takes the whole node, for a moment. */
export const preempt = async (run: RunOnSlurm): Promise<void> => takeNode(run, await nodeOf(run));

/** The node's slurmd dies, its processes live on; the controller sends the job to another node. */
export async function loseNode(run: RunOnSlurm): Promise<void> {
  const node = await nodeOf(run);
  await run.cluster.killNode(node);
  await scontrol(run, 'update', `NodeName=${node}`, 'State=DOWN', 'Reason=lost');
  await run.cluster.waitForJob(run.id, ({ JobState }) => JobState === 'PENDING', 60);
  await scontrol(run, 'update', `JobId=${run.id}`, 'ReqNodeList=');
}

/** Undoes `loseNode`, once the cell is judged. */
export async function bringBack(run: RunOnSlurm, node: NodeName): Promise<void> {
  run.cluster.startNode(node);
  // It comes back by itself once its slurmd has said that it is there (ReturnToService).
  for (let tries = 0; tries < 300; tries++) {
    const { stdout } = await run.cluster.run('sinfo', ['-h', '-p', 'low', '-n', node, '-o', '%T']);
    if (/^(idle|mixed|allocated)$/.test(stdout.trim())) return;
    await sleep(200);
  }
}

export async function scontrol(run: RunOnSlurm, ...args: string[]): Promise<void> {
  const { status, stderr } = await run.cluster.run('scontrol', args);
  if (status !== 0) throw new Error(`scontrol ${args.join(' ')}: ${stderr}`);
}

// --- Processes ---

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** Its id as it knows it, in a container with ids of its own. */
  readonly inside: number;
}

/** Processes of a job, by its environment, or by what they have open in its folder. */
function processesOf(run: RunOnSlurm): Process[] {
  const inFolder = new Set(processesIn(run.folder).map((line) => Number.parseInt(line, 10)));
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .map((pid) => ({
      pid,
      environment: read(pid, 'environ').split('\0'),
      command: read(pid, 'cmdline').replaceAll('\0', ' ').trim() || read(pid, 'comm').trim(),
    }))
    .filter(
      ({ pid, environment, command }) =>
        !/^slurmstepd/.test(command) &&
        (inFolder.has(pid) ||
          (environment.includes(`SLURM_JOB_ID=${run.id}`) &&
            environment.includes(`SLURM_CONF=${run.cluster.dir}/slurm.conf`))),
    )
    .map(({ pid, command }) => ({
      pid,
      command,
      parent: Number(/^PPid:\s+(\d+)/m.exec(read(pid, 'status'))?.[1]),
      inside: Number(/^NSpid:.*\s(\d+)$/m.exec(read(pid, 'status'))?.[1]),
    }));
}

const batchShell = (run: RunOnSlurm) =>
  processesOf(run).filter(
    ({ command, parent }) =>
      /slurm_script/.test(command) && (parent === process.pid || /^slurmstepd/.test(read(parent, 'cmdline'))),
  );

/** The outer half's child that is not the shell which waits for the step that listens. */
function runtimeOf(run: RunOnSlurm): Process[] {
  const shells = batchShell(run).map(({ pid }) => pid);
  return processesOf(run).filter(
    ({ parent, command }) => shells.includes(parent) && !/slurm_script|timeout/.test(command),
  );
}

export const victims = {
  application: (run: RunOnSlurm) => {
    const known = Number(readFileSync(join(run.state, 'shell'), 'utf8').split('\n')[1]);
    // The program itself, be it a child of the shell that runs the block, or in its place.
    const all = processesOf(run);
    const shell = all.filter(({ inside, command }) => inside === known && !/^slurmstepd/.test(command));
    const child = all.filter(({ parent }) => shell.some(({ pid }) => pid === parent));
    if (child.length > 0) return child;
    // Once DMTCP has restored it, it has another id than it knows of, and this name.
    const restored = matching(run, /DMTCP:perl/);
    return restored.length > 0 ? restored : shell;
  },
  coordinator: (run: RunOnSlurm) => matching(run, /--exit-on-last/),
  'inner half': (run: RunOnSlurm) => matching(run, /^\S*bash .* inner_half /),
  runtime: runtimeOf,
  // And nobody is left who would end a container: it goes on.
  'all that looks after a container': (run: RunOnSlurm) => [
    ...batchShell(run).flatMap(({ pid, parent }) => [
      ...(parent === process.pid ? [] : [{ pid: parent }]),
      { pid },
    ]),
    ...runtimeOf(run),
  ],
  'outer half': batchShell,
  everything: processesOf,
  dmtcp_restart: (run: RunOnSlurm) => matching(run, /dmtcp_restart|mtcp_restart|dmtcp\.mjs restart/),
};

const matching = (run: RunOnSlurm, pattern: RegExp) =>
  processesOf(run).filter(({ command }) => pattern.test(command) && !/timeout/.test(command));

/** kill -9. */
export function kill(run: RunOnSlurm, whom: keyof typeof victims): void {
  let killed = 0;
  for (let round = 0; round < (whom === 'everything' ? 5 : 1); round++) {
    for (const { pid } of victims[whom](run)) {
      try {
        process.kill(pid, 'SIGKILL');
        killed++;
      } catch {
        // it ended meanwhile
      }
    }
  }
  if (killed === 0) throw new Error(`there is no ${whom} to kill`);
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

// --- Files ---

const newest = (run: RunOnSlurm) => join(run.state, 'generations', String(generations(run).at(-1)));

function image(run: RunOnSlurm): string {
  const name = readdirSync(newest(run)).find((file) => file.endsWith('.dmtcp'));
  if (name === undefined) throw new Error(`no image in ${newest(run)}`);
  return join(newest(run), name);
}

export const damages = {
  truncated: (run: RunOnSlurm) => truncateSync(image(run), 1000),
  flipped(run: RunOnSlurm) {
    const fd = openSync(image(run), 'r+');
    writeSync(fd, 'x', 30_000);
    closeSync(fd);
  },
  missing: (run: RunOnSlurm) => rmSync(image(run)),
  unreadable(run: RunOnSlurm) {
    const folder = newest(run);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'not a folder');
  },
};

// --- A disk of its own for the state, small enough to fill ---

const state = (folder: string) => join(folder, 'crflow-state');
const ok = ({ status }: SpawnSyncReturns<Buffer>) => status === 0;

/** Mounts it; false where this machine does not allow that. */
export function mountDisk(folder: string, mib: number): boolean {
  return (
    ok(spawnSync('mkdir', [state(folder)])) &&
    ok(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'crflow-test', state(folder)]))
  );
}

export function unmountDisk(folder: string): void {
  spawnSync('umount', ['-l', state(folder)]);
}

/** Fills the disk for ten seconds. */
export async function fillDisk(run: RunOnSlurm): Promise<void> {
  const filler = join(run.folder, 'crflow-state/filler');
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k'], { stdio: 'ignore' });
  if (!existsSync(filler)) throw new Error('the disk could not be filled');
  await sleep(10_000);
  rmSync(filler);
}
