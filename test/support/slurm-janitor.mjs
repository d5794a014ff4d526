// Ends a test cluster: every process of it, then its folder. A process of its own, plain JavaScript, so that it also
// does so when the test runner is killed: it waits for the end of its input, which comes either way.
//
//   node slurm-janitor.mjs FOLDER          wait for the end of input, then clean up
//   node slurm-janitor.mjs FOLDER --list   print the cluster's processes, one JSON array
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { basename } from 'node:path';

// Debian's programs have a suffix behind their links: slurmctld-wlm.
const DAEMON = /^(munged|slurmctld|slurmd|slurmstepd)(-|$)/;
const PATIENCE_MS = 15_000;

const [dir, mode] = process.argv.slice(2);
if (!dir?.startsWith('/')) throw new Error('the folder of a cluster is needed');

if (mode === '--list') {
  process.stdout.write(`${JSON.stringify(clusterProcesses(dir))}\n`);
} else {
  process.stdin.resume();
  process.stdin.on('error', () => cleanUp(dir));
  process.stdin.on('end', () => cleanUp(dir));
}

async function cleanUp(folder) {
  const deadline = Date.now() + PATIENCE_MS;
  let left = clusterProcesses(folder);
  // Again until none is found: a process may have been forked while the list was made.
  while (left.length > 0 && Date.now() < deadline) {
    for (const { pid } of left) kill(pid);
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = clusterProcesses(folder);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  if (left.length > 0) {
    process.stderr.write(
      `still running: ${left.map(({ pid, command }) => `${pid} ${command}`).join(', ')}\n`,
    );
    process.exit(1);
  }
  process.exit(0);
}

/** Daemons first, so that a dying job is not put back into the queue. */
function clusterProcesses(folder) {
  const all = numbers('/proc').map((pid) => ({ pid, parent: parentOf(pid), command: commandOf(pid) }));
  const daemons = all.filter(({ pid }) => isDaemon(pid, folder));
  const found = new Set(daemons);
  for (const one of all) if (isOfJob(one.pid, folder)) found.add(one);
  // A job's process that cleared its environment is still somebody's child. A set visits what is added meanwhile.
  for (const { pid } of found) for (const one of all) if (one.parent === pid) found.add(one);
  return [...found].map(({ pid, command }) => ({ pid, command }));
}

/**
 * By its program and the log in the cluster's folder that it has open. Its environment is no help: a step daemon
 * writes its title over it.
 */
function isDaemon(pid, folder) {
  const program = link(`/proc/${pid}/exe`);
  if (program === undefined || !DAEMON.test(basename(program))) return false;
  return numbers(`/proc/${pid}/fd`).some((fd) => link(`/proc/${pid}/fd/${fd}`)?.startsWith(`${folder}/`));
}

/** By the environment of a job of this cluster, which also finds what left its process group and its parent. */
function isOfJob(pid, folder) {
  const environment = text(`/proc/${pid}/environ`).split('\0');
  return (
    environment.includes(`SLURM_CONF=${folder}/slurm.conf`) &&
    environment.some((entry) => entry.startsWith('SLURM_JOB_ID='))
  );
}

function parentOf(pid) {
  // "pid (command) state ppid": the command may hold blanks and brackets, so count from its last bracket.
  const stat = text(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function commandOf(pid) {
  return text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

function numbers(folder) {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function text(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
