import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { expect } from 'vitest';
import { type Dmtcp, dmtcpEnvironment } from '../support/dmtcp.ts';

const COUNT = resolve(import.meta.dirname, '../programs/count.sh');

/** The wrapper around the application, as crflow's runtime has it: its own output, a child, a status by rename. */
const WRAPPER = `exec >>"$1/out" 2>&1 </dev/null
cd "$1" || exit
bash -eo pipefail run.sh
printf '%s\\n' "$?" >status.tmp && mv status.tmp status
`;

const COORDINATOR = `cd "$1" && trap '' TERM && exec dmtcp_coordinator --exit-on-last -p 0 \
  --port-file "$2" --ckptdir "$1" --tmpdir "$3" >>"$4" 2>&1 </dev/null`;

// Both in the folder where the application is to work: DMTCP brings a process back in dmtcp_restart's folder.
const LAUNCH = `cd "$4" && exec dmtcp_launch -j -p "$1" --no-gzip --ckptdir "$2" --tmpdir "$3" \
  bash "$4/wrapper.sh" "$4" </dev/null >>"$4/dmtcp.log" 2>&1`;

const RESTART = `port=$1 live=$2 tmp=$3 home=$4 folder=$5; shift 5
cd "$folder" && exec dmtcp_restart -j -p "$port" --ckptdir "$live" --tmpdir "$tmp" "$@" </dev/null >>"$home/dmtcp.log" 2>&1`;

/** How a process ended: its status as a shell gives it, so 128+n for a signal. */
export type Ended = Promise<number>;

/** A folder, a coordinator and an application: what the runtime does with DMTCP, one step a method. */
export class Rig {
  /** A folder whose name has a space, as have all paths below it. */
  readonly home = mkdtempSync(join(tmpdir(), 'crflow contract '));
  readonly live = join(this.home, 'live');
  readonly mark = join(this.live, 'dmtcp_restart_script.sh');
  readonly #tmp = join(this.home, 'tmp');
  readonly #started: ChildProcess[] = [];
  readonly #coordinators: number[] = [];
  readonly #env: NodeJS.ProcessEnv;
  port = 0;

