import type { Plan } from '../../model/plan.ts';
import type { Fault } from '../../rehearse/faults/parse.ts';
import type { Scheduler, SchedulerSettings } from '../../rehearse/scheduler/scheduler.ts';
import type { ChosenContainer } from './container.ts';
import type { ChosenDmtcp } from './dmtcp.ts';
import type { Kept } from './keep.ts';
import type { Happening } from './watch.ts';

/** A run that is rehearsed. */
export interface RehearsalOptions {
  readonly plan: Plan;
  readonly script: string;
  readonly faults: readonly Fault[];
  readonly dmtcp: ChosenDmtcp | undefined;
  /** The container that the program runs in; absent: it runs on this machine. */
  readonly container?: ChosenContainer | undefined;
  /** The folder whose copy the flow's own `run` works in; absent: the stand-in program. */
  readonly real: string | undefined;
  /** After so many seconds the rehearsal is ended, whatever happens. */
  readonly limit: number;
  /** Where the run is kept; absent: nothing is left of it. */
  readonly keep?: Kept | undefined;
  readonly startScheduler: (settings: SchedulerSettings) => Promise<Scheduler>;
  readonly tell: (one: Told) => void;
  readonly stop: AbortSignal;
}

/** What a rehearsal says while it runs. */
export type Told =
  | Happening
  | { readonly kind: 'submitted'; readonly job: string }
  | { readonly kind: 'struck'; readonly fault: Fault }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'progress'; readonly lines: number };
