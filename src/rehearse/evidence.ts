import type { EngineName } from '../language/words.ts';
import type { Fault } from './faults/parse.ts';

/** One line of the run's journal (specs/journal.schema.json), as its reader sees it. */
export interface JournalEntry {
  readonly time: string;
  readonly attempt: number;
  readonly event: string;
  readonly [key: string]: string | number;
}

/** A line of the journal, and when the rehearsal first saw it. */
export interface JournalLine {
  /** Epoch milliseconds. */
  readonly seen: number;
  readonly text: string;
  /** Absent: the line is not what the schema asks for. */
  readonly entry?: JournalEntry;
}

/** A start of the job as the scheduler saw it, from its allocation until all its processes were gone. */
export interface Start {
  readonly job: string;
  readonly node: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to?: number;
  /** `STATUS:SIGNAL` */
  readonly exitCode?: string;
  /** Slurm's word for how it ended; PENDING if it was requeued. */
  readonly state?: string;
  /** Who requeued it, if anybody did. */
  readonly requeued?: string;
  /** Processes that the batch shell left behind and the scheduler ended. */
  readonly left: readonly string[];
}

/** A look at the run's folder and its output. */
export interface Look {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly generations: readonly number[];
  /** Whole lines of the output: units of work whose results are there. */
  readonly lines: number;
  /** The status that the run has recorded. */
  readonly status?: number;
}

/** A generation: what was seen of it. The rehearsal verifies it by itself, without the job's help. */
export interface Seal {
  readonly generation: number;
  readonly seen: number;
  /** Were all files there when it appeared, with the size and checksum in its seal? */
  readonly whole: boolean;
  /** Lines of the output when it appeared. */
  readonly lines: number;
  /** When the rehearsal damaged it. */
  readonly damaged?: number;
  /** When it was no longer there. */
  readonly gone?: number;
}

/** A fault that was struck. */
export interface Struck {
  readonly fault: Fault;
  /** Epoch milliseconds. */
  readonly at: number;
  /** When its effect was over; absent if it has none that lasts. */
  readonly until?: number;
}

/** Processes of an older attempt that lived although a newer one had begun its work. */
export interface Survivors {
  readonly at: number;
  readonly older: number;
  readonly newer: number;
  readonly processes: readonly string[];
}

/** What the program of the rehearsal found when it started: the folder, and a variable of the submission. */
export interface Witness {
  readonly folder: string;
  readonly value: string;
}

/** All that was seen of a run from outside. Times are epoch milliseconds, durations seconds. */
export interface Evidence {
  readonly engine: EngineName;
  readonly keep: number;
  readonly settings: {
    readonly heartbeat: number;
    readonly interval: number;
    readonly lead: number;
    readonly total: number;
    readonly patience: number;
  };
  /** How many times as long as on an idle machine things took, because the machine was busy; 1 if it was not. */
  readonly slowness: number;
  /** Whether the program is the one of the rehearsal, which prints 1, 2, 3, …; and the status with which it ends by itself. */
  readonly program: { readonly counts: boolean; readonly status: number | null };
  /** Can the program be asked to save, or does crflow save it? */
  readonly canAsk: boolean;
  readonly journal: readonly JournalLine[];
  readonly starts: readonly Start[];
  readonly looks: readonly Look[];
  readonly seals: readonly Seal[];
  readonly struck: readonly Struck[];
  readonly survivors: readonly Survivors[];
  /** Seconds that the run has charged, by attempt. */
  readonly charged: readonly { readonly attempt: number; readonly seconds: number }[];
  /** The lines of the output at the end. */
  readonly output: readonly string[];
  /** The status in the run's folder. */
  readonly status: number | null;
  /** Processes of the run that lived after its end. */
  readonly left: readonly string[];
  /** The folder and the value that the program should have found, and what it did find at each start. */
  readonly asked: Witness;
  readonly found: readonly Witness[];
  /** Why the rehearsal was ended before the run was over. */
  readonly cutShort?: string;
}

/** The lines of the journal with this event, in order. */
export const eventsOf = (
  { journal }: Pick<Evidence, 'journal'>,
  ...events: readonly string[]
): readonly (JournalEntry & { readonly seen: number })[] =>
  journal.flatMap(({ entry, seen }) =>
    entry !== undefined && events.includes(entry.event) ? [{ ...entry, seen }] : [],
  );

/** Whether one of these faults was struck. */
export const struckBy = ({ struck }: Pick<Evidence, 'struck'>, ...names: readonly string[]) =>
  struck.some(({ fault }) => names.includes(fault.name));

/** Of which generation each one is the continuation; 0: of a start from the beginning. It need not be the one with the number before: that one may have been damaged. */
export function ancestorsIn({ journal }: Pick<Evidence, 'journal'>): ReadonlyMap<number, number> {
  const ancestors = new Map<number, number>();
  // An attempt that was cut off may work on beside the next one.
  const now = new Map<number, number>();
  for (const { entry } of journal) {
    if (entry?.event === 'launched') now.set(entry.attempt, 0);
    else if (entry?.event === 'restored') now.set(entry.attempt, Number(entry['generation']));
    else if (entry?.event === 'sealed') {
      const generation = Number(entry['generation']);
      ancestors.set(generation, now.get(entry.attempt) ?? 0);
      now.set(entry.attempt, generation);
    }
  }
  return ancestors;
}

/** The status of crflow with which the newest attempt stopped, and its reason; undefined if it did not stop by itself. */
export function stoppedWith(evidence: Pick<Evidence, 'journal'>) {
  const [last] = eventsOf(evidence, 'left', 'started').slice(-1);
  return last?.event === 'left' && last['whose'] === 'crflow'
    ? { status: Number(last['status']), why: String(last['why']) }
    : undefined;
}

/** The last start of the job: how the run ended. */
export const lastStart = ({ starts }: Pick<Evidence, 'starts'>) => starts.at(-1);

/** The status of a start; 128 + n if a signal ended it. */
export function statusOf({ exitCode = '' }: Pick<Start, 'exitCode'>): number | undefined {
  const [, status, signal] = /^(\d+):(\d+)$/.exec(exitCode) ?? [];
  if (status === undefined) return undefined;
  return Number(signal) > 0 ? 128 + Number(signal) : Number(status);
}

/** When the run had recorded the status that counts: one that was doubted does not. Undefined if there is none. */
export function recorded(evidence: Pick<Evidence, 'looks' | 'journal'>): Look | undefined {
  const doubted = eventsOf(evidence, 'doubted').at(-1)?.seen ?? 0;
  return evidence.looks.find(({ at, status }) => status !== undefined && at > doubted + 500);
}
