import type { Seconds } from '../model/flow.ts';
import type { Attempt, Cycle } from '../model/forecast.ts';

/** From the launch to a run's first checkpoint, which is restored at once as a proof, while the user is still watching. */
export const FIRST_CHECKPOINT: Seconds = 60;

/** If the last checkpoint is not done this long before its very end, an attempt goes on without it. */
export const MARGIN: Seconds = 10;

/** The parameters of a run. Where a cost is not known, the caller assumes one. */
export interface Terms {
  /** The time limit of one attempt, as Slurm has it. */
  readonly limit: Seconds;
  readonly lead: Seconds;
  /** How much before the lead the warning comes: up to `SIGNAL_EARLY`. */
  readonly early: Seconds;
  /** From an attempt's start to the launch of the program, or the beginning of its restore. */
  readonly startUp: Seconds;
  /** How long a checkpoint on time interrupts the program; 0 if the program saves itself meanwhile. */
  readonly cost: Seconds;
  /** What the last checkpoint of an attempt and the one of the proof take, if not `cost`; null: the program cannot be asked for one. */
  readonly last?: Seconds | null;
  /** The cost of one restore; more than 0. */
  readonly restore: Seconds;
  /** False if nothing is ever saved, and the program continues by itself from where it was (`engine = none`); by default true. */
  readonly saves?: boolean;
  /** From the end of one checkpoint to the start of the next; more than 0. */
  readonly interval: Seconds;
  /** The same until a checkpoint was measured, if it differs. */
  readonly intervalAtFirst?: Seconds;
  /** From the launch to the first checkpoint, which is restored; null: none. */
  readonly prove: Seconds | null;
  /** Does every checkpoint end the program, which is then restored from it (`protect`)? */
  readonly restoreEach: boolean;
  /** Walltime of all attempts together. */
  readonly total: Seconds;
  readonly maxAttempts: number | null;
  /** Does the run end with its first attempt (`strategy = manual`)? */
  readonly once: boolean;
  /** How long the program takes if nothing interrupts it; null: it never ends. */
  readonly work: Seconds | null;
}

/** The state of a run between two attempts. */
export interface RunProgress {
  readonly spent: Seconds;
  /** Work that the newest generation contains. */
  readonly saved: Seconds;
  readonly sealed: boolean;
}

/** How long an attempt takes that starts, sees that it has nothing to do, and leaves. */
export function nothing(ending: 'total' | 'no-progress'): Attempt {
  const zero = { walltime: 0, work: 0, checkpoints: 0, periodic: 0, saving: 0, restores: 0, lost: 0 };
  return { ...zero, startUp: 0, restore: 0, cycles: [], end: 0, last: 0, ending };
}

/** One attempt, starting from the state of the run. */
export function simulateAttempt(terms: Terms, { spent, saved, sealed: before }: RunProgress): Attempt {
  const { cost, restore, limit } = terms;
  const asked = terms.last ?? cost;
  const warning = limit - terms.lead - terms.early;
  const stop = Math.min(warning, terms.total - spent);
  const byLimit = stop === warning;
  const deadline = byLimit ? limit - MARGIN : limit;
  const needed = terms.work === null ? Number.POSITIVE_INFINITY : terms.work - saved;
  const cycles: Cycle[] = [];
  let opening = before ? restore : 0;
  let clock = terms.startUp + opening;
  let work = 0;
  let kept = 0;
  let end = 0;
  /** `givenUp`: restores that were in progress when the warning came. */
  const finish = (ending: Attempt['ending'], last: Seconds, givenUp = 0): Attempt => {
    const periodic = cycles.reduce((sum, { count }) => sum + count, 0);
    const checkpoints = periodic + (last > 0 ? 1 : 0);
    const restored = cycles.reduce((sum, one) => sum + (one.restore > 0 ? one.count : 0), 0);
    const saving = cycles.reduce((sum, { count, checkpoint }) => sum + count * checkpoint, last);
    const restores = restored + (before ? 1 : 0) - givenUp;
    const done = ending === 'done' || last > 0 || terms.saves === false ? work : kept;
    const lost = work - done;
    return {
      ...{ walltime: clock, work: done, checkpoints, periodic, saving, restores, lost },
      ...{ startUp: terms.startUp, restore: opening, cycles, end, last, ending },
    };
  };
  // Work without a checkpoint after it.
  const goOn = (seconds: Seconds) => {
    clock += seconds;
    work += seconds;
    end += seconds;
  };

  const byWarning = byLimit ? 'limit' : 'total';
  // If the warning comes during a restore, the restore is abandoned (runtime/schedule.sh): there is nothing new to save.
  if (before && clock > stop) {
    clock = Math.max(terms.startUp, stop);
    opening = clock - terms.startUp;
    return finish(byWarning, 0, 1);
  }
  for (;;) {
    const proving = terms.prove !== null && !before && cycles.length === 0;
    const first = !before && cycles.length === 0;
    const interval = first ? (terms.intervalAtFirst ?? terms.interval) : terms.interval;
    const wait = proving ? Math.min(terms.prove, interval) : interval;
    const left = needed - work;
    if (left <= wait && clock + left <= stop) {
      goOn(left);
      return finish('done', 0);
    }
    if (clock + wait >= stop) break;
    const back = proving || terms.restoreEach ? restore : 0;
    const saving = proving ? asked : cost;
    const length = wait + saving + back;
    // All cycles that are the same, except the last, which may end after the warning.
    const alike = first
      ? 1
      : Math.max(
          1,
          Math.min(Math.ceil((stop - clock + saving + back) / length) - 1, Math.ceil(left / wait) - 1) - 1,
        );
    clock += alike * length;
    work += alike * wait;
    if (clock - back > deadline) {
      // The warning came during this checkpoint, which was not finished in time.
      end += wait;
      clock = deadline;
      return finish(byWarning, 0);
    }
    kept = work;
    // A checkpoint that ended the program, with the warning during or after it: its restore is not begun, or is abandoned.
    const over = back > 0 && clock > stop;
    const taken = over ? Math.max(0, stop - (clock - back)) : back;
    clock -= back - taken;
    append(cycles, { count: alike, work: wait, checkpoint: saving, restore: taken });
    if (over) return finish(byWarning, 0, taken > 0 ? 1 : 0);
  }
  goOn(Math.max(0, stop - clock));
  if (terms.last === null) return finish(byWarning, 0);
  if (clock + asked > deadline) {
    clock = Math.max(clock, deadline);
    return finish(byWarning, 0);
  }
  clock += asked;
  return finish(byWarning, asked);
}

function append(cycles: Cycle[], cycle: Cycle): void {
  const before = cycles.at(-1);
  if (before?.work === cycle.work && before.restore === cycle.restore)
    cycles[cycles.length - 1] = { ...cycle, count: before.count + cycle.count };
  else cycles.push(cycle);
}
