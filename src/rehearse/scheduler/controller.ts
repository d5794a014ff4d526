import { cpusOf, dependencyOf, isThrottled, partitionOf, placeFor } from './place.ts';
import { type Action, idOf, type JobRecord, type Settings, type StepRecord } from './records.ts';
import type { JobState, RequeuedBy, SchedulerEvent, SignalCause } from './scheduler.ts';
import type { JobSpec } from './spec.ts';

/** What Slurm says when it refuses something. */
export const REFUSED = {
  unknown: 'Invalid job id specified',
  pending: 'Job is pending execution',
  disabled: 'Requested operation is presently disabled',
  over: 'Job/step already completing or completed',
  denied: 'Access/permission denied',
  node: 'Invalid node name specified',
  partition: 'Invalid partition name specified',
  unavailable: 'Requested node configuration is not available',
} as const;

/** Slurm's parting words in the log of a job, by why it is ended. */
const NOTES: Readonly<Partial<Record<SignalCause, string>>> = {
  'time limit': ' DUE TO TIME LIMIT',
  requeued: ' DUE TO JOB REQUEUE',
  preemption: ' DUE TO PREEMPTION',
  cancelled: '',
};

/** What a job is submitted with, besides what sbatch was asked for. */
export interface Submitting {
  readonly spec: JobSpec;
  readonly command: string;
  readonly args: readonly string[];
  /** Makes the paths of the log and of the errors, which hold the job's number. */
  readonly files: (job: Pick<JobRecord, 'number' | 'array' | 'spec'>) => {
    readonly log: string;
    readonly errors: string;
  };
  /** The job that submits it, if one does. */
  readonly from?: JobRecord | undefined;
}

/**
 * The controller: the life of jobs, as Slurm's has it, without a clock, a process or a file. What happens is told to it, with the time
 * (epoch milliseconds); what is to be done is taken from it as actions.
 */
export class Controller {
  readonly settings: Settings;
  readonly nodes: readonly string[];
  readonly #jobs: JobRecord[] = [];
  readonly #down = new Set<string>();
  #numbers = 0;
  #actions: Action[] = [];
  #nextLook: number;
  #silentUntil = 0;
  #late: ((now: number) => void)[] = [];
  #random: () => number;

  constructor(settings: Settings, now: number) {
    this.settings = settings;
    this.nodes = Array.from({ length: settings.nodes }, (_, at) => `n${at + 1}`);
    this.#random = randomFrom(settings.seed);
    this.#nextLook = now + this.#random() * settings.grid * 1000;
  }

  get jobs(): readonly JobRecord[] {
    return this.#jobs;
  }

  /** What is to be done since it was last asked. */
  take(): Action[] {
    const taken = this.#actions;
    this.#actions = [];
    return taken;
  }

