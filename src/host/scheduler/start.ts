import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  answer,
  type Call,
  complaint,
  fails,
  kindOf,
  markOf,
  REFUSALS,
  UNANSWERED,
  UNREACHABLE,
} from '../../rehearse/scheduler/commands.ts';
import { Controller } from '../../rehearse/scheduler/controller.ts';
import { fileName, jobEnvironment, MARK, usualLog } from '../../rehearse/scheduler/environment.ts';
import {
  type Action,
  idOf,
  type JobRecord,
  type Settings,
  viewOf,
} from '../../rehearse/scheduler/records.ts';
import type {
  Job,
  Refusable,
  Scheduler,
  SchedulerEvent,
  SchedulerSettings,
  Submission,
} from '../../rehearse/scheduler/scheduler.ts';
import type { View } from '../../rehearse/scheduler/show.ts';
import { readSubmission } from '../../rehearse/scheduler/spec.ts';
import { readStep, stepFits, stepLines } from '../../rehearse/scheduler/step.ts';
import { startBatch } from './attempts.ts';
import janitor from './janitor.sh';
import { Post } from './post.ts';
import { askerOf, commandOf, entriesOf, type Found, ProcessTable, signalAll } from './processes.ts';
import { timeText } from './time-text.ts';

/** How often the processes of jobs are looked at, in milliseconds: while jobs run, and while one is being ended. */
const LOOK = 1000;
const LOOK_AT_END = 100;

/** How long what a batch shell leaves behind has to notice that it is gone, before it is killed and reported. Milliseconds. */
const AFTER_BATCH = 300;

/** Between the answer to a command that ends its own job, and the signal. Milliseconds. */
const AFTER_ANSWER = 60;

/** Starts a scheduler on this machine. Rejects where the machine is not Linux, or its folder cannot be made. */
export async function startScheduler(settings: SchedulerSettings = {}): Promise<Scheduler> {
  if (process.platform !== 'linux')
    throw new Error(
      `a rehearsal needs Linux, because it finds a job's processes in /proc; this is ${process.platform}`,
    );
  return new LocalScheduler(settings);
}

/** All settings, with Slurm's defaults. */
function withDefaults({
  folder: _,
  removedIfKilled: _other,
  grace = 0,
  preemptMode = 'REQUEUE',
  ...given
}: SchedulerSettings): Settings {
  return {
    cluster: 'rehearsal',
    nodes: 2,
    cpus: 64,
    pace: 1,
    grid: 30,
    killWait: 30,
    requeueDelay: 121,
    messageTimeout: 10,
    seed: 1,
    partitions: [{ name: '', tier: 1, grace, preemptMode }],
    ...given,
  };
}

interface Attempt {
  readonly job: JobRecord;
  readonly number: number;
  /** The batch shell's process, unless it could not be started. */
  readonly batch?: number | undefined;
  /** Cut off from the network, on this node. */
  cut?: string;
}

class LocalScheduler implements Scheduler {
  readonly folder: string;
  readonly cluster: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly #settings: Settings;
  readonly #controller: Controller;
  readonly #post: Post;
  readonly #table: ProcessTable;
  readonly #listeners = new Set<(event: SchedulerEvent) => void>();
  readonly #scripts = new Map<JobRecord, { script: string; env: ReadonlyMap<string, string> }>();
  readonly #attempts: Attempt[] = [];
  readonly #left = new Map<JobRecord, Map<number, string>>();
  readonly #refusals = new Map<Refusable, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #waitingSteps: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  readonly #janitor: ChildProcess;
  readonly #user: View['user'];
  readonly #host = hostname().replace(/\..*/, '');
  #silence = UNANSWERED;
  #timer: NodeJS.Timeout | undefined;
  #looking: { readonly pause: number; readonly timer: NodeJS.Timeout } | undefined;
  #closed: Promise<void> | undefined;

