import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quoted } from '../support/emitted.ts';
import { compileMpi } from '../support/mpich.ts';
import { exists, filesUnder } from '../support/run-folder.ts';
import type { Place, SweptRun } from './place.ts';
import type { Point, Verdict } from './points.ts';

/** What saves the program; with `own`, it saves itself. `ranks`: two of MPICH, saved by DMTCP. */
export type SweepEngine = 'dmtcp' | 'own' | 'ranks';

const programs = join(import.meta.dirname, '../programs');
const step = 0.1;
/** No run comes so far: it ends when it is told to, so that its course does not depend on how fast this machine is. */
const last = 10_000;
const keep = 2;
/** A run that is killed once needs three starts: this one, the one after the time limit, and the one after the kill. */
const mostStarts = 5;

const flow = (run: string, checkpoint = '', keys = '') => `crflow 1
workflow count {
  application { run = ${quoted(run)} ${keys} }
  checkpoint { interval = 10min  lead = 2min  ${checkpoint} }
  schedule { time = 1h  total = 5h }
}
`;

const flows: Readonly<Record<SweepEngine, string>> = {
  dmtcp: flow(`bash '${programs}/count-alone.sh' ${last} ${step} 7 "witness=$CRFLOW_SWEEP/witness"`),
  own: flow(
    `COUNT_SAVING=0 COUNT_WITNESS=$CRFLOW_SWEEP/witness bash '${programs}/count-saves.sh' ${last} ${step} 7`,
    'engine = own  ask_signal = TERM  files = ["save.txt"]  done_files = ["result.txt"]',
  ),
  ranks: flow(`./count ${last} ${step} "$CRFLOW_SWEEP/witness"`, '', 'tasks = 2  memory = 20MiB'),
};

/**
 * Runs the counting program as a job: two checkpoints, the time limit with a third and a requeue, a restore, and the
 * end. At `point` it is killed, started again as Slurm does after a node failure, and judged from the outside: by
 * the program's output, by what the program's witness files say when, by statuses, processes and files.
 * Without a point it is undisturbed, and `trace` is called with the file of its commands, and its script.
 */
export async function crash(
  place: Place,
  point: Point | null,
  trace?: (file: string, script: string) => void,
  engine: SweepEngine = 'dmtcp',
): Promise<Verdict> {
  let notes = '';
  const run = await place.make({
    flow: flows[engine],
    environment: (folder) => ({
      CRFLOW_SWEEP: join(folder, 'sweep'),
      CRFLOW_SWEEP_TRAP: join(import.meta.dirname, 'trap.sh'),
      CRFLOW_SWEEP_AT: point?.at ?? '',
      CRFLOW_SWEEP_COMMAND: point?.command ?? '',
      CRFLOW_SWEEP_MODE: point?.mode ?? '',
      // The warning that comes is that of the time limit, because the lead, and 90 s, are more than the hour until then. The job's own clock
      // warns 85 s after the start.
      CRFLOW_LEAD: '3515',
      DMTCP_STANDIN_SECONDS: '0.05',
      DMTCP_STANDIN_RESTART_SECONDS: '0.05',
      CRFLOW_PROVE: '0', // or each first checkpoint ends the computation
      CRFLOW_QUIET: '0',
      CRFLOW_STARTUP: engine === 'ranks' ? '120' : '10',
    }),
    prepare(folder) {
      notes = join(folder, 'sweep');
      mkdirSync(join(notes, 'witness'), { recursive: true });
      if (engine === 'ranks') compileMpi('count', folder);
      const path = join(folder, 'count.sbatch');
      const text = readFileSync(path, 'utf8');
      if (!text.includes('\nset -u\n')) throw new Error('the script has no line `set -u` any more');
      writeFileSync(path, text.replace('\nset -u\n', '\nset -u; . "$CRFLOW_SWEEP_TRAP"\n'));
    },
  });
  try {
    return await crashed(run, notes, point, trace, engine);
  } finally {
    await run.remove();
  }
}