  constructor(dmtcp: Dmtcp) {
    // As in a job: dmtcp_command has no option for it, and the coordinator's own log goes by nothing else.
    this.#env = { ...dmtcpEnvironment(dmtcp), DMTCP_TMPDIR: this.#tmp };
    mkdirSync(this.live);
    mkdirSync(this.#tmp);
    writeFileSync(join(this.home, 'wrapper.sh'), WRAPPER);
  }

  /** Starts a coordinator and waits for its port. */
  async coordinator(): Promise<{ ended: Ended; pid: number }> {
    // A file of its own: a coordinator that ends removes its port file, also where the next one has written it since.
    const name = `port${this.#started.length}`;
    const file = join(this.home, name);
    const log = join(this.home, 'coordinator.log');
    const started = this.#start(COORDINATOR, this.live, file, this.#tmp, log);
    this.#coordinators.push(started.pid);
    await until('the port file', () => this.#read(name) !== '');
    this.port = Number(this.#read(name));
    return started;
  }

  /** A coordinator whose standard input is a file: how it ends. */
  coordinatorWithInput(): Ended {
    writeFileSync(join(this.home, 'input'), '');
    const file = join(this.home, 'port');
    const command = COORDINATOR.replace('</dev/null', '<"$5"');
    return this.#start(command, this.live, file, this.#tmp, '/dev/null', join(this.home, 'input')).ended;
  }

  /** Launches count.sh, counting to `last`; half way it waits for open(), so no machine is too slow for a test. */
  launch(last: number, status: number): { ended: Ended; pid: number } {
    writeFileSync(
      join(this.home, 'run.sh'),
      `bash '${COUNT}' ${last} 0.2 ${status} hold='${this.home}/gate'\n`,
    );
    return this.#start(LAUNCH, String(this.port), this.live, this.#tmp, this.home);
  }

  /** Lets the application, and all that are restored from it, go on to its end. */
  open(): void {
    writeFileSync(join(this.home, 'gate'), '');
  }

  /** Restarts from images, in the folder of the launch or in another. */
  restart(images: readonly string[], folder: string = this.home): { ended: Ended; pid: number } {
    return this.#start(RESTART, String(this.port), this.live, this.#tmp, this.home, folder, ...images);
  }

  /**
   * Runs `commands` within one checkpoint, however long they take: a process that is stopped takes no part
   * in it, and the rest waits for it. `launched` is what launch() started.
   */
  async during(launched: { pid: number }, commands: () => void): Promise<void> {
    process.kill(launched.pid, 'SIGSTOP');
    try {
      expect(this.command('-c').status).toBe(0);
      await until('RUNNING=no', () => this.state().running === 'no');
      commands();
    } finally {
      process.kill(launched.pid, 'SIGCONT');
    }
  }

  /** dmtcp_command: its status, and what it said. */
  command(...words: string[]): { status: number | null; said: string } {
    const args = ['-p', String(this.port), ...words];
    const ran = spawnSync('dmtcp_command', args, { env: this.#env, encoding: 'utf8' });
    return { status: ran.status, said: ran.stdout + ran.stderr };
  }

  /** What `-s` says. */
  state(): { peers: number; running: string } {
    const { said } = this.command('-s');
    return {
      peers: Number(/NUM_PEERS=(\d+)/.exec(said)?.[1] ?? -1),
      running: /RUNNING=(\w+)/.exec(said)?.[1] ?? 'none',
    };
  }

  async running(): Promise<void> {
    await until('RUNNING=yes', () => this.state().running === 'yes');
  }

  /** Waits until the application has printed `line`. */
  async counted(line: number): Promise<void> {
    await until(`the line ${line}`, () => this.lines().includes(String(line)));
  }

  /** Removes the mark of the last checkpoint, as the runtime does before it asks for the next. */
  forget(): void {
    rmSync(this.mark, { force: true });
  }

  committed(): boolean {
    return existsSync(this.mark);
  }

  async commit(): Promise<void> {
    await until('the restart script', () => this.committed());
  }

  /** The images that the restart script lists; its folder may have spaces, the name of an image never has. */
  images(): string[] {
    const list = /^given_ckpt_files="(.*)"$/m.exec(readFileSync(this.mark, 'utf8'))?.[1] ?? '';
    return list.split(/(?<=\.dmtcp) /).map((path) => path.trim());
  }

  /** The processes of the computation: they hold a file, and are no coordinator. */
  members(): number[] {
    return this.holders().filter((pid) => !this.#coordinators.includes(pid));
  }

  /** The processes that have something open under the folder for temporary files. */
  holders(): number[] {
    const holds = (pid: string) =>
      list(`/proc/${pid}/fd`).some((fd) => target(`/proc/${pid}/fd/${fd}`).startsWith(`${this.#tmp}/`));
    return list('/proc')
      .filter((name) => /^\d+$/.test(name) && holds(name))
      .map(Number);
  }

  /** Their command lines. */
  commands(): string[] {
    return this.members().map((pid) => contents(`/proc/${pid}/cmdline`));
  }

  killMembers(): void {
    for (const pid of this.members()) kill(pid);
  }

  lines(): string[] {
    return this.#read('out').split('\n').slice(0, -1);
  }

  /** What the wrapper recorded; empty while it has not. */
  status(): string {
    return this.#read('status').trim();
  }

  log(): string {
    return this.#read('dmtcp.log');
  }

  /** Sets a generation aside: its copy of `live`, and of the output at that time. */
  keep(): void {
    cpSync(this.live, join(this.home, 'kept'), { recursive: true, verbatimSymlinks: true });
    cpSync(join(this.home, 'out'), join(this.home, 'kept.out'));
  }

  /** Ends what runs, and puts the generation that was set aside back. */
  async putBack(): Promise<void> {
    await this.#killAll();
    for (const name of ['live', 'out', 'status', 'dmtcp.log'])
      rmSync(join(this.home, name), { recursive: true, force: true });
    cpSync(join(this.home, 'kept'), this.live, { recursive: true, verbatimSymlinks: true });
    cpSync(join(this.home, 'kept.out'), join(this.home, 'out'));
  }

  /** Ends what is left, and removes the folder. */
  async end(): Promise<void> {
    await this.#killAll();
    rmSync(this.home, { recursive: true, force: true });
  }

  async #killAll(): Promise<void> {
    for (const { pid, exitCode, signalCode } of this.#started) {
      if (pid && exitCode === null && signalCode === null) kill(pid);
    }
    await until('the end of all processes', () => {
      this.killMembers();
      return this.members().length === 0;
    });
  }

  #start(script: string, ...words: string[]): { ended: Ended; pid: number } {
    const child = spawn('bash', ['-c', script, 'bash', ...words], { env: this.#env, stdio: 'ignore' });
    this.#started.push(child);
    const ended = new Promise<number>((done, failed) => {
      child.once('error', failed);
      child.once('exit', (code, signal) => done(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
    return { ended, pid: child.pid ?? -1 };
  }

  #read(name: string): string {
    return contents(join(this.home, name));
  }
}

/** The numbers from 1 to `last`, as count.sh prints them. */
export function numbers(last: number): string[] {
  return Array.from({ length: last }, (_, at) => String(at + 1));
}

/** Waits for a condition; a generous limit, for machines that are busy. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const limit = Date.now() + 240_000;
  while (!condition()) {
    if (Date.now() > limit) throw new Error(`gave up waiting for ${what}`);
    await pause(25);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** Kills a process, if it is still there. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // has ended
  }
}

/** Names of the images of shells: those live as long as the application, unlike each `sleep`. */
export function shells(images: readonly string[]): string[] {
  return images.map((path) => basename(path)).filter((name) => name.startsWith('ckpt_bash_'));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
