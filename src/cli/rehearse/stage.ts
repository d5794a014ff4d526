import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Struck } from '../../rehearse/evidence.ts';
import { type FaultName, faultOf } from '../../rehearse/faults/catalogue.ts';
import { inOrder } from '../../rehearse/faults/draw.ts';
import type { MomentName, When } from '../../rehearse/faults/moments.ts';
import type { Fault } from '../../rehearse/faults/parse.ts';
import type { Job, Scheduler } from '../../rehearse/scheduler/scheduler.ts';
import type { Pace } from '../../rehearse/settings.ts';
import type { RehearsalOptions } from './options.ts';
import type { Place } from './place.ts';
import { damage, hasOutcome, isRestoring, isSaving, newestAttempt, statusIn } from './run-folder.ts';
import type { Watch } from './watch.ts';

interface StageOptions extends RehearsalOptions {
  readonly scheduler: Scheduler;
  readonly watch: Watch;
  readonly place: Place;
  readonly pace: Pace;
  /** How many times as long as on an idle machine things take. */
  readonly slowness: number;
}

/** The rehearsal is over before its end. */
class CutShort extends Error {}

/** A fault did not come; the message says why. */
class Missed extends Error {}

const PROGRAM = /rehearsal-program\.sh|DMTCP:(perl|bash)|my \(\$folder, \$unit/;
/** The shell of the flow's own `run`. */
const OWN_PROGRAM = /DMTCP:|\/run\.sh$/;
const ENDED: readonly string[] = ['COMPLETED', 'FAILED', 'TIMEOUT', 'CANCELLED', 'PREEMPTED', 'NODE_FAIL'];
const NOT_RUNNING = [...ENDED, 'PENDING', 'COMPLETING'];

/** Seconds in which a moment must come, and in which a run must recover. */
const PATIENCE = 60;
/** Seconds from the start of an attempt to the lead before its limit, if the job is to know that from the beginning. */
const KNOWN = 20;
/** Seconds for which the controller answers nobody. */
const SILENCE = 5;
/** The scheduler warns this much, in seconds, before the lead begins. */
const AHEAD = 1.5;
/** How often the owner resumes a run that has stopped. */
const RESUMES = 4;

/** Brings about the faults of a rehearsal, each at its moment, and sees the run to its end. */
export class Stage {
  readonly struck: Struck[] = [];
  readonly missed: { readonly fault: Fault; readonly why: string }[] = [];
  #resumes = 0;
  #submitted = 0;
  readonly #all: StageOptions;

  constructor(options: StageOptions) {
    this.#all = options;
  }

  /** Resolves when the run is over: to the reason if the rehearsal ended it, else to undefined. */
  async play(): Promise<string | undefined> {
    const { faults, real, place, tell } = this.#all;
    try {
      tell({ kind: 'submitted', job: await this.#submit([]) });
      this.#submitted = Date.now();
      const late = faults.filter(isAtEnd);
      for (const fault of inOrder(faults.filter((one) => !isAtEnd(one)))) await this.#bring(fault);
      if (real === undefined) {
        await this.#workOn();
        place.mark('finish');
      }
      for (const fault of late) await this.#bring(fault);
      await this.#end();
      return undefined;
    } catch (error) {
      if (error instanceof CutShort) return error.message;
      throw error;
    }
  }

  /** Some more work, so that the last attempt has some, too; and where storage is in question, enough checkpoints for the oldest to be removed. */
  async #workOn(): Promise<void> {
    const { watch, plan, faults } = this.#all;
    const { lines } = watch;
    const seals = faults.some(({ name }) => name === 'disk-full') ? plan.checkpoint.keep + 2 : 0;
    const isEnough = () => watch.lines >= lines + 15 && watch.seals.length >= seals;
    await this.#until('some work', () => isEnough() || this.#isDone());
  }

  #submit(args: readonly string[]): Promise<string> {
    const { scheduler, place, pace, plan } = this.#all;
    const { array } = plan.queue;
    const [task] = /\d+/.exec(array ?? '') ?? [];
    const options = [
      `--time=${this.#time}`,
      `--signal=B:${plan.checkpoint.signal}@${pace.lead * 60}`,
      ...(task === undefined ? [] : [`--array=${task}`]),
    ];
    const env = { ...place.env, ...scheduler.environment, PATH: `${scheduler.environment['PATH']}` };
    // Its commands come first, and then what stands before the machine's own.
    const own = scheduler.environment['PATH']?.split(':')[0] ?? '';
    return scheduler.submit(place.script, args, {
      cwd: place.home,
      env: { ...env, PATH: `${own}:${place.env['PATH']}` },
      options,
    });
  }

  /** The limit that is asked for at the submission. A job that Slurm does not answer knows no other, so it must be the one that it comes to. */
  get #time(): number {
    const { faults, pace, slowness } = this.#all;
    const isKnown = faults.some(({ name }) => name === 'controller-silent');
    return isKnown ? pace.lead + Math.round(KNOWN * Math.min(slowness, 4)) : pace.limit;
  }

  /** The job that the run is in now, or was in last. */
  #job(): Job | undefined {
    const jobs = this.#all.scheduler.jobs();
    return jobs.findLast(({ state }) => !ENDED.includes(state)) ?? jobs.at(-1);
  }

  get #run(): string {
    return this.#all.watch.run ?? '/nonexistent';
  }

  /** Has the program ended, with a status that counts? One that is doubted is on disk for a moment. */
  #isDone(): boolean {
    if (statusIn(this.#run) === undefined) return false;
    const last = this.#all.watch.journal.at(-1)?.entry;
    return (
      this.#isIdle() || last?.event === 'left' || last?.['outcome'] === 'done' || last?.event === 'put_away'
    );
  }

  #isIdle(): boolean {
    const job = this.#job();
    return job !== undefined && ENDED.includes(job.state);
  }

  async #until(what: string, holds: () => boolean, seconds = PATIENCE): Promise<void> {
    const { stop, limit, slowness } = this.#all;
    for (const deadline = Date.now() + seconds * slowness * 1000; !holds(); await sleep(50)) {
      if (stop.aborted) throw new CutShort('the rehearsal was interrupted');
      if (Date.now() > this.#submitted + limit * 1000 && this.#submitted > 0)
        throw new CutShort(`the rehearsal was ended after its limit of ${limit} s`);
      if (Date.now() > deadline)
        throw new CutShort(`${what} did not come within ${Math.round(seconds * slowness)} s`);
    }
  }

  /** Lines of the journal about the newest attempt. */
  #said(...events: readonly string[]): number {
    const attempt = newestAttempt(this.#run);
    return this.#all.watch.journal.filter(
      ({ entry }) => entry?.attempt === attempt && events.includes(entry.event),
    ).length;
  }

  #count(...events: readonly string[]): number {
    return this.#all.watch.journal.filter(({ entry }) => entry !== undefined && events.includes(entry.event))
      .length;
  }

  // ---- moments ---------------------------------------------------------------------------------------------------

  async #reach(when: When): Promise<void> {
    if ('after' in when) {
      const time = this.#submitted + when.after * 1000;
      await this.#until('the time', () => Date.now() >= time || this.#isDone(), when.after + 1);
    } else await this.#moments[when.at]();
  }

  readonly #moments: Readonly<Record<MomentName, () => Promise<void>>> = {
    launch: async () => {
      // Once the program works, only the next attempt starts it.
      if (this.#count('launched', 'restored') > 0) await this.#nextAttempt();
      await this.#orDone('the launch', () => this.#said('started') > 0);
    },
    running: () => this.#works(2),
    checkpoint: async () => {
      await this.#works(1);
      await this.#orDone('a checkpoint', () => isSaving(this.#run));
    },
    requeue: async () => {
      await this.#works(1);
      this.#limit();
      await this.#orDone('the last checkpoint', () => this.#said('asked') > 0 && hasOutcome(this.#run));
    },
    restore: async () => {
      await this.#nextAttempt();
      await this.#orDone('a restore', () => isRestoring(this.#run));
    },
    end: () => this.#until('the end of the program', () => statusIn(this.#run) !== undefined),
  };

  /** Waits for a moment, which cannot come once the program is done. */
  async #orDone(what: string, holds: () => boolean): Promise<void> {
    await this.#until(what, () => holds() || this.#isDone() || this.#isIdle());
    if (this.#isIdle() && !this.#isDone()) throw new CutShort(`the run stopped before: ${this.#lastWords()}`);
  }

  /** The attempt comes to its time limit, and the next one starts. */
  async #nextAttempt(): Promise<void> {
    await this.#works(1);
    const before = newestAttempt(this.#run);
    this.#limit();
    await this.#orDone(
      'the next attempt',
      () => newestAttempt(this.#run) > before && this.#said('started') > 0,
    );
  }

  /** The newest attempt works, and so many generations are there that were not damaged. */
  async #works(generations: number): Promise<void> {
    const { plan, watch } = this.#all;
    const enough = plan.checkpoint.engine === 'none' ? 0 : generations;
    const isWorking = () =>
      this.#said('launched', 'restored') > 0 &&
      !hasOutcome(this.#run) &&
      watch.seals.filter((one) => one.gone === undefined && one.damaged === undefined).length >= enough &&
      watch.lines > 5;
    await this.#until('work with checkpoints', () => isWorking() || this.#isDone() || this.#isIdle());
    if (this.#isIdle() && !this.#isDone()) throw new CutShort(`the run stopped before: ${this.#lastWords()}`);
    const now = watch.lines;
    await this.#until('work', () => watch.lines > now || this.#isDone());
  }

  /** Why the last attempt ended, as it says. */
  #lastWords(): string {
    const left = this.#all.watch.journal.findLast(({ entry }) => entry?.event === 'left')?.entry;
    return left === undefined ? 'its job ended without a word' : `status ${left['status']}, ${left['why']}`;
  }

  // ---- faults ----------------------------------------------------------------------------------------------------

  async #bring(fault: Fault): Promise<void> {
    const { tell, watch } = this.#all;
    if (!faultOf(fault.name).always) await this.#reach(fault.when);
    // A time may come while the job waits in the queue.
    if ('after' in fault.when)
      await this.#until(
        'a running job',
        () => this.#running() !== undefined || this.#isDone() || this.#isIdle(),
      );
    if (this.#isDone() && !isAtEnd(fault)) {
      this.missed.push({ fault, why: 'the program was done before' });
      return;
    }
    const begins = this.#count('launched', 'restored');
    const ended = watch.events.filter(({ kind }) => kind === 'ended').length;
    tell({ kind: 'struck', fault });
    const at = Date.now();
    this.struck.push({ fault, at });
    try {
      await this.#strikes[fault.name](fault);
    } catch (error) {
      if (!(error instanceof Missed)) throw error;
      this.struck.pop();
      this.missed.push({ fault, why: error.message });
      return;
    }
    this.struck[this.struck.length - 1] = { fault, at, until: Date.now() };
    if (isAtEnd(fault) || WITHOUT_LOSS.includes(fault.name)) return;
    await this.#recovered(begins, ended);
  }

  /** The program works again: it was restored or begun anew, or the run is over. Its owner resumes a run that has stopped. */
  async #recovered(begins: number, ended: number): Promise<void> {
    const { watch } = this.#all;
    let isBack = false;
    while (!isBack) {
      await this.#until('recovery', () => {
        isBack = this.#count('launched', 'restored') > begins || this.#isDone();
        return (
          isBack || (this.#isIdle() && watch.events.filter(({ kind }) => kind === 'ended').length > ended)
        );
      });
      if (!isBack) await this.#resume();
    }
    const lines = watch.lines;
    await this.#until('work', () => watch.lines > lines || this.#isDone() || this.#isIdle());
  }

  async #resume(...args: readonly string[]): Promise<void> {
    const { seals } = this.#all.watch;
    const canRestore = seals.some(
      ({ gone, damaged, whole }) => whole && gone === undefined && damaged === undefined,
    );
    if (seals.length > 0 && !canRestore)
      throw new CutShort(`no checkpoint is left that could be restored: ${this.#lastWords()}`);
    if (++this.#resumes > RESUMES) throw new CutShort('the run stopped again and again');
    this.#all.tell({ kind: 'resumed' });
    await this.#submit(['resume', basename(this.#run), ...args]);
  }

  /** The job, if it runs now. */
  #running(): (Job & { readonly node: string; readonly started: number }) | undefined {
    const job = this.#job();
    if (job?.node === undefined || job.started === undefined || NOT_RUNNING.includes(job.state))
      return undefined;
    return { ...job, node: job.node, started: job.started };
  }

  /** Does something to the job, which has to run. */
  #onRunning(act: (job: Job & { readonly node: string }) => void): void {
    const job = this.#running();
    if (job === undefined) throw new Missed('the job did not run then');
    act(job);
  }

  /** The time limit comes close: Slurm warns at once. */
  #limit(more = 2): void {
    const job = this.#running();
    if (job === undefined) return;
    const { scheduler, pace } = this.#all;
    scheduler.setLimit(job.id, (Date.now() - job.started) / 1000 + pace.lead + more);
  }

  /** Kills what the job has started, which may be a moment from its start. */
  async #kill(pattern: RegExp): Promise<void> {
    for (let look = 0; look < 30; look++) {
      const job = this.#running();
      if (job === undefined) break;
      if (this.#all.scheduler.kill(job.id, pattern) > 0) return;
      await sleep(100);
    }
    throw new Missed('there was no such process to kill');
  }

  /** The node loses power, and can be used again a moment later. */
  #cutPower(): void {
    this.#onRunning(({ id, node }) => {
      this.#all.scheduler.failNode(id, 'power');
      this.#all.scheduler.mendNode(node);
    });
  }

  #damage(how: 'damage' | 'truncate'): void {
    if (this.#running() === undefined) throw new Missed('the job did not run then');
    const generation = damage(this.#run, how);
    if (generation === 0) throw new Missed('there was no checkpoint to damage');
    this.#all.watch.damaged(generation);
    this.#cutPower();
  }

  readonly #strikes: Readonly<Record<FaultName, (fault: Fault) => unknown>> = {
    'time-limit': () => this.#onRunning(() => this.#limit()),
    preempt: () => this.#onRunning(({ id }) => this.#all.scheduler.preempt(id, 8)),
    'preempt-at-once': () => this.#onRunning(({ id }) => this.#all.scheduler.preempt(id, 0)),
    kill: () => this.#cutPower(),
    'kill-program': () => this.#kill(this.#all.real === undefined ? PROGRAM : OWN_PROGRAM),
    'kill-engine': () => this.#kill(/dmtcp_coordinator|dmtcp\.mjs coordinator/),
    'kill-batch': () => this.#kill(/slurm_script/),
    'node-loss': () => this.#onRunning(({ id }) => this.#all.scheduler.failNode(id, 'network')),
    damage: () => this.#damage('damage'),
    truncate: () => this.#damage('truncate'),
    'disk-full': async () => {
      const { place } = this.#all;
      const before = this.#count('checkpoint_skipped', 'checkpoint_failed');
      const then = this.#count('sealed');
      place.mark('disk-full');
      await this.#until(
        'a checkpoint without space',
        // A job that does not look for space seals as before.
        () =>
          this.#count('checkpoint_skipped', 'checkpoint_failed') > before ||
          this.#count('sealed') > then + 1 ||
          this.#isDone(),
      );
      place.mark('disk-full', false);
      if (this.#isDone()) throw new Missed('the program was done before a checkpoint was due');
      const sealed = this.#count('sealed');
      await this.#until('the next checkpoint', () => this.#count('sealed') > sealed || this.#isIdle());
      if (this.#isIdle() && !this.#isDone()) await this.#resume();
    },
    'no-checkpoint': async () => {
      const { place, pace, watch } = this.#all;
      await this.#works(2);
      place.mark('no-checkpoint');
      const stopped = () => this.#isIdle() || this.#isDone();
      for (let attempt = 0; attempt < pace.patience + 2 && !stopped(); attempt++) {
        const before = this.#count('started');
        await this.#until('work', () => this.#said('launched', 'restored') > 0 || stopped());
        const lines = watch.lines;
        await this.#until('work', () => watch.lines > lines || stopped());
        this.#limit(0);
        await this.#until('the next attempt', () => this.#count('started') > before || stopped());
      }
      place.mark('no-checkpoint', false);
      if (this.#isIdle() && !this.#isDone()) await this.#resume();
    },
    'small-budget': async () => {
      await this.#until('the end of the total', () => this.#isIdle() || this.#isDone());
      if (!this.#isDone()) await this.#resume('--total', '+10min');
    },
    'program-fails': () => {
      if (this.#all.real !== undefined)
        throw new Missed('your own program ends as it likes: leave out --real');
    },
    'refuse-requeue': async () => {
      const { scheduler, watch } = this.#all;
      const refused = () => watch.events.filter(({ kind }) => kind === 'refused').length;
      const before = refused();
      scheduler.refuse('scontrol requeue');
      this.#limit();
      const job = this.#job()?.id;
      await this.#until(
        'another job',
        () => this.#job()?.id !== job || this.#isIdle() || watch.run === undefined,
      );
      scheduler.refuse('scontrol requeue', 0);
      if (refused() === before) throw new Missed('the job did not ask to be requeued');
    },
    // It falls silent before it warns, so the job has only its own clock, and the limit that it was given.
    'controller-silent': async ({ when }) => {
      const { scheduler, pace, slowness } = this.#all;
      if ('at' in when && when.at === 'launch') this.#limit();
      else {
        const isDue = () => {
          const job = this.#running();
          return job !== undefined && Date.now() >= job.started + (this.#time - pace.lead - AHEAD) * 1000;
        };
        await this.#until(
          'the lead before the time limit',
          () => isDue() || this.#isDone() || this.#isIdle(),
        );
      }
      this.#onRunning(() => scheduler.silence(SILENCE * slowness));
    },
    'controller-restart': async () => {
      await this.#all.scheduler.restart(2);
    },
    // One that has ended can be requeued, too.
    requeue: () => {
      const job = this.#job();
      if (job === undefined) throw new Missed('there was no job');
      try {
        this.#all.scheduler.requeueByAdministrator(job.id);
      } catch (error) {
        throw new Missed(error instanceof Error ? error.message : String(error));
      }
    },
    cancel: () => this.#onRunning(({ id }) => this.#all.scheduler.cancel(id)),
  };

  /** Sees the run to its end; its owner resumes it if it stops before. */
  async #end(): Promise<void> {
    const { scheduler } = this.#all;
    for (;;) {
      await this.#until('the end of the run', () => this.#isIdle());
      // A requeue may follow in the next moment.
      await sleep(200);
      if (!this.#isIdle()) continue;
      if (this.#isDone()) break;
      await this.#resume();
    }
    await scheduler.idle();
  }
}

const isAtEnd = ({ when }: Fault) => 'at' in when && when.at === 'end';

/** Faults after which the program goes on without a restore. */
const WITHOUT_LOSS: readonly FaultName[] = ['disk-full', 'controller-restart', 'program-fails'];
