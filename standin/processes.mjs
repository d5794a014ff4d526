/** Processes of a computation: found, stopped, killed, and looked at, through /proc. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { pause } from './wire.mjs';

/** The descriptor that each process of a computation holds on its shared area; the number DMTCP 4.1.1 uses. */
export const AREA_FD = 832;

/** What `look` returns, or undefined where the process went away under it. */
function glance(look) {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** The shared area that a process holds; undefined for one of no computation, and for a zombie. */
export function areaOf(pid) {
  return glance(() => readlinkSync(`/proc/${pid}/fd/${AREA_FD}`));
}

/** Ids of the processes that hold one of the shared areas, in ascending order. */
export function members(areas) {
  const wanted = new Set(areas);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => wanted.has(areaOf(pid)))
    .map(Number)
    .sort((a, b) => a - b);
}

/** A process's name, its command line, its working folder, and whether it is stopped. */
export function describeProcess(pid) {
  const stat = glance(() => readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? `0 (gone) Z`;
  return {
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    command: (glance(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '').split('\0').slice(0, -1),
    folder: glance(() => readlinkSync(`/proc/${pid}/cwd`)) ?? '', // none, where it has just ended
    stopped: /^[TZX]/.test(stat.slice(stat.lastIndexOf(')') + 2)),
  };
}

/** Regular files that a process has open for writing, with their sizes: a restart cuts them back to these. */
export function writtenFiles(pid) {
  const files = new Map();
  for (const fd of glance(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
    const path = glance(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
    const flags = glance(
      () => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8').match(/flags:\s*(\d+)/)?.[1],
    );
    const file = path?.startsWith('/') && Number(fd) !== AREA_FD ? glance(() => statSync(path)) : undefined;
    if (file?.isFile() && flags && Number.parseInt(flags, 8) & 3) files.set(path, file.size);
  }
  return files;
}

/** Where a process's standard output goes, if that is a file. */
export function outputOf(pid) {
  return glance(() => readlinkSync(`/proc/${pid}/fd/1`));
}

/** Sends a signal; a process that has ended meanwhile is none of our concern. */
export function signal(pid, name) {
  glance(() => process.kill(pid, name));
}

/** Stops all processes of an area, those that they start meanwhile included, and returns their ids. */
export async function stopAll(area) {
  for (;;) {
    const pids = members([area]);
    const running = pids.filter((pid) => !describeProcess(pid).stopped);
    // One that ended between the two looks is no process any more; the second look does not find it.
    if (running.length === 0) return members([area]);
    for (const pid of running) signal(pid, 'SIGSTOP');
    await pause(0.002);
  }
}

/** Kills all processes of an area, but for `spared`, until none is left. */
export async function killAll(area, spared = []) {
  for (;;) {
    const pids = members([area]).filter((pid) => !spared.includes(pid));
    if (pids.length === 0) return;
    for (const pid of pids) signal(pid, 'SIGKILL');
    await pause(0.002);
  }
}
