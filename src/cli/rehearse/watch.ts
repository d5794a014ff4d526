import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalLine, Look, Seal, Start, Survivors } from '../../rehearse/evidence.ts';
import { readLine } from '../../rehearse/journal.ts';
import type { SchedulerEvent } from '../../rehearse/scheduler/scheduler.ts';
import { processesOf } from './processes.ts';
import { generationsIn, isWhole, linesOf, markOf, outputOf, statusIn } from './run-folder.ts';

/** Milliseconds between two looks. */
const EACH = 100;
/** Two looks that are further apart than this, in milliseconds, miss something. */
const LATE = 600;
/** How long the processes of an older attempt may live after a newer one has begun to work, in milliseconds. */
const MOMENT = 500;

/** Something that happened: a line of the journal, or an event of the scheduler. */
export type Happening =
  | { readonly kind: 'journal'; readonly line: JournalLine }
  | { readonly kind: 'scheduler'; readonly event: SchedulerEvent };

/** What is seen of one run from outside, several times a second. */
export class Watch {
  readonly journal: JournalLine[] = [];
  readonly looks: Look[] = [];
  readonly survivors: Survivors[] = [];
  readonly starts: (Start & { readonly number: number })[] = [];
  readonly events: SchedulerEvent[] = [];
  #seals: Seal[] = [];
  readonly #verifying: Promise<void>[] = [];
  #read = 0;
  #run: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #runs: string;
  readonly #tell: (one: Happening) => void;

  /** @param runs the folder of the flow's runs; there will be one */
  constructor(runs: string, tell: (one: Happening) => void) {
    this.#runs = runs;
    this.#tell = tell;
  }

  /** The run's folder, once there is one. */
  get run(): string | undefined {
    this.#run ??= findRun(this.#runs);
    return this.#run;
  }

  get seals(): readonly Seal[] {
    return this.#seals;
  }

  /** Whole lines of the output now. */
  get lines(): number {
    return this.looks.at(-1)?.lines ?? 0;
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), EACH);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.look();
  }

  /** The rehearsal has damaged a generation. */
  damaged(generation: number): void {
    this.#seals = this.#seals.map((one) =>
      one.generation === generation ? { ...one, damaged: Date.now() } : one,
    );
  }

  /** The scheduler says that something happened. */
  hear(event: SchedulerEvent): void {
    this.events.push(event);
    const open = this.starts.findLastIndex((one) => one.job === event.job && one.to === undefined);
    const before = this.starts[open];
    if (event.kind === 'started')
      this.starts.push({
        job: event.job,
        node: event.node,
        from: event.time,
        left: [],
        number: this.starts.length + 1,
      });
    else if (event.kind === 'requeued' && before !== undefined)
      this.starts[open] = { ...before, requeued: event.by };
    else if (event.kind === 'ended' && before !== undefined)
      this.starts[open] = {
        ...before,
        to: event.time,
        exitCode: event.exitCode,
        state: event.state,
        left: event.left,
      };
    this.#tell({ kind: 'scheduler', event });
  }

  look(): void {
    const { run } = this;
    if (run === undefined) return;
    const at = Date.now();
    const generations = generationsIn(run);
    const status = statusIn(run);
    const lines = linesOf(outputOf(run)).length;
    this.looks.push({ at, generations, lines, ...(status === undefined ? {} : { status }) });
    for (const generation of generations)
      if (!this.#seals.some((one) => one.generation === generation)) {
        // If the machine was busy since the last look, nobody knows how many there were.
        const isLate = at - (this.looks.at(-2)?.at ?? at) > LATE;
        this.#seals.push({ generation, seen: at, lines: isLate ? 0 : lines, whole: true });
        this.#verifying.push(this.#verify(run, generation));
      }
    this.#seals = this.#seals.map((one) =>
      one.gone === undefined && !generations.includes(one.generation) ? { ...one, gone: at } : one,
    );
    this.#readJournal(run, at);
  }

  /** It counts as whole until it turns out not to be. */
  async #verify(run: string, generation: number): Promise<void> {
    if (await isWhole(run, generation)) return;
    const isOpen = (one: Seal) => one.generation === generation && one.damaged === undefined;
    this.#seals = this.#seals.map((one) => (isOpen(one) ? { ...one, whole: false } : one));
  }

  /** Resolves when all generations that were seen are verified. */
  async verified(): Promise<void> {
    await Promise.all(this.#verifying);
  }

  #readJournal(run: string, at: number): void {
    const file = join(run, 'journal.jsonl');
    if (!existsSync(file)) return;
    const whole = readFileSync(file, 'utf8');
    const end = whole.lastIndexOf('\n') + 1;
    const added = whole.slice(this.#read, end);
    this.#read = end;
    for (const text of added.split('\n').slice(0, -1)) {
      const line = readLine(text, at);
      this.journal.push(line);
      this.#tell({ kind: 'journal', line });
      const { entry } = line;
      if (
        entry !== undefined &&
        (entry.event === 'launched' || entry.event === 'restored') &&
        entry.attempt > 1
      )
        setTimeout(() => this.#lookForSurvivors(run, entry.attempt), MOMENT).unref();
    }
  }

  #lookForSurvivors(run: string, newer: number): void {
    const old = processesOf(markOf(run), run).filter(({ attempt }) => attempt < newer);
    const [first] = old;
    if (first === undefined) return;
    const processes = old.map(({ pid, command }) => `${pid} ${command}`);
    this.survivors.push({ at: Date.now(), older: first.attempt, newer, processes });
  }
}

function findRun(runs: string): string | undefined {
  if (!existsSync(runs)) return undefined;
  const name = readdirSync(runs).find((one) => /^\d/.test(one) && existsSync(join(runs, one, 'attempts')));
  return name === undefined ? undefined : join(runs, name);
}