  constructor(settings: SchedulerSettings) {
    this.#settings = withDefaults(settings);
    this.cluster = this.#settings.cluster;
    const { username, uid, gid } = userInfo();
    this.#user = { name: username, uid, group: username, gid };
    if (settings.folder === undefined) {
      this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-rehearsal-')));
    } else {
      mkdirSync(settings.folder, { mode: 0o700 });
      this.folder = realpathSync(settings.folder);
    }
    try {
      this.#controller = new Controller(this.#settings, Date.now());
      this.#table = new ProcessTable(this.folder);
      this.#post = new Post(this.folder, {
        ask: (pid, box) => this.#question(pid, box),
        step: (what, mark) => this.#aboutStep(what, mark),
      });
    } catch (error) {
      rmSync(this.folder, { recursive: true, force: true });
      throw error;
    }
    this.#janitor = startJanitor(this.folder, settings.removedIfKilled);
    this.environment = {
      PATH: `${this.#post.bin}:${process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}`,
      [MARK]: this.folder,
    };
  }

  async submit(script: string, args: readonly string[] = [], submission: Submission = {}): Promise<string> {
    const env = Object.entries({ ...(submission.env ?? process.env), [MARK]: this.folder }).map(
      ([name, value]) => `${name}=${value ?? ''}`,
    );
    const call: Call = {
      command: 'sbatch',
      words: ['--parsable', ...(submission.options ?? []), script, ...args],
      env: entriesOf(env),
      cwd: resolve(submission.cwd ?? '.'),
    };
    const { status, out = '', err = '' } = this.#sbatch(call);
    this.#act();
    if (status !== 0) throw new Error(err.trim());
    return out.trim();
  }

  jobs(): readonly Job[] {
    return this.#controller.jobs.map((job) => viewOf(job, Date.now(), this.#settings.pace));
  }

  job(id: string): Job {
    return viewOf(this.#find(id), Date.now(), this.#settings.pace);
  }

  on(listener: (event: SchedulerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  preempt(id: string, grace?: number): void {
    const job = this.#find(id);
    const { partitions } = this.#settings;
    const { grace: usual = 0 } =
      partitions.find(({ name }) => name === job.spec.partition) ?? partitions[0] ?? {};
    this.#controller.preempt(job, grace ?? usual, Date.now());
    this.#act();
  }

  failNode(id: string, how: 'power' | 'network'): void {
    const { node } = this.#find(id);
    if (node === undefined) throw new Error(`job ${id} runs on no node`);
    this.#controller.failNode(node, how, Date.now());
    this.#act();
  }

  mendNode(node: string): void {
    this.#controller.mendNode(node, Date.now());
    this.#act();
  }

  setLimit(id: string, seconds: number): void {
    this.#controller.setLimit(this.#find(id), seconds / this.#settings.pace);
    this.#act();
  }

  requeueByAdministrator(id: string): void {
    const why = this.#controller.requeue(this.#find(id), 'administrator', Date.now());
    this.#act();
    if (why !== undefined) throw new Error(`${why} for job ${id}`);
  }

  cancel(id: string): void {
    this.#controller.cancel(this.#find(id), Date.now());
    this.#act();
  }

  kill(id: string, which = /(?:)/): number {
    const job = this.#find(id);
    const found = this.#members(job).filter(({ pid }) => which.test(commandOf(pid)));
    signalAll(
      found.map(({ pid }) => pid),
      'KILL',
    );
    return found.length;
  }

  refuse(command: Refusable, times = Number.POSITIVE_INFINITY): void {
    this.#refusals.set(command, times);
  }

  silence(seconds: number): void {
    this.#silence = UNANSWERED;
    this.#controller.silence(Date.now() + seconds * 1000);
    this.#act();
  }

  async restart(seconds = 1): Promise<void> {
    this.#silence = UNREACHABLE;
    this.#controller.silence(Date.now() + seconds * 1000);
    this.#act();
    await sleep(seconds * 1000);
  }

  idle(): Promise<void> {
    if (this.#controller.isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  processes(id?: string): readonly string[] {
    const job = id === undefined ? undefined : this.#find(id);
    return this.#table
      .look()
      .filter((one) => job === undefined || one.job === job.number)
      .map(({ pid }) => `${pid} ${commandOf(pid)}`);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    clearTimeout(this.#looking?.timer);
    for (const timer of this.#timers) clearTimeout(timer);
    // Twice empty, because one may just have started another.
    for (let empty = 0, round = 0; empty < 2 && round < 200; round++) {
      const found = this.#table.look();
      signalAll(
        found.map(({ pid }) => pid),
        'KILL',
      );
      empty = found.length === 0 ? empty + 1 : 0;
      await sleep(20);
    }
    this.#post.close();
    rmSync(this.folder, { recursive: true, force: true });
    this.#janitor.stdin?.end('nothing is left\n');
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #find(id: string): JobRecord {
    const job = this.#controller.one(id);
    if (job === undefined) throw new Error(`there is no job ${id}`);
    return job;
  }

  #view(env?: ReadonlyMap<string, string>): View {
    const format = env?.get('SLURM_TIME_FORMAT');
    return {
      settings: this.#settings,
      now: Date.now(),
      time: (milliseconds) => timeText(milliseconds, format),
      user: this.#user,
      host: this.#host,
    };
  }

  /** Does what the controller wants done, and sets the clock for the next time. `later`: signals wait until an answer has been read. */
  #act(later = false): void {
    if (this.#closed !== undefined) return;
    this.#controller.tick(Date.now());
    for (const action of this.#controller.take()) {
      if (action.kind === 'signal') {
        // Of this attempt, also if the job is started again before it gets there.
        const attempt = this.#attempt(action.job);
        if (later) this.#after(AFTER_ANSWER, () => this.#signal(action, attempt));
        else this.#signal(action, attempt);
      } else this.#do(action);
    }
    clearTimeout(this.#timer);
    const next = this.#controller.next();
    if (next !== undefined)
      this.#timer = setTimeout(() => this.#act(), Math.min(Math.max(next - Date.now(), 1), 2 ** 31 - 1));
    this.#keepLooking();
    for (const start of this.#waitingSteps.splice(0)) start();
    if (this.#controller.isIdle()) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #do(action: Exclude<Action, { kind: 'signal' }>): void {
    switch (action.kind) {
      case 'start':
        this.#start(action.job);
        break;
      case 'note':
        try {
          appendFileSync(action.job.errors, `${action.text(timeText(Date.now()))}\n`);
        } catch {
          // A full disk, for example.
        }
        break;
      case 'cut': {
        const attempt = this.#attempt(action.job);
        if (attempt !== undefined) attempt.cut = action.node;
        break;
      }
      case 'sweep':
        this.#sweep(action.node);
        break;
      case 'tell':
        for (const listener of this.#listeners) listener(action.event);
        break;
    }
  }

  #start(job: JobRecord): void {
    const { script = '', env = new Map<string, string>() } = this.#scripts.get(job) ?? {};
    const { attempt: number } = job;
    const { folder, cluster } = this;
    const full = jobEnvironment(job, env, { folder, cluster, bin: this.#post.bin, view: this.#view() });
    const child = startBatch(folder, job, script, full, (exit) => {
      if (this.#attempts.some((one) => one.job === job && one.number === number && one.cut !== undefined))
        return;
      this.#controller.batchEnded(job, number, exit, Date.now());
      this.#act();
    });
    this.#left.delete(job);
    this.#attempts.push({ job, number, batch: child?.pid });
  }

  #attempt(job: JobRecord): Attempt | undefined {
    return this.#attempts.findLast((one) => one.job === job && one.number === job.attempt);
  }

  /** The processes of an attempt of a job, by default the current one. */
  #members(job: JobRecord, attempt = job.attempt): Found[] {
    return this.#table.look().filter((one) => one.job === job.number && one.attempt === attempt);
  }

  #signal(
    { job, signal, to, step }: Extract<Action, { kind: 'signal' }>,
    attempt = this.#attempt(job),
  ): void {
    if (attempt === undefined || attempt.cut !== undefined) return;
    if (to === 'batch shell') {
      if (attempt.batch !== undefined && attempt.number === job.attempt && !job.batchOver)
        signalAll([attempt.batch], signal);
      return;
    }
    const chosen = () =>
      this.#members(job, attempt.number).filter((one) => {
        if (to === 'steps') return step === undefined ? one.step !== undefined : one.step === step;
        return to === 'all' || one.step === undefined;
      });
    if (signal !== 'KILL') {
      signalAll(
        chosen().map(({ pid }) => pid),
        signal,
      );
    } else if (to === 'batch step') {
      this.#after(AFTER_BATCH, () => this.#killAll(job, chosen));
    } else {
      this.#killAll(job, chosen);
    }
  }

  /** Kills, until none is left: one may just have started another. */
  #killAll(job: JobRecord, chosen: () => Found[]): void {
    for (let round = 0; round < 3; round++) {
      const found = chosen();
      if (found.length === 0) return;
      if (job.phase === 'completing' && job.batchOver) {
        const left = this.#left.get(job) ?? new Map<number, string>();
        for (const { pid } of found) if (!left.has(pid)) left.set(pid, `${pid} ${commandOf(pid)}`);
        this.#left.set(job, left);
      }
      signalAll(
        found.map(({ pid }) => pid),
        'KILL',
      );
    }
  }

  /** Ends what a node that is reachable again still runs of attempts that were cut off. */
  #sweep(node: string): void {
    const cut = this.#attempts.filter((one) => one.cut === node);
    const chosen = () =>
      this.#table
        .look()
        .filter((one) => cut.some(({ job, number }) => job.number === one.job && number === one.attempt))
        .map(({ pid }) => pid);
    signalAll(chosen(), 'CONT');
    signalAll(chosen(), 'TERM');
    this.#after(this.#settings.killWait * 1000, () => signalAll(chosen(), 'KILL'));
  }

  #after(milliseconds: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#closed === undefined) act();
    }, milliseconds);
    this.#timers.add(timer);
  }

  /** Looks at the processes from time to time as long as there are any. */
  #keepLooking(): void {
    const active = this.#controller.jobs.filter(({ phase }) => phase === 'running' || phase === 'completing');
    if (this.#closed !== undefined || active.length === 0) return;
    const pause = active.some(({ phase }) => phase === 'completing') ? LOOK_AT_END : LOOK;
    if (this.#looking !== undefined && this.#looking.pause <= pause) return;
    clearTimeout(this.#looking?.timer);
    const timer = setTimeout(() => {
      this.#looking = undefined;
      this.#lookAround();
      this.#act();
    }, pause);
    this.#looking = { pause, timer };
  }

  #lookAround(): void {
    const found = this.#table.look();
    for (const job of this.#controller.jobs) {
      if (job.phase !== 'running' && job.phase !== 'completing') continue;
      const members = found.filter((one) => one.job === job.number && one.attempt === job.attempt);
      // A step whose srun was killed says nothing of its end.
      const asking = members.some(({ step }) => step === undefined);
      for (const id of job.steps.keys())
        if (!members.some(({ step }) => step === id) && !asking)
          this.#controller.endStep(job, id, Date.now());
      if (job.phase === 'completing' && job.batchOver && members.length === 0)
        this.#controller.gone(job, [...(this.#left.get(job)?.values() ?? [])], Date.now());
    }
  }

  /** A process has run one of the commands. */
  #question(pid: number, box: string): void {
    const asker = askerOf(pid);
    if (asker === undefined || this.#closed !== undefined) return;
    const at = asker.words.findIndex((word) => word.startsWith(`${this.#post.bin}/`));
    const mark = markOf(asker.env, this.folder);
    const attempt = this.#attempts.find((one) => one.job.number === mark?.job && one.number === mark.attempt);
    const call: Call = {
      command: basename(asker.words[at] ?? ''),
      words: asker.words.slice(at + 1),
      env: asker.env,
      cwd: folderOf(pid),
      ...(attempt !== undefined && { from: attempt.job }),
    };
    const reply = ({ status, out = '', err = '' }: Answer) =>
      this.#post.answer(box, String(status), { out, err, step: '' });
    const { messageTimeout } = this.#settings;
    if (attempt?.cut !== undefined) {
      this.#after(messageTimeout * 1000, () => reply(this.#unanswered(call, UNREACHABLE)));
    } else {
      this.#answerWhenHeard(call, box, reply, Date.now() + messageTimeout * 1000);
    }
  }

  /**
   * A command waits for a controller that does not answer, but not for ever. What it asked for is done all the same once the controller
   * is itself again, as its question is still in the connection; not if the controller was gone, as there was none.
   */
  #answerWhenHeard(call: Call, box: string, reply: (answer: Answer) => void, until: number): void {
    const now = Date.now();
    if (!this.#controller.isSilent(now)) {
      this.#answer(call, box, reply);
    } else if (now < until) {
      this.#after(Math.min(100, until - now), () => this.#answerWhenHeard(call, box, reply, until));
    } else {
      reply(this.#unanswered(call, this.#silence));
      if (this.#silence === UNANSWERED && call.command !== 'srun') this.#answerLate(call, box);
    }
  }

  #answerLate(call: Call, box: string): void {
    if (this.#controller.isSilent(Date.now())) this.#after(100, () => this.#answerLate(call, box));
    else this.#answer(call, box, () => {});
  }

  #unanswered(call: Call, why: string): Answer {
    this.#tellOf('unanswered', call);
    return complaint(call, why);
  }

  #tellOf(kind: 'refused' | 'unanswered', { command, words, from }: Call): void {
    const event = {
      kind,
      time: Date.now(),
      job: from ? idOf(from) : '',
      command: [command, ...words.slice(0, 2)].join(' '),
    };
    for (const listener of this.#listeners) listener(event);
  }

  #answer(call: Call, box: string, reply: (answer: Answer) => void): void {
    const kind = kindOf(call);
    const refused = kind === undefined ? 0 : (this.#refusals.get(kind) ?? 0);
    if (kind !== undefined && refused > 0) {
      this.#refusals.set(kind, refused - 1);
      this.#tellOf('refused', call);
      reply(complaint(call, REFUSALS[kind]));
    } else if (call.command === 'srun') {
      this.#srun(call, box, reply);
    } else {
      const view = this.#view(call.env);
      reply(
        call.command === 'sbatch' ? this.#sbatch(call) : answer(call, this.#controller, this.cluster, view),
      );
    }
    this.#act(true);
  }

  #sbatch(call: Call): Answer {
    if (call.words.includes('--version')) return { status: 0, out: 'slurm-wlm 22.05.8\n' };
    const read = (path: string) => {
      try {
        return readFileSync(resolve(call.cwd, path), 'utf8');
      } catch {
        return undefined;
      }
    };
    const submitted = readSubmission({ ...call, read });
    if ('wrong' in submitted) return { status: submitted.status, err: submitted.wrong };
    const { spec, script, path, args, line } = submitted;
    const made = this.#controller.submit(
      {
        spec,
        command: resolve(call.cwd, path),
        args,
        from: call.from,
        files: (job) => {
          const log = fileName(spec.output ?? usualLog(job), job, this.#user.name, 'n1');
          return {
            log,
            errors: spec.error === undefined ? log : fileName(spec.error, job, this.#user.name, 'n1'),
          };
        },
      },
      Date.now(),
      (job) => this.#scripts.set(job, { script, env: call.env }),
    );
    if (typeof made === 'string') return complaint(call, made);
    const number = made[0]?.array?.job ?? made[0]?.number ?? 0;
    const quiet = line.options.has('parsable');
    return { status: 0, out: quiet ? `${number}\n` : `Submitted batch job ${number}\n` };
  }

  #srun(call: Call, box: string, reply: (answer: Answer) => void): void {
    const number = call.env.get('SLURM_JOB_ID') ?? '';
    const job = /^\d+$/.test(number) ? this.#controller.one(number) : undefined;
    if (job === undefined) {
      reply(fails('srun: error: a rehearsal has no srun outside of a job'));
      return;
    }
    if (job.phase !== 'running') {
      reply(complaint({ ...call, words: [number] }, 'Job/step already completing or completed'));
      return;
    }
    const step = readStep(call, job);
    if ('status' in step) {
      reply(step);
      return;
    }
    const fits = stepFits(step, job, this.#controller);
    if (fits === 'never') {
      reply(complaint({ ...call, words: [number] }, 'More processors requested than permitted'));
    } else if (fits === 'later') {
      this.#waitingSteps.push(() => this.#after(100, () => this.#srun(call, box, reply)));
    } else {
      const made = this.#controller.startStep(job, step.step, Date.now());
      this.#post.answer(box, 'step', { out: '', err: '', step: stepLines(step, made, job, this.folder) });
    }
  }

  /** srun says that a step has ended, or passes a signal on to it. */
  #aboutStep(what: string, mark: string): void {
    const [number = '', attempt = '', step = ''] = mark.split('.');
    const job = this.#controller.one(number);
    if (job === undefined || String(job.attempt) !== attempt) return;
    if (what === 'end') this.#controller.endStep(job, Number(step), Date.now());
    else this.#signal({ kind: 'signal', job, signal: what, to: 'steps', step: Number(step) });
    this.#act();
  }
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '/';
  }
}

/** Starts what cleans up if this process is killed: it lives as long as the pipe, whose other end is here. */
function startJanitor(folder: string, other?: string): ChildProcess {
  const folders = other === undefined ? [folder] : [folder, other];
  // Its input is a socket, with which bash would read ~/.bashrc first, as for a remote shell: that may take a minute.
  const child = spawn('bash', ['--norc', '-p', '-c', janitor, 'janitor', ...folders], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}
