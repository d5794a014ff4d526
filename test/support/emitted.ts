import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compile } from './compile.ts';
import { type Dmtcp, dmtcpEnvironment } from './dmtcp.ts';
import { exists, journal, measured, processesIn } from './run-folder.ts';

/** What is written between the quotes of a `.crflow` string so that it means exactly `text`. */
export const quoted = (text: string) =>
  `"${text
    .replaceAll(/[\\"$]/g, '\\$&')
    .replaceAll('{{', '\\{\\{')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')}"`;

/** For `byHand`'s `count`: what a test does to the run half way is never too late. */
export const held = 'hold=go';

/** Answers `scontrol show job` for this job in the midst of its life, or as `slurmSays`, and any other at its end; requeues it unless CRFLOW_TEST_REQUEUE is no; refuses all else. */
const scontrol = `#!/bin/bash
[[ $1 != requeue || \${CRFLOW_TEST_REQUEUE-} == no ]] || exit 0
[[ $1 == show ]] || { echo "slurm_update error: Access/permission denied"; exit 1; }
state=RUNNING
[[ ! -e \${0%/*}/state ]] || state=$(<"\${0%/*}/state")
[[ \${!#} == "\${SLURM_JOB_ID-}" ]] || state=\${CRFLOW_TEST_OTHER_STATE:-COMPLETED}
echo "JobId=\${!#} JobName=x
   UserId=u(1) GroupId=u(1)
   JobState=$state Reason=None Dependency=(null)
   Requeue=1 Restarts=\${SLURM_RESTART_COUNT:-0} BatchFlag=1
   StartTime=$(date +%FT%T) EndTime=$(date -d '+1 hour' +%FT%T) Deadline=N/A
   PreemptEligibleTime=$(date +%FT%T) PreemptTime=None
   Command=x"
`;

/** The least that the script asks of Slurm, for what does not depend on Slurm: the rest is in test/slurm. */
function environment(folder: string, dmtcp: Dmtcp, more: Record<string, string>): NodeJS.ProcessEnv {
  const bin = join(folder, '.bin');
  mkdirSync(bin, { recursive: true });
  // Once: a file that is just being executed, by what an attempt before left behind, cannot be written.
  const put = (name: string, text: string) => {
    if (!exists(join(bin, name))) writeFileSync(join(bin, name), text, { mode: 0o755 });
  };
  put('scontrol', scontrol);
  // Another bash than the machine's, to see that an old one will do.
  const otherBash = process.env['CRFLOW_TEST_BASH'];
  if (otherBash !== undefined && !exists(join(bin, 'bash'))) symlinkSync(otherBash, join(bin, 'bash'));
  for (const refused of ['srun', 'sbatch']) put(refused, '#!/bin/sh\nexit 1\n');
  const base = dmtcpEnvironment(dmtcp);
  const PATH = `${bin}:${base['PATH']}`;
  return {
    ...base,
    PATH,
    SLURM_JOB_ID: '4711',
    SLURM_SUBMIT_DIR: folder,
    CRFLOW_TICK: '0.1',
    TMPDIR: folder,
    ...more,
  };
}

/** A function in the environment of a submission. bash 4.2 as it was released took any variable that looks like one; every later bash wants this name. */
export const exportedFunction = (name: string, body: string): Record<string, string> => ({
  [`BASH_FUNC_${name}%%`]: `() { ${body}; }`,
  ...(process.env['CRFLOW_TEST_BASH'] === undefined ? {} : { [name]: `() { ${body}; }` }),
});

/** The script as Slurm runs it: a copy of this name, elsewhere. */
function spooled(script: string, folder: string): string {
  const copy = join(folder, '.spool', 'slurm_script');
  mkdirSync(join(folder, '.spool'), { recursive: true });
  rmSync(copy, { force: true }); // one that runs keeps its own
  copyFileSync(script.startsWith('/') ? script : join(folder, script), copy);
  return copy;
}

