import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type MomentTitle, momentTitles } from '../../src/rehearse/faults/moments.ts';
import type { RunOnSlurm } from '../support/run-on-slurm.ts';

/** A point in the life of a run, and how to have a run stand there long enough to be struck. */
export interface Moment {
  readonly env?: Readonly<Record<string, string>>;
  /** Commands of the job that leave a mark in the folder of submission and take their time; see `startRun`. */
  readonly commands?: Readonly<Record<string, string>>;
  /** Waits until the run is there. */
  reach(run: RunOnSlurm): Promise<void>;
}

export const generations = (run: RunOnSlurm): number[] =>
  existsSync(join(run.state, 'generations'))
    ? readdirSync(join(run.state, 'generations'))
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .sort((a, b) => a - b)
    : [];

/** Lines that the program prints. Half way it waits until it is let on, so that no moment depends on its speed. */
export const lines = 20;

/** Two generations are there: one may be damaged. */
export const twoSealed = (run: RunOnSlurm) =>
  run.until('two generations', () => (generations(run).at(-1) ?? 0) >= 2, 150);

/** The warning, as Slurm gives it: to the batch shell alone. Runs here are always near their known end. */
export async function warn(run: RunOnSlurm): Promise<void> {
  await run.cluster.run('scancel', ['--batch', '--signal=USR1', run.id]);
}

/** Where Slurm is slow to say so, once: leaves a mark, and takes three seconds. */
export const once = (mark: string) => `if mkdir "$FOLDER/at ${mark}" 2>/dev/null; then sleep 3; fi`;
export const marked = (run: RunOnSlurm, mark: string) =>
  run.until(mark, () => existsSync(join(run.folder, `at ${mark}`)), 150);

/** While images are being written. */
function writing(run: RunOnSlurm): boolean {
  const attempts = join(run.state, 'attempts');
  return readdirSync(attempts).some((attempt) => {
    const live = join(attempts, attempt, 'live');
    return existsSync(live) && readdirSync(live).some((name) => name.endsWith('.temp'));
  });
}

/** The program has ended, and its status is about to be on disk; with every engine. */
export const finishing: Moment = {
  commands: { sync: `if [[ $* == */status* ]]; then ${once('finish')}; fi\nnext "$@"` },
  async reach(run) {
    await run.until('a generation', () => generations(run).length > 0, 150);
    run.letOn();
    await marked(run, 'finish');
  },
};

export const moments = {
  'before launch': {
    commands: { dmtcp_coordinator: `${once('launch')}\nnext "$@"` },
    reach: (run) => marked(run, 'launch'),
  },
  running: { reach: twoSealed },
  'while checkpointing': {
    env: { STANDIN_SECONDS: '2', DMTCP_STANDIN_SECONDS: '2', COUNT_MIB: '300' }, // the second one where there is no container
    async reach(run) {
      await twoSealed(run);
      await run.until('an image being written', () => writing(run), 150);
    },
  },
  'between checkpoint and requeue': {
    env: { CRFLOW_TICK: '3' }, // the outer half looks for the inner half's outcome every three seconds
    async reach(run) {
      await twoSealed(run);
      await warn(run);
      await run.until('the last checkpoint', () => existsSync(join(run.state, 'attempts/1/outcome')), 150);
    },
  },
  'while restoring': {
    // Not the restore that proves the first checkpoint: the one of the next attempt.
    commands: {
      dmtcp_restart: `if [[ $* != */attempts/1/live* ]]; then ${once('restore')}; fi\nnext "$@"`,
    },
    async reach(run) {
      await twoSealed(run);
      await warn(run);
      await marked(run, 'restore');
    },
  },
  finishing,
} as const satisfies Record<MomentTitle, Moment>;

/** What `crc rehearse` calls them, too. */
export type MomentName = MomentTitle;
export const momentNames = momentTitles;
