import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dmtcp } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';
import { compileMpi } from '../support/mpich.ts';
import { exists, filesUnder } from '../support/run-folder.ts';
import type { Point, Verdict } from './points.ts';

/** What saves the program; with `own`, it saves itself. `ranks`: two of MPICH, saved by DMTCP. */
export type SweepEngine = 'dmtcp' | 'own' | 'ranks';

const step = 0.1;
/** No run comes so far: it ends when it is told to, so that its course does not depend on how fast this machine is. */
const last = 10_000;
const keep = 2;
/** A run that is killed once needs three starts: this one, the one after the time limit, and the one after the kill. */
const mostStarts = 5;

/**
 * Runs the counting program as a job: two checkpoints, the time limit with a third and a requeue, a restore, and the
 * end. At `point` it is killed, started again as Slurm does after a node failure, and judged from the outside: by
 * the program's output, by what the program's witness files say when, by statuses, processes and files.
 * Without a point it is undisturbed, and `trace` is called with the file of its commands, and its script.
 */
export async function crash(
  dmtcp: Dmtcp,
  point: Point | null,
  trace?: (file: string, script: string) => void,
  engine: SweepEngine = 'dmtcp',
): Promise<Verdict> {
  const programs = join(import.meta.dirname, '../programs');
  using run = byHand(dmtcp, {
    ...{
      dmtcp: { run: `bash '${programs}/count-alone.sh' ${last} ${step} 7 "witness=$CRFLOW_SWEEP/witness"` },
      own: {
        run: `COUNT_SAVING=0 COUNT_WITNESS=$CRFLOW_SWEEP/witness bash '${programs}/count-saves.sh' ${last} ${step} 7`,
        checkpoint: 'engine = own  ask_signal = TERM  files = ["save.txt"]  done_files = ["result.txt"]',
      },
      ranks: { run: `./count ${last} ${step} "$CRFLOW_SWEEP/witness"`, keys: 'tasks = 2  memory = 20MiB' },
    }[engine],
  });
  if (engine === 'ranks') compileMpi('count', run.folder);
  const script = run.read('count.sbatch');
  if (!script.includes('\nset -u\n')) throw new Error('the script has no line `set -u` any more');
  writeFileSync(
    join(run.folder, 'count.sbatch'),
    script.replace('\nset -u\n', '\nset -u; . "$CRFLOW_SWEEP_TRAP"\n'),
  );
  const notes = join(run.folder, 'sweep');
  mkdirSync(join(notes, 'witness'), { recursive: true });
  const environment = {
    CRFLOW_SWEEP_TRAP: join(import.meta.dirname, 'trap.sh'),
    CRFLOW_SWEEP: notes,
    CRFLOW_SWEEP_AT: point?.at ?? '',
    CRFLOW_SWEEP_COMMAND: point?.command ?? '',
    CRFLOW_SWEEP_MODE: point?.mode ?? '',
    // The warning that comes is that of the time limit: it is an hour away, and a minute before this lead time.
    CRFLOW_LEAD: '3540',
    DMTCP_STANDIN_SECONDS: '0.05',
    DMTCP_STANDIN_RESTART_SECONDS: '0.05',
    CRFLOW_QUIET: '0',
    CRFLOW_STARTUP: engine === 'ranks' ? '120' : '10',
  };
  const broken: string[] = [];
  const statuses: number[] = [];
  const marked = () => exists(join(notes, 'mark'));
  let before: Snapshot | null = null;
  let warned = false;
  let resume: string[] = [];

  while (statuses.length < mostStarts) {
    const more = resume.length > 0 ? { ...environment, SLURM_RESTART_COUNT: '0' } : environment;
    if (warned) writeFileSync(join(notes, 'witness/go'), '');
    let ended = false;
    const earlier = run.entries().length;
    const end = run.start(more, ...resume).finally(() => {
      ended = true;
    });
    resume = [];
    while (!ended) {
      await Promise.race([end, sleep(20)]);
      if (before === null && marked()) {
        if (point?.mode === 'all') {
          await end;
          await nothingLeft(run);
        }
        before = snapshot(run, notes, engine);
      }
      if (!warned && !ended && isTimeToWarn(run, earlier)) {
        run.signal('SIGUSR1');
        warned = true;
      }
    }
    const status = await end;
    const killed = before === null && marked();
    if (killed) {
      if (point?.mode === 'all') await nothingLeft(run);
      before = snapshot(run, notes, engine);
    }
    statuses.push(status);
    if (status === 7) break;
    // The work was done, as its files show, and what it ended with died with the job.
    if (status === 0 && engine === 'own' && marked() && exists(join(run.folder, 'result.txt'))) break;
    const killedHere = status === 137 && marked() && statuses.filter((each) => each === 137).length === 1;
    if (status === 75 || killedHere) continue;
    // The one way out that a single death may end in: the program was lost before anything of it was saved.
    if (status === 74 && point?.mode === 'alone' && before?.newest === 0) {
      resume = ['resume', '4711'];
      continue;
    }
    broken.push(`an attempt ended with status ${status}`);
    break;
  }

  if (broken.length === 0 && !isEnd(statuses.at(-1))) broken.push(`not done after ${mostStarts} starts`);
  if (before) judgeLoss(before, notes, broken);
  const ended = statuses.at(-1) ?? 1;
  if (isEnd(ended)) {
    await judgeEnd(run, broken, engine, ended);
    const already = marked();
    let status = await run.start(environment);
    if (status === 137 && !already && marked()) status = await run.start(environment); // the point was in here
    if (status !== ended) broken.push(`done, and started once more it ended with ${status}`);
    await judgeEnd(run, broken, engine, ended);
  }
  if (point === null && exists(join(notes, 'trace'))) trace?.(join(notes, 'trace'), script);
  const files = exists(run.state) ? filesUnder(run.state) : [];
  const logs = files.filter((path) => path.endsWith('/dmtcp.log'));
  return {
    reached: marked(),
    broken: [...new Set(broken)],
    statuses,
    story: [
      run.log(),
      ...run.entries().map((entry) => JSON.stringify(entry)),
      ...files,
      ...logs.map((path) => `${path}:\n${readFileSync(join(run.state, path), 'utf8').slice(-2000)}`),
    ].join('\n'),
    script: run.read('count.sbatch'),
  };
}