/** Runs one attempt of an emitted script to its end. */
export function runAttempt(script: string, folder: string, dmtcp: Dmtcp, more: Record<string, string> = {}) {
  const env = environment(folder, dmtcp, more);
  const { status, stdout, stderr } = spawnSync('bash', [spooled(script, folder)], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  return { status, log: stdout + stderr };
}

/**
 * A run outside of Slurm: its attempts are started by hand, and anything of it can be killed.
 * `run` is the flow's `run`; by default the counting program, 1 to 50, a line each tenth of a second, then status 7.
 * With `count: held` it waits half way for `go()`.
 */
export function byHand(
  dmtcp: Dmtcp,
  /** `count`: further options of the counting program. Further keys of the blocks `application` (keys), `checkpoint` and `schedule`. */
  options: {
    run?: string;
    keys?: string;
    checkpoint?: string;
    schedule?: string;
    count?: string;
    /** A flow of another kind, whole; its workflow is called count. */
    flow?: string;
    /** How the name of its folder begins, for programs that take no blanks. */
    folder?: string;
    /** The user whose run it is: a number; only root can. */
    user?: number;
  } = {},
) {
  // The real path: /proc shows that one.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), options.folder ?? 'crflow by hand ')));
  const program = join(import.meta.dirname, '../programs/count-alone.sh');
  const {
    run = `bash '${program}' 50 0.1 7 ${options.count ?? ''}`,
    keys = '',
    checkpoint = '',
    schedule = '',
  } = options;
  const text =
    options.flow ??
    `crflow 1
workflow count {
  application { run = ${quoted(run)} ${keys} }
  checkpoint { ${/interval|none/.test(checkpoint) ? '' : 'interval = 10min'} lead = 2min ${checkpoint} }
  schedule { time = 10min   total = 1h ${schedule} }
}
`;
  const { flows, diagnostics } = compile({ name: 'count.crflow', text });
  if (flows[0] === undefined) throw new Error(JSON.stringify(diagnostics));
  writeFileSync(join(folder, 'count.sbatch'), flows[0].script.text);
  const as = options.user === undefined ? {} : { uid: options.user, gid: options.user };
  if (options.user !== undefined) {
    mkdirSync(join(folder, '.bin')); // the test's
    chownSync(folder, options.user, options.user);
  }
  const state = join(folder, 'crflow-state/count/4711');
  const entries = () => (exists(join(state, 'journal.jsonl')) ? journal(state) : []);
  const read = (name: string) => (exists(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  const children: ChildProcess[] = [];
  let starts = 0;
  let disposed = false;
  const poll = async (is: () => boolean, otherwise: string): Promise<void> => {
    for (const deadline = Date.now() + 240_000; !is() && !disposed; ) {
      if (Date.now() > deadline) throw new Error(`${otherwise} within 240 s:\n${read('log')}`);
      await sleep(50);
    }
  };

  return {
    folder,
    state,
    entries,
    /** What was measured, in order. */
    measured: () => (exists(join(state, 'journal.jsonl')) ? measured(state) : []),
    read,
    output: () => read('count-4711.out'),
    log: () => read('log'),
    expected: Array.from({ length: 50 }, (_, i) => `${i + 1}\n`).join(''),
    /** Starts an attempt, as Slurm does at first or after a requeue. Resolves to its exit status. */
    start(more: Record<string, string> = {}, ...args: string[]): Promise<number> {
      const quick = {
        CRFLOW_INTERVAL: '1',
        CRFLOW_HEARTBEAT: '1',
        CRFLOW_SUSPECT: '0', // or each end of theirs would have to come twice
        CRFLOW_PROVE: '0', // or each first checkpoint ends the computation
        CRFLOW_REQUEUE_WAIT: '0', // nobody sends the TERM that ends a requeued attempt
        SLURM_RESTART_COUNT: String(starts++),
      };
      const env = environment(folder, dmtcp, { ...quick, ...more });
      const child = spawn(
        'bash',
        ['-c', 'exec bash "$0" "$@" >>"${TEST_LOG:-log}" 2>&1', spooled('count.sbatch', folder), ...args],
        {
          cwd: folder,
          env,
          detached: true,
          stdio: ['ignore', 'pipe', 'pipe'], // a shell whose input is a socket would read its user's .bashrc first
          ...as,
        },
      );
      children.push(child);
      return new Promise((resolve) =>
        child.on('close', (status, signal) => resolve(status ?? (signal === 'SIGKILL' ? 137 : 1))),
      );
    },
    /** What a verb of the script says to somebody on a login node. */
    verb(verb: string, more: Record<string, string> = {}, ...words: string[]) {
      const { SLURM_JOB_ID: _, ...env } = { ...environment(folder, dmtcp, {}), ...more };
      const { status, stdout, stderr } = spawnSync('bash', ['count.sbatch', verb, ...words], {
        cwd: folder,
        encoding: 'utf8',
        env,
        ...as,
      });
      return { status, said: stdout + stderr };
    },
    /** What bash lines print that stand behind the functions of the script. */
    functions(lines: string, env: Record<string, string> = {}): string {
      const script = readFileSync(join(folder, 'count.sbatch'), 'utf8');
      return spawnSync('bash', ['-p'], {
        input: `${script.slice(0, script.lastIndexOf('\n{\n  main '))}\nknow_user\n${lines}`,
        cwd: folder,
        encoding: 'utf8',
        timeout: 120_000,
        // Nothing runs that could be measured.
        env: environment(folder, dmtcp, { CRFLOW_MEASURE: '0', ...env }),
      }).stdout;
    },
    /** Lets the counting program go on that waits half way. */
    go: () => writeFileSync(join(folder, 'go'), ''),
    /** Waits until `event` stands in the journal `times` times. */
    async until(event: string, times = 1): Promise<void> {
      for (
        const deadline = Date.now() + 240_000;
        entries().filter((entry) => entry.event === event).length < times;
      ) {
        if (disposed) return; // nobody waits for it any more
        if (Date.now() > deadline)
          throw new Error(
            `no ${event} within 240 s:\n${read('log')}\n${read('crflow-state/count/4711/attempts/1/dmtcp.log')}`,
          );
        await sleep(50);
      }
    },
    /** Waits until there is such a file in the folder of the run. */
    untilFile: (name: string) => poll(() => exists(join(folder, name)), `no file ${name}`),
    /** Waits until something was measured \`times\` times. */
    async untilMeasured(times: number): Promise<void> {
      await poll(() => this.measured().length >= times, `not measured ${times} times`);
    },
    /** Puts a file into the folder of the run. */
    write: (name: string, text: string) => writeFileSync(join(folder, name), text),
    /** Kills (-9) the processes of this run whose command line matches. */
    kill(pattern: RegExp): number {
      const found = processesIn(folder).filter((line) => pattern.test(line));
      for (const line of found) endProcess(line);
      return found.length;
    },
    /** Everything of the run dies at once, as on a node that loses power. */
    powerCut() {
      for (let i = 0; i < 5; i++) this.kill(/./);
    },
    /** An attempt that loses power once it has sealed so many, of all attempts. `count: held`; the next one may end. */
    async lostAttempt(sealed: number, more: Record<string, string> = {}): Promise<number> {
      const ended = this.start(more);
      await this.until('sealed', sealed);
      this.powerCut();
      this.go();
      return ended;
    },
    /** From now on Slurm says this of the job's state. */
    slurmSays: (state: string) => writeFileSync(join(folder, '.bin/state'), state),
    /** Sends a signal to the outer half alone, as Slurm does with B:. */
    signal: (signal: NodeJS.Signals) => children.at(-1)?.kill(signal),
    generations: () =>
      readdirSync(join(state, 'generations'))
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .sort((a, b) => a - b),
    /** The processes of this run. */
    running: () => processesIn(folder),
    /** The same once the job has ended: what wakes its outer half takes a moment to follow it, on a busy machine. */
    left() {
      for (let i = 0; i < 20 && this.running().length > 0; i++) pauseHere(100);
      return this.running();
    },
    /** Ends whatever is left and removes everything. */
    [Symbol.dispose]() {
      disposed = true;
      for (const line of processesIn(folder)) endProcess(line);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const pauseHere = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

function endProcess(line: string): void {
  try {
    process.kill(Number.parseInt(line, 10), 'SIGKILL');
  } catch {
    // it ended meanwhile
  }
}
