import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Dmtcp, dmtcpEnvironment } from '../../test/support/dmtcp.ts';
import { processesIn } from '../../test/support/run-folder.ts';

/** How programs start processes. */
export const programs = {
  'shell: $(…), a pipeline': ['bash', 'loop.sh'],
  'Python, vfork (its default)': ['python3', 'loop.py', 'vfork'],
  'Python, fork': ['python3', 'loop.py', 'fork'],
  'Python, posix_spawn': ['python3', 'loop.py', 'spawn'],
} as const;

export type ProgramName = keyof typeof programs;

/** What was seen of a computation. */
export interface Finding {
  readonly release: string;
  readonly program: ProgramName;
  /**
   * `commit`: a complete checkpoint. `stuck`: one that did not end. `death`: the program ended. `no start`: a launch or restore that did not
   * come up. `wrong`: a result that was not right, or a child that did not end with 0. `restored`: a restore that came up.
   * `rounds`: of the program's loop, at the end of a turn.
   */
  readonly event: 'commit' | 'stuck' | 'death' | 'no start' | 'wrong' | 'restored' | 'rounds';
  /** Of a death: the status that the shell around the program recorded, `none` where it died, too; else what was wrong. */
  readonly what?: string;
  /** Whether this computation had been restored before. */
  readonly restored: boolean;
  /** Seconds since the last commit or restore, and which of them it was. */
  readonly since?: number;
  readonly after?: 'commit' | 'restore' | 'launch';
  /** In the midst of a checkpoint that was asked for. */
  readonly saving?: boolean;
  /** Of a death that came right after a restore that a death had made necessary. */
  readonly again?: boolean;
  /** DMTCP's last words. */
  readonly words?: string;
  /** How the coordinator ended, where it did not end by itself with its computation. */
  readonly coordinator?: string | undefined;
  /** The signals that it ignored. */
  readonly deaf: string;
  readonly rounds?: number;
  /** The machine's, of the last minute. */
  readonly load: number;
}

/** A checkpoint without the mark of a commit after so many seconds has not ended. */
const patience = 30;

/** It starts no process once the program runs, or DMTCP could end it, too. */
const shell = `cd "$1" || exit
exec >>out 2>&1 </dev/null
(shift && exec "$@")
printf '%s\\n' "$?" >"$1/status"`;

/** A program under a DMTCP: launched, checkpointed each few seconds, killed and restored, as the driver says. */
export class Computation {
  readonly #dmtcp: Dmtcp;
  readonly #program: ProgramName;
  readonly #folder: string;
  readonly #deaf: string;
  readonly #tell: (finding: Finding) => void;
  #coordinator: ChildProcess | undefined;
  #port = '';
  #restored = false;
  #saving = false;
  #again = false;
  #mark: { at: number; after: 'commit' | 'restore' | 'launch' } = { at: 0, after: 'launch' };
  #wrong = 0;
  #generation = 0;

  /** `deaf`: the signals that the coordinator ignores. */
  constructor(
    dmtcp: Dmtcp,
    program: ProgramName,
    folder: string,
    deaf: string,
    tell: (finding: Finding) => void,
  ) {
    this.#dmtcp = dmtcp;
    this.#deaf = deaf;
    this.#program = program;
    this.#folder = folder;
    this.#tell = tell;
    for (const name of ['live', 'tmp', 'generations']) mkdirSync(join(folder, name), { recursive: true });
  }