/** The program's own status; or 0, which a run gets that was done already. */
const isEnd = (status: number | undefined) => status === 7 || status === 0;

type Run = ReturnType<typeof byHand>;

/** What was there when all was dead. */
interface Snapshot {
  readonly time: number;
  /** The newest sealed generation; 0 where there is none. */
  readonly newest: number;
  /** The last number that had been printed when that generation's images were begun. */
  readonly saved: number;
  readonly done: boolean;
  readonly mode: string;
}

function snapshot(run: Run, notes: string, engine: SweepEngine): Snapshot {
  const status = join(run.state, 'status');
  const newest = exists(join(run.state, 'generations')) ? (run.generations().at(-1) ?? 0) : 0;
  const generation = join(run.state, 'generations', String(newest));
  const saved =
    engine === 'own'
      ? () => Number.parseInt(readFileSync(join(generation, 'files/save.txt'), 'utf8'), 10)
      : () => countBefore(notes, begun(generation));
  return {
    time: Date.now(),
    newest,
    saved: newest === 0 ? 0 : saved(),
    done: exists(status) && readFileSync(status, 'utf8').trim() !== '',
    mode: readFileSync(join(notes, 'mark'), 'utf8'),
  };
}

/** When the first image of a generation was begun; the program is stopped by then. 0 where the file system keeps no such time. */
function begun(generation: string): number {
  const images = readdirSync(generation).filter((name) => name.endsWith('.dmtcp'));
  return Math.min(...images.map((name) => statSync(join(generation, name)).birthtimeMs));
}

const witnesses = (notes: string) =>
  readdirSync(join(notes, 'witness'))
    .filter((name) => name !== 'go')
    .map((name) => ({ number: Number(name), time: statSync(join(notes, 'witness', name)).mtimeMs }));

const countBefore = (notes: string, time: number) =>
  Math.max(0, ...witnesses(notes).flatMap((each) => (each.time < time ? [each.number] : [])));

/** Promises 2 and 7: what was printed again after the kill. */
function judgeLoss(before: Snapshot, notes: string, broken: string[]): void {
  const later = witnesses(notes).flatMap(({ number, time }) => (time > before.time ? [number] : []));
  const first = Math.min(...later);
  if (before.done && before.mode === 'all' && later.length > 0)
    broken.push(`the status was on disk, and the program was run again from ${first}`);
  if (before.newest > 0 && first === 1)
    broken.push(`generation ${before.newest} was sealed, and the program was started anew`);
  // The stand-in prints a line again that its program had had no time to remember.
  if (before.mode === 'all' && first < before.saved)
    broken.push(
      `generation ${before.newest} had saved ${before.saved}, and the program went on with ${first}`,
    );
}

/** Promises 1, 2 and 8, and that nothing is left behind. */
async function judgeEnd(run: Run, broken: string[], engine: SweepEngine, ended: number): Promise<void> {
  const output = engine === 'own' ? run.read('steps.log') : run.output();
  const lines = output.split('\n').length - 1;
  const expected = Array.from({ length: lines }, (_, i) => `${i + 1}\n`).join('');
  if (lines === 0 || lines % 10 > 0 || output !== expected)
    broken.push(`the output is ${JSON.stringify(output)}`);
  const status = join(run.state, 'status');
  if (!exists(status) || readFileSync(status, 'utf8') !== `${ended}\n`)
    broken.push(`no status ${ended} on disk`);
  for (const limit = Date.now() + 120_000; run.running().length > 0 && Date.now() < limit; ) await sleep(100);
  for (const line of run.left()) broken.push(`left behind: process ${line}`);
  if (run.generations().length > keep + 1) broken.push(`generations kept: ${run.generations()}`);
  for (const path of filesUnder(run.folder))
    if (/\.(temp|partial|old|new|txt\.crflow)$|^crflow-\d/.test(path)) broken.push(`left behind: ${path}`);
}

/** The warning comes when two checkpoints are there, to a start that is well on its way; `earlier` entries are of others. */
function isTimeToWarn(run: Run, earlier: number): boolean {
  if (!exists(join(run.state, 'generations')) || (run.generations().at(-1) ?? 0) < 2) return false;
  return run
    .entries()
    .slice(earlier)
    .some(({ event }) => event === 'launched' || event === 'restored');
}

/** Ends what the kill from inside did not reach, which is what `timeout` had put into a group of its own. */
async function nothingLeft(run: Run): Promise<void> {
  for (let i = 0; i < 100 && run.running().length > 0; i++) {
    run.kill(/./);
    await sleep(10);
  }
}
