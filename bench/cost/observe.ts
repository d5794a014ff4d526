import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What processes and their children did in a while. */
export interface Trace {
  /** Calls that name a file in this folder, or below it. */
  files(folder: string): number;
  /** Processes that were started. */
  readonly started: number;
  /** What was executed: `7 sleep`, the most frequent first. */
  readonly programs: readonly string[];
}

/** Watches processes and all that they start, with strace, which must be installed. */
export async function traceOf(pids: readonly number[], seconds: number): Promise<Trace> {
  if (pids.length === 0) throw new Error('nothing to watch');
  const place = mkdtempSync(join(tmpdir(), 'crflow-cost-'));
  const log = join(place, 'log');
  const calls = 'trace=%file,clone,clone3,fork,vfork';
  const args = [
    '-f',
    '-qq',
    '-s',
    '4096',
    '-e',
    calls,
    '-o',
    log,
    ...pids.flatMap((pid) => ['-p', String(pid)]),
  ];
  const strace = spawn('strace', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    strace.once('exit', resolve);
    strace.once('error', reject);
  });
  await Promise.race([sleep(seconds * 1000), ended]);
  strace.kill('SIGINT'); // it lets go of them
  await ended;
  const lines = readFileSync(log, 'utf8').split('\n');
  rmSync(place, { recursive: true });
  const counts = new Map<string, number>();
  for (const line of lines) {
    const program = /execve\("(?:[^"]*\/)?([^"/]+)".* = 0$/.exec(line)?.[1];
    if (program !== undefined) counts.set(program, (counts.get(program) ?? 0) + 1);
  }
  return {
    files: (folder) =>
      lines.filter((line) => line.includes(`"${folder}/`) || line.includes(`"${folder}"`)).length,
    started: lines.filter((line) => isStart(line)).length,
    programs: [...counts].sort(([, a], [, b]) => b - a).map(([program, count]) => `${count} ${program}`),
  };
}

/** A process, not a thread; a call that another interrupted in the log is told twice, and counted at its end. */
const isStart = (line: string) =>
  /(?:(?:clone3?|v?fork)\(|<\.\.\. (?:clone3?|v?fork) resumed>).* = [1-9]\d*$/.test(line) &&
  !line.includes('CLONE_THREAD');

/** Starts so many idle processes of somebody else; they end when the function that comes back is called. */
export async function foreignProcesses(count: number): Promise<() => Promise<void>> {
  if (count === 0) return async () => undefined;
  const nobody = 65534;
  const keeper = spawn(
    'bash',
    ['-c', `for i in $(seq ${count}); do sleep 3600 & done; cat; kill $(jobs -p)`],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      uid: nobody,
      gid: nobody,
      cwd: '/',
    },
  );
  const ended = new Promise((resolve) => keeper.once('exit', resolve));
  await sleep(5000);
  return async () => {
    keeper.stdin?.end();
    await ended;
  };
}