  /** The jobs with this id: `N`, which may be a whole array, or `N_TASK`. */
  find(id: string): readonly JobRecord[] {
    const [, number = '', task] = /^(\d+)(?:_(\d+))?$/.exec(id) ?? [];
    return this.#jobs.filter((job) => {
      if (task !== undefined) return job.array?.job === Number(number) && job.array.task === Number(task);
      return job.array?.job === Number(number) || job.number === Number(number);
    });
  }

  /** The job with this number or id, and no array. */
  one(id: string): JobRecord | undefined {
    const found = this.find(id);
    return found.find(({ number }) => String(number) === id) ?? found[0];
  }

  /** When `tick` has something to do, if nothing else happens. */
  next(): number | undefined {
    const times = this.#jobs.flatMap(({ killAt }) => (killAt === undefined ? [] : [killAt]));
    // While it is silent, nothing else is looked at.
    const heard = (time: number) => times.push(Math.max(time, this.#silentUntil));
    for (const job of this.#jobs) {
      if (job.phase === 'pending' && job.reason === 'BeginTime') heard(job.eligible);
      if (job.phase === 'running' && job.graceEnds !== undefined) heard(job.graceEnds);
      else if (job.phase === 'running' && job.ends !== undefined) heard(this.#nextLook);
    }
    if (this.#late.length > 0) heard(0);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Time has passed. */
  tick(now: number): void {
    for (const job of this.#jobs) {
      if (job.killAt === undefined || now < job.killAt) continue;
      job.killAt = undefined;
      this.#signal(job, 'KILL', 'all', 'job ended', now);
    }
    if (this.isSilent(now)) return;
    const late = this.#late;
    this.#late = [];
    for (const act of late) act(now);
    for (const job of this.#jobs) {
      if (job.phase === 'running' && job.graceEnds !== undefined && now >= job.graceEnds)
        this.#graceIsOver(job, now);
    }
    if (now >= this.#nextLook) {
      const grid = this.settings.grid * 1000;
      this.#nextLook += Math.ceil((now - this.#nextLook + 1) / grid) * grid;
      for (const job of this.#jobs) if (job.phase === 'running') this.#look(job, now);
    }
    this.#schedule(now);
  }

  /** Does the controller answer nobody? */
  isSilent(now: number): boolean {
    return now < this.#silentUntil;
  }

  silence(until: number): void {
    this.#silentUntil = until;
  }

  /** A new job, or all tasks of an array; or Slurm's word of a refusal. */
  submit(
    { spec, command, args, files, from }: Submitting,
    now: number,
    /** Called with each job before it can start. */
    known: (job: JobRecord) => void = () => {},
  ): JobRecord[] | string {
    if (partitionOf({ spec }, this.settings) === undefined) return REFUSED.partition;
    if ([...spec.nodeList, ...spec.exclude].some((node) => !this.nodes.includes(node))) return REFUSED.node;
    // Slurm's word for a node that a job asks for and excludes.
    if (spec.nodeList.some((node) => spec.exclude.includes(node))) return REFUSED.node;
    if (this.nodes.every((node) => spec.exclude.includes(node))) return REFUSED.unavailable;
    const number = ++this.#numbers;
    const tasks = spec.array?.tasks ?? [];
    const make = (own: number, task?: number): JobRecord => {
      const array =
        task === undefined
          ? {}
          : {
              array: {
                job: number,
                task,
                all: tasks,
                ...(spec.array?.atOnce && { atOnce: spec.array.atOnce }),
              },
            };
      return {
        number: own,
        ...array,
        spec,
        command,
        args,
        ...files({ number: own, ...array, spec }),
        submitted: now,
        eligible: now,
        limit: spec.limit,
        requeue: spec.requeue,
        nodeList: spec.nodeList,
        comment: spec.comment ?? '',
        held: spec.held ? 'JobHeldUser' : '',
        phase: 'pending',
        ending: 'PENDING',
        reason: 'None',
        restarts: 0,
        attempt: 0,
        signalingUntil: 0,
        warned: false,
        exit: { status: 0, signal: 0 },
        steps: new Map(),
        nextStep: 0,
        batchOver: false,
      };
    };
    // The last task has the number of the array.
    const made =
      tasks.length === 0
        ? [make(number)]
        : tasks.map((task, at) => make(at === tasks.length - 1 ? number : ++this.#numbers, task));
    this.#jobs.push(...made);
    made.forEach(known);
    for (const job of made) {
      const after = spec.dependencies.find((one) => from && this.find(one.job).includes(from));
      this.#tell(
        after !== undefined && from !== undefined
          ? { kind: 'resubmitted', after: idOf(from), ...about(job, now) }
          : { kind: 'submitted', ...about(job, now) },
      );
    }
    this.#schedule(now);
    return made;
  }

  /** The batch shell of an attempt has ended. */
  batchEnded(job: JobRecord, attempt: number, exit: JobRecord['exit'], now: number): void {
    if (job.attempt !== attempt || job.batchOver || (job.phase !== 'running' && job.phase !== 'completing'))
      return;
    if (this.isSilent(now)) {
      this.#late.push((then) => this.batchEnded(job, attempt, exit, then));
      return;
    }
    job.batchOver = true;
    if (job.phase === 'completing') {
      // A trap's own status counts, also that of a job that was cancelled.
      if (job.ending !== 'PENDING') job.exit = exit;
      return;
    }
    job.exit = exit;
    job.phase = 'completing';
    job.ending = exit.status === 0 && exit.signal === 0 ? 'COMPLETED' : 'FAILED';
    job.reason =
      job.ending === 'COMPLETED' ? 'None' : exit.signal === 0 ? 'NonZeroExitCode' : 'JobLaunchFailure';
    job.ends = now;
    job.graceEnds = undefined;
    // slurmstepd ends what is left of the batch step at once; steps get TERM first.
    this.#signal(job, 'KILL', 'batch step', 'job ended', now);
    this.#terminateSteps(job, now);
  }

  /** No process of the job's attempt is left. `left` names those that had to be ended. */
  gone(job: JobRecord, left: readonly string[], now: number): void {
    if (job.phase !== 'completing') return;
    if (this.isSilent(now)) {
      this.#late.push((then) => this.gone(job, left, then));
      return;
    }
    job.killAt = undefined;
    job.steps.clear();
    job.nextStep = 0;
    const { status, signal } = job.exit;
    this.#tell({
      kind: 'ended',
      state: job.ending,
      exitCode: `${status}:${signal}`,
      left,
      ...about(job, now),
    });
    if (job.ending === 'PENDING') {
      job.phase = 'pending';
      job.reason = job.held === '' ? 'BeginTime' : job.held;
      job.eligible = Math.max(now, job.submitted + this.settings.requeueDelay * 1000);
      job.node = undefined;
      job.started = undefined;
      job.ends = undefined;
      job.preempted = undefined;
      job.exit = { status: 0, signal: 0 };
    } else {
      job.phase = 'over';
    }
    this.#schedule(now);
  }

  startStep(job: JobRecord, step: Omit<StepRecord, 'id'>, now: number): StepRecord {
    const made = { ...step, id: job.nextStep++ };
    job.steps.set(made.id, made);
    this.#tell({
      kind: 'step started',
      step: `${job.number}.${made.id}`,
      name: made.name,
      ...about(job, now),
    });
    return made;
  }

  endStep(job: JobRecord, id: number, now: number): void {
    const step = job.steps.get(id);
    if (step === undefined) return;
    job.steps.delete(id);
    this.#tell({ kind: 'step ended', step: `${job.number}.${id}`, name: step.name, ...about(job, now) });
  }

  /** Back to the queue, or why not. `hold`: and held there. */
  requeue(job: JobRecord, by: RequeuedBy, now: number, hold = false): string | undefined {
    if (job.phase === 'pending' || (job.phase === 'completing' && job.ending === 'PENDING'))
      return REFUSED.pending;
    if (!job.requeue) return REFUSED.disabled;
    if (hold) job.held = 'job_requeued_in_held_state';
    const { phase } = job;
    job.restarts += 1;
    job.submitted = now;
    job.preempted = undefined;
    job.exit = { status: 0, signal: 0 };
    this.#tell({ kind: 'requeued', by, restarts: job.restarts, ...about(job, now) });
    if (phase === 'over') {
      job.phase = 'completing';
      job.ending = 'PENDING';
      this.gone(job, [], now);
    } else if (phase === 'completing') {
      job.ending = 'PENDING';
    } else if (by === 'node failure') {
      job.phase = 'completing';
      job.ending = 'PENDING';
      job.graceEnds = undefined;
    } else {
      this.#terminate(job, by === 'preemption' ? 'preemption' : 'requeued', 'PENDING', now);
    }
    return undefined;
  }

  cancel(job: JobRecord, now: number): string | undefined {
    if (job.phase === 'over') return REFUSED.over;
    if (job.phase === 'pending') {
      job.phase = 'over';
      job.ending = 'CANCELLED';
      job.started = job.ends = now;
      this.#tell({ kind: 'ended', state: 'CANCELLED', exitCode: '0:0', left: [], ...about(job, now) });
      this.#schedule(now);
    } else if (job.phase === 'completing') {
      if (job.ending === 'PENDING') job.ending = 'CANCELLED';
    } else {
      this.#terminate(job, 'cancelled', 'CANCELLED', now);
    }
    return undefined;
  }

  /** `scancel --signal`. */
  signal(
    job: JobRecord,
    signal: string,
    to: 'batch shell' | 'steps' | 'all',
    now: number,
    step?: number,
  ): void {
    if (job.phase === 'running' || job.phase === 'completing')
      this.#signal(job, signal, to, 'scancel --signal', now, step);
  }

  /** `grace` in seconds. */
  preempt(job: JobRecord, grace: number, now: number): void {
    if (job.phase !== 'running' || job.preempted !== undefined) return;
    const ends = now + grace * 1000;
    job.preempted = now;
    this.#tell({ kind: 'preempted', ends, ...about(job, now) });
    if (grace <= 0) {
      this.#graceIsOver(job, now);
      return;
    }
    job.graceEnds = ends;
    if (job.ends === undefined || job.ends > ends) job.ends = ends;
    // Seen in one of three preemptions.
    if (this.#random() < 1 / 3) job.signalingUntil = now + 400;
    this.#signal(job, 'CONT', 'steps', 'preemption', now);
    this.#signal(job, 'TERM', 'steps', 'preemption', now);
  }

  isDown(node: string): boolean {
    return this.#down.has(node);
  }

  failNode(node: string, how: 'power' | 'network', now: number): void {
    this.#down.add(node);
    for (const job of this.#jobs) {
      if (job.node !== node || (job.phase !== 'running' && job.phase !== 'completing')) continue;
      this.#tell({ kind: 'node failed', node, ...about(job, now) });
      if (how === 'power') this.#signal(job, 'KILL', 'all', 'job ended', now);
      else this.#actions.push({ kind: 'cut', job, node });
      if (job.phase === 'running' && this.requeue(job, 'node failure', now) !== undefined) {
        job.phase = 'completing';
        job.ending = 'NODE_FAIL';
        job.reason = 'NodeDown';
        job.ends = now;
        job.exit = { status: 0, signal: 1 };
      }
      job.batchOver = true;
      job.killAt = undefined;
      job.steps.clear();
      if (how === 'network') this.gone(job, [], now);
    }
  }

  mendNode(node: string, now: number): void {
    this.#down.delete(node);
    this.#actions.push({ kind: 'sweep', node });
    this.#schedule(now);
  }

  /** Changes a time limit: seconds of the job's own time, null for none. */
  setLimit(job: JobRecord, limit: number | null): void {
    job.limit = limit;
    if (job.phase === 'running' && job.started !== undefined)
      job.ends = limit === null ? undefined : job.started + limit * this.settings.pace * 1000;
  }

  hold(job: JobRecord, held: JobRecord['held'], now: number): void {
    job.held = held;
    if (job.phase === 'pending') job.reason = held === '' ? 'None' : held;
    this.#schedule(now);
  }

  /** Does nothing happen any more without somebody's doing? */
  isIdle(): boolean {
    return this.#jobs.every(
      (job) =>
        job.phase === 'over' ||
        (job.phase === 'pending' &&
          (job.held !== '' || ['DependencyNeverSatisfied', 'PartitionConfig'].includes(job.reason))),
    );
  }

  #look(job: JobRecord, now: number): void {
    if (job.ends === undefined || job.graceEnds !== undefined) return;
    const { grid, pace } = this.settings;
    const { warning } = job.spec;
    if (now >= job.ends) {
      job.reason = 'TimeLimit';
      this.#terminate(job, 'time limit', 'TIMEOUT', now);
    } else if (warning && !job.warned && now + (warning.lead * pace + grid) * 1000 >= job.ends) {
      job.warned = true;
      this.#signal(job, warning.signal, warning.batch ? 'batch shell' : 'steps', 'early warning', now);
    }
  }

  #graceIsOver(job: JobRecord, now: number): void {
    job.graceEnds = undefined;
    if (
      partitionOf(job, this.settings)?.preemptMode !== 'CANCEL' &&
      this.requeue(job, 'preemption', now) === undefined
    )
      return;
    this.#terminate(job, 'preemption', 'PREEMPTED', now);
    job.preempted = now;
  }

  /** Ends a running job: TERM to all, KILL after a while. */
  #terminate(job: JobRecord, cause: SignalCause, ending: JobState, now: number): void {
    job.phase = 'completing';
    job.ending = ending;
    job.ends = ending === 'PENDING' ? this.#endFrom(job, now) : now;
    job.graceEnds = undefined;
    const words = `slurmstepd-${job.node}: error: *** JOB ${job.number} ON ${job.node} CANCELLED AT `;
    this.#actions.push({ kind: 'note', job, text: (time) => `${words}${time}${NOTES[cause] ?? ''} ***` });
    this.#signal(job, 'CONT', 'all', cause, now);
    this.#signal(job, 'TERM', 'all', cause, now);
    job.killAt = now + this.settings.killWait * 1000;
  }

  #terminateSteps(job: JobRecord, now: number): void {
    if (job.steps.size === 0) return;
    this.#signal(job, 'CONT', 'steps', 'job ended', now);
    this.#signal(job, 'TERM', 'steps', 'job ended', now);
    job.killAt = now + this.settings.killWait * 1000;
  }

  /** Starts what can start, and preempts for what cannot. */
  #schedule(now: number): void {
    const tier = (job: JobRecord) => partitionOf(job, this.settings)?.tier ?? 0;
    const waiting = this.#jobs.filter(({ phase }) => phase === 'pending').sort((a, b) => tier(b) - tier(a));
    const up = this.nodes.filter((node) => !this.#down.has(node));
    for (const job of waiting) {
      const running = this.#jobs.filter(
        ({ phase, node }) => (phase === 'running' || phase === 'completing') && node !== undefined,
      );
      if (job.held !== '') {
        job.reason = job.held;
      } else if (now < job.eligible) {
        job.reason = 'BeginTime';
      } else if (cpusOf(job, this.settings) > this.settings.cpus) {
        job.reason = 'PartitionConfig';
      } else {
        const dependency = dependencyOf(job.spec.dependencies, (id) => this.find(id));
        if (dependency !== 'met') {
          job.reason = dependency === 'never' ? 'DependencyNeverSatisfied' : 'Dependency';
        } else if (isThrottled(job, running)) {
          job.reason = 'JobArrayTaskLimit';
        } else {
          const { node, preempts } = placeFor(job, running, up, this.settings);
          if (node === undefined) {
            job.reason = 'Resources';
            for (const other of preempts)
              this.preempt(other, partitionOf(other, this.settings)?.grace ?? 0, now);
          } else {
            this.#start(job, node, now);
          }
        }
      }
    }
  }

  #start(job: JobRecord, node: string, now: number): void {
    job.phase = 'running';
    job.attempt += 1;
    job.reason = 'None';
    job.node = node;
    job.started = now;
    job.ends = this.#endFrom(job, now);
    job.preempted = job.graceEnds = job.killAt = undefined;
    job.signalingUntil = 0;
    job.warned = false;
    job.batchOver = false;
    job.exit = { status: 0, signal: 0 };
    this.#actions.push({ kind: 'start', job });
    this.#tell({ kind: 'started', restarts: job.restarts, node, ...about(job, now) });
  }

  #endFrom(job: JobRecord, now: number): number | undefined {
    return job.limit === null ? undefined : now + job.limit * this.settings.pace * 1000;
  }

  #signal(
    job: JobRecord,
    signal: string,
    to: 'batch shell' | 'steps' | 'all' | 'batch step',
    cause: SignalCause,
    now: number,
    step?: number,
  ): void {
    this.#actions.push({ kind: 'signal', job, signal, to, ...(step !== undefined && { step }) });
    if (to === 'batch step' || signal === 'CONT') return;
    this.#tell({ kind: 'signalled', signal, to, cause, ...about(job, now) });
  }

  #tell(event: SchedulerEvent): void {
    this.#actions.push({ kind: 'tell', event });
  }
}

const about = (job: JobRecord, now: number) => ({ job: idOf(job), time: now });

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