async function crashed(
  run: SweptRun,
  notes: string,
  point: Point | null,
  trace: ((file: string, script: string) => void) | undefined,
  engine: SweepEngine,
): Promise<Verdict> {
  const broken: string[] = [];
  const statuses: number[] = [];
  const marked = () => exists(join(notes, 'mark'));
  let before: Snapshot | null = null;
  /** The attempt that was warned. */
  let warned: number | null = null;
  let resume = false;
  const look = async () => {
    if (before === null && marked()) {
      if (point?.mode === 'all') await run.powerCut();
      before = snapshot(run, notes, engine);
    }
  };

  while (statuses.length < mostStarts) {
    let ended = false;
    const earlier = run.entries().length;
    const end = run.start(resume).finally(() => {
      ended = true;
    });
    resume = false;
    while (!ended) {
      await Promise.race([end, sleep(20)]);
      await look();
      if (warned !== null && run.attempts() > warned) writeFileSync(join(notes, 'witness/go'), '');
      if (warned === null && !ended && isTimeToWarn(run, earlier)) {
        warned = run.attempts();
        run.warn();
      }
    }
    const status = await end;
    await look();
    statuses.push(status);
    if (status === 7) break;
    // The work was done, as its files show, and what it ended with died with the job.
    if (status === 0 && engine === 'own' && marked() && exists(join(run.folder, 'result.txt'))) break;
    const killedHere = status === 137 && marked() && statuses.filter((each) => each === 137).length === 1;
    if (status === 75 || killedHere) continue;
    // The one way out that a single death may end in: the program was lost before anything of it was saved.
    if (status === 74 && point?.mode === 'alone' && newestIn(before) === 0) {
      resume = true;
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
    let status = await run.start();
    if (status === 137 && !already && marked()) status = await run.start(); // the point was in here
    if (status !== ended) broken.push(`done, and started once more it ended with ${status}`);
    await judgeEnd(run, broken, engine, ended);
  }
  const script = run.read('count.sbatch');
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
    script,
  };
}

/** The program's own status; or 0, which a run gets that was done already. */
const isEnd = (status: number | undefined) => status === 7 || status === 0;

/** A function, because the snapshot is taken in another one. */
const newestIn = (before: Snapshot | null) => before?.newest;

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

function snapshot(run: SweptRun, notes: string, engine: SweepEngine): Snapshot {
  const status = join(run.state, 'status');
  const newest = run.generations().at(-1) ?? 0;
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
async function judgeEnd(run: SweptRun, broken: string[], engine: SweepEngine, ended: number): Promise<void> {
  const output = engine === 'own' ? run.read('steps.log') : run.output();
  const lines = output.split('\n').length - 1;
  const expected = Array.from({ length: lines }, (_, i) => `${i + 1}\n`).join('');
  if (lines === 0 || lines % 10 > 0 || output !== expected)
    broken.push(`the output is ${JSON.stringify(output)}`);
  const status = join(run.state, 'status');
  if (!exists(status) || readFileSync(status, 'utf8') !== `${ended}\n`)
    broken.push(`no status ${ended} on disk`);
  for (const limit = Date.now() + 120_000; run.running().length > 0 && Date.now() < limit; ) await sleep(100);
  for (const line of run.running()) broken.push(`left behind: process ${line}`);
  if (run.generations().length > keep + 1) broken.push(`generations kept: ${run.generations()}`);
  const temporary = run.temporary === '' || !exists(run.temporary) ? [] : filesUnder(run.temporary);
  for (const path of [...filesUnder(run.folder), ...temporary])
    if (/\.(temp|partial|old|new|txt\.crflow)$|^crflow-\d/.test(path)) broken.push(`left behind: ${path}`);
}

/** The warning comes when two checkpoints are there, to a start that is well on its way; `earlier` entries are of others. */
function isTimeToWarn(run: SweptRun, earlier: number): boolean {
  if ((run.generations().at(-1) ?? 0) < 2) return false;
  return run
    .entries()
    .slice(earlier)
    .some(({ event }) => event === 'launched' || event === 'restored');
}
