import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, vi } from 'vitest';
import { warn } from '../matrix/moments.ts';
import { outcomesIn, processesIn } from './run-folder.ts';
import { type RunOnSlurm, takeNode } from './run-on-slurm.ts';

/** The settings of such a run: everything happens when the test makes it happen. */
export const calmSettings = {
  // A warning that comes at once is one of the time limit.
  CRFLOW_LEAD: '540',
  CRFLOW_QUIET: '1',
  CRFLOW_STARTUP: '30',
  CRFLOW_PROVE: '0',
  CRFLOW_INTERVAL: '600',
  CRFLOW_HEARTBEAT: '2',
};

/** A run of a program with its own checkpoints, and what differs between programs. */
export interface Disturbed {
  readonly run: RunOnSlurm;
  /** The node that is taken away from it. */
  readonly node: string;
  /** How far it is, as a number that grows; less only where work was lost. */
  progress(): number;
  /** Does it save by itself, so that it can be killed in that save? Otherwise it is killed in one that it was asked for. */
  readonly savesByItself: boolean;
  /** The file of its newest checkpoint that is damaged, relative to its folder. */
  newest(folder: string): string;
  /** What is removed in the end, relative to its folder. */
  readonly gone: RegExp;
  /** What its last attempt ends with. */
  readonly status?: string;
  /** Holds it where it is at a warning, and at a preemption, for as long as that takes to reach it. */
  held?(act: () => Promise<void>): Promise<void>;
  /** Lets a program that waits go on to its next save, or to its end. */
  letOn?(): void;
}

/**
 * Everything that can happen to a run, each once the program has worked in its attempt: a time limit, after which the newest file is cut in half;
 * another, after which a byte of it is flipped; a kill -9 in the middle of a save, by the library that `tearing` makes; a preemption, after
 * which all files are gone and the copy in the newest generation is flipped; the end; and a submission after it.
 */
export async function disturb(
  {
    run,
    node,
    progress,
    savesByItself,
    newest,
    gone,
    status = '0:0',
    held = (act) => act(),
    letOn,
  }: Disturbed,
  { expect }: TestContext,
): Promise<void> {
  const outcomes = () => outcomesIn(run.entries());
  const times = (event: string) => run.entries().filter((one) => one.event === event).length;
  const starts = () => times('launched') + times('restored');
  let [saved, began] = [progress(), 0];
  /** Waits until it has been started once more, and has done more than was saved. */
  const work = () => run.until('work', () => starts() > began && progress() > saved, 400);
  const interrupted = async (act: () => Promise<void>) => {
    const ended = outcomes().length;
    began = starts();
    await held(act);
    await run.until('the end of an attempt', () => outcomes().length > ended, 200);
    if (outcomes().at(-1) === 'saved') saved = progress();
  };
  const file = () => join(run.folder, newest(run.folder));
  const endState = status === '0:0' ? 'COMPLETED' : 'FAILED';

  await work();
  await interrupted(() => warn(run));
  truncateSync(file(), Math.floor(statSync(file()).size / 2));

  await work();
  await interrupted(() => warn(run));
  flipByte(file());

  await work();
  const tear = join(run.folder, 'tear');
  writeFileSync(tear, '');
  if (savesByItself) {
    began = starts();
    letOn?.();
    await run.until('a kill during a save', () => !existsSync(tear), 400);
    // On a slow machine, a time limit comes before srun has noticed.
    const noticed = () =>
      times('ended_early') > 0 ||
      outcomes()
        .slice(2)
        .some((one) => /^(?:lost|unsaved)$/.test(String(one)));
    await run.until('the end of the killed program', noticed, 200);
  } else {
    await interrupted(() => warn(run));
    expect(existsSync(tear), run.log(run.id)).toBe(false);
    expect(outcomes().at(-1), run.log(run.id)).toBe('unsaved');
  }

  await work();
  await interrupted(() => takeNode(run, node));
  const last = Math.max(...readdirSync(join(run.state, 'generations')).map(Number).filter(Number.isInteger));
  const copies = join(run.state, `generations/${last}/files`);
  flipByte(join(copies, newest(copies)));
  for (const name of readdirSync(run.folder, { recursive: true, encoding: 'utf8' }))
    if (gone.test(name)) rmSync(join(run.folder, name), { recursive: true, force: true });
  // From here on without a limit, which on a slow machine would come again and again: it waits to be started, so that this is allowed.
  // Slurm refuses that while the attempt before is still completing.
  await vi.waitUntil(
    async () =>
      (await run.cluster.run('scontrol', ['update', `JobId=${run.id}`, 'TimeLimit=50'])).status === 0,
    { timeout: 60_000, interval: 200 },
  );
  letOn?.();

  const done = { JobState: endState, ExitCode: status };
  expect(await run.ended(run.id, 1500), run.log(run.id)).toMatchObject(done);
  // On a slow machine, limits come in between.
  const all = outcomes();
  expect(all.filter((outcome) => outcome !== 'lost').join(' '), run.log(run.id)).toMatch(
    /^saved ((un)?saved )*done$/,
  );
  expect(times('passed_over'), run.log(run.id)).toBe(1);
  expect(processesIn(run.folder)).toEqual([]);
  // Submitted once more, it does nothing.
  const again = await run.submit('resume', run.id);
  expect(await run.ended(again), run.log(again)).toMatchObject(done);
  expect(outcomes()).toEqual(all);
}

/** The file with such a name in a folder that was written last. */
export function writtenLast(folder: string, name: RegExp): string {
  const written = (file: string) => statSync(join(folder, file)).mtimeMs;
  const [file] = readdirSync(folder)
    .filter((one) => name.test(one))
    .sort((a, b) => written(b) - written(a));
  if (file === undefined) throw new Error(`no file like ${name} in ${folder}: ${readdirSync(folder)}`);
  return file;
}

/** Changes a byte in the middle of a file. */
function flipByte(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
}