  /** Runs for so many seconds; with `kills`, it is killed and restored after each third commit. */
  async turn(seconds: number, interval: number, kills: boolean): Promise<void> {
    const until = Date.now() + seconds * 1000;
    let commits = 0;
    let up = await this.#launch();
    while (up && Date.now() < until) {
      if (!(await this.#lives(interval)) || !(await this.#checkpoint())) {
        up = await this.#comeBack();
      } else if (kills && ++commits % 3 === 0) {
        await this.#kill();
        up = (await this.#restore()) || (await this.#launch());
      }
    }
    this.#say('rounds', { rounds: Number(this.#read('count')) });
    await this.#kill();
  }

  /** After a loss: the newest generation once; where that dies without another commit, all begins anew. */
  async #comeBack(): Promise<boolean> {
    await this.#kill();
    if (this.#again || this.#generation === 0) return this.#launch();
    this.#again = true;
    return (await this.#restore()) || this.#launch();
  }

  async #launch(): Promise<boolean> {
    await this.#kill();
    this.#restored = false;
    this.#again = false;
    this.#generation = 0;
    rmSync(this.#path('generations'), { recursive: true });
    mkdirSync(this.#path('generations'));
    const [command, file, ...args] = programs[this.#program];
    return this.#start('launch', [
      'dmtcp_launch',
      '--no-gzip',
      ...['bash', '-c', shell, 'bash', this.#folder],
      ...[command, join(import.meta.dirname, file), this.#folder, ...args],
    ]);
  }

  #restore(): Promise<boolean> {
    this.#restored = true;
    const place = this.#path('generations', String(this.#generation));
    const images = readdirSync(place).filter((name) => name.endsWith('.dmtcp'));
    return this.#start('restore', ['dmtcp_restart', ...images.map((name) => join(place, name))]);
  }

  async #start(after: 'launch' | 'restore', [command = '', ...args]: string[]): Promise<boolean> {
    rmSync(this.#path('status'), { force: true });
    rmSync(this.#path('port'), { force: true });
    rmSync(this.#path('log'), { force: true });
    this.#coordinator = this.#spawn(
      'bash',
      [
        ...['-c', `trap '' ${this.#deaf}; exec dmtcp_coordinator "$@"`, 'bash'],
        ...['--exit-on-last', '-p', '0', '--port-file', this.#path('port')],
        ...['--ckptdir', this.#path('live'), '--tmpdir', this.#path('tmp')],
      ],
      this.#path('live'),
    );
    await this.#until(10, () => {
      this.#port = this.#read('port').trim();
      return this.#port !== '' && this.#ask('-s').status === 0;
    });
    const where = ['-j', '-p', this.#port, '--ckptdir', this.#path('live'), '--tmpdir', this.#path('tmp')];
    this.#spawn(command, [...where, ...args], this.#folder);
    const up = await this.#until(20, () => this.#runs());
    this.#mark = { at: Date.now(), after };
    if (!up) this.#say('no start', { words: this.#words() });
    else if (after === 'restore') this.#say('restored');
    return up;
  }

  /** False where it ended meanwhile. */
  async #lives(seconds: number): Promise<boolean> {
    const ended = await this.#until(seconds, () => {
      this.#lookForWrong();
      return this.#ended();
    });
    if (ended) await this.#death();
    return !ended;
  }

  async #checkpoint(): Promise<boolean> {
    const mark = this.#path('live', 'dmtcp_restart_script.sh');
    rmSync(mark, { force: true });
    this.#saving = true;
    try {
      await this.#until(patience, () => this.#ended() || this.#ask('-c').status === 0);
      await this.#until(patience, () => existsSync(mark) || this.#ended());
      if (!existsSync(mark)) {
        if (this.#ended()) await this.#death();
        else this.#say('stuck', { words: this.#words() });
        return false;
      }
      this.#keep(readFileSync(mark, 'utf8'));
      this.#mark = { at: Date.now(), after: 'commit' };
      this.#again = false;
      this.#say('commit');
      if (await this.#until(patience, () => this.#ended() || this.#runs())) return true;
      this.#say('stuck', { words: this.#words(), what: 'after the commit' });
      return false;
    } finally {
      this.#saving = false;
    }
  }

  /** What was committed, out of the way of the next checkpoint. */
  #keep(script: string): void {
    const place = this.#path('generations', String(this.#generation + 1));
    mkdirSync(place);
    const images = /^given_ckpt_files="(.*)"$/m.exec(script)?.[1]?.trim().split(/\s+/) ?? [];
    for (const image of images) renameSync(image, join(place, image.slice(image.lastIndexOf('/') + 1)));
    rmSync(this.#path('generations', String(this.#generation)), { recursive: true, force: true });
    this.#generation += 1;
  }

  async #death(): Promise<void> {
    await sleep(500); // its shell may just be writing the status down
    this.#lookForWrong();
    this.#say('death', {
      what: this.#read('status').trim() || 'none',
      words: this.#words(),
      coordinator: this.#coordinator?.signalCode ?? undefined,
    });
  }

  #lookForWrong(): void {
    const lines = this.#read('wrong').split('\n').slice(0, -1);
    for (const what of lines.slice(this.#wrong)) this.#say('wrong', { what });
    this.#wrong = lines.length;
  }

  #say(event: Finding['event'], more: Partial<Finding> = {}): void {
    this.#tell({
      release: this.#dmtcp.name,
      program: this.#program,
      event,
      restored: this.#restored,
      since: (Date.now() - this.#mark.at) / 1000,
      after: this.#mark.after,
      saving: this.#saving,
      again: this.#again,
      load: loadavg()[0] ?? 0,
      deaf: this.#deaf,
      ...more,
    });
  }

  #ended = () =>
    existsSync(this.#path('status')) ||
    this.#coordinator === undefined ||
    this.#coordinator.exitCode !== null ||
    this.#coordinator.signalCode !== null;

  #runs = () => this.#ask('-s').stdout.includes('RUNNING=yes');

  #ask(question: string) {
    const args = ['-k', '1', '5', 'dmtcp_command', '-p', this.#port, question];
    return spawnSync('timeout', args, { encoding: 'utf8', env: this.#environment() });
  }

  /** The last lines of DMTCP's that tell of a failure, and the coordinator's last. */
  #words(): string {
    const plain = (line: string) => line.replaceAll(/\u001b\[[\d;]*m|dmtcp> |\[20[^\]]*\]\s*/g, '').trim();
    const lines = (name: string) => this.#read(name).split('\n').map(plain).filter(Boolean);
    const failures = lines('log').filter((line) =>
      /Error|Warning|Terminating|rejecting|Message|JASSERT/.test(line),
    );
    return [...failures.slice(-3), ...lines('coordinator.log').slice(-4)].join(' | ');
  }

  #spawn(command: string, args: readonly string[], cwd: string): ChildProcess {
    const log = openSync(this.#path(command === 'bash' ? 'coordinator.log' : 'log'), 'a');
    const env = this.#environment();
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    return child;
  }

  #environment = () => dmtcpEnvironment(this.#dmtcp, { DMTCP_TMPDIR: this.#path('tmp') });

  async #kill(): Promise<void> {
    for (let left = processesIn(this.#folder); left.length > 0; left = processesIn(this.#folder)) {
      for (const line of left) {
        try {
          process.kill(Number.parseInt(line, 10), 'SIGKILL');
        } catch {
          // it ended meanwhile
        }
      }
      await sleep(100);
    }
    this.#coordinator = undefined;
  }

  async #until(seconds: number, holds: () => boolean): Promise<boolean> {
    for (const deadline = Date.now() + seconds * 1000; !holds(); await sleep(100)) {
      if (Date.now() > deadline) return false;
    }
    return true;
  }

  #path = (...names: string[]) => join(this.#folder, ...names);

  #read(name: string): string {
    return existsSync(this.#path(name)) ? readFileSync(this.#path(name), 'utf8') : '';
  }
}
