// npm run reliability: both scripts side by side, through one fault after the other, on a real Slurm with a real DMTCP.
// Rewrites the measured part of docs/reliability.md. CRFLOW_ROWS=REGEX runs some rows only, and prints them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { type Dmtcp, dmtcpUnderTest, whyNoRealDmtcp } from '../../test/support/dmtcp.ts';
import { processesIn } from '../../test/support/run-folder.ts';
import { type Cluster, slurmAvailable, startCluster } from '../../test/support/slurm-cluster.ts';
import { Cell, imagesWritten, type SideName, warn } from './cell.ts';
import { type Row, rows, usual } from './faults.ts';
import { judge, seconds, tableRow, type Verdict } from './judge.ts';
import { cost } from './processor-time.ts';

const sides: readonly SideName[] = ['crflow', 'hand-written'];
const page = join(import.meta.dirname, '../../docs/reliability.md');
const stuckSeconds = 90;

test('side by side', async () => {
  const slurm = slurmAvailable();
  if (!slurm.ok) throw new Error(`this needs a real Slurm: ${slurm.reason}`);
  if (whyNoRealDmtcp !== null)
    throw new Error(`this needs a real DMTCP, the stand-in proves nothing here: ${whyNoRealDmtcp}`);
  const wanted = new RegExp(process.env['CRFLOW_ROWS'] ?? '');
  const dmtcp = dmtcpUnderTest();
  const cluster = await startCluster({ cpus: 16, graceSeconds: 20 });
  try {
    const { stdout } = await cluster.run('sbatch', ['--version']);
    const table = await faultTable(cluster, dmtcp, wanted);
    const numbers = [
      ...(wanted.test('latency') ? await latency(cluster, dmtcp) : []),
      ...(wanted.test('processor') ? await processorTime(cluster, dmtcp) : []),
    ];
    const measured = [
      `Measured with ${stdout.trim()} (two nodes on one machine) and ${dmtcp.name}, by \`npm run reliability\`.`,
      '',
      ...table,
      '',
      ...numbers,
    ].join('\n');
    console.log(measured);
    if (process.env['CRFLOW_ROWS'] === undefined)
      writeFileSync(page, refreshed(readFileSync(page, 'utf8'), measured));
  } finally {
    await cluster.stop();
  }
});

/** The page with the part between its markers replaced. */
function refreshed(text: string, measured: string): string {
  const parts = /^([\s\S]*<!-- measured -->\n)[\s\S]*(<!-- end of measured -->[\s\S]*)$/.exec(text);
  if (parts === null) throw new Error(`${page} has lost its markers`);
  return `${parts[1]}\n${measured}\n\n${parts[2]}`;
}

async function faultTable(cluster: Cluster, dmtcp: Dmtcp, wanted: RegExp): Promise<string[]> {
  const lines = new Map<Row, string[]>();
  const run = async (queue: Row[]) => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      lines.set(row, await runRow(cluster, dmtcp, row));
      console.log((lines.get(row) ?? []).join('\n'));
    }
  };
  const chosen = rows.filter(({ fault }) => wanted.test(fault));
  // A row that strikes a whole node has it for itself; of the others, two at a time.
  const onNode = chosen.filter(({ work }) => work?.node === 'n2');
  const alone = chosen.filter((row) => row.alone);
  const others = chosen.filter((row) => !onNode.includes(row) && !alone.includes(row));
  await Promise.all([run(onNode), run(others), run(others)]);
  await run(alone);
  return [
    '| fault | script | result | Slurm says | restarts | numbers lost / doubled | done again |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...chosen.flatMap((row) => lines.get(row) ?? []),
  ];
}

let serial = 0;

async function runRow(cluster: Cluster, dmtcp: Dmtcp, row: Row): Promise<string[]> {
  const work = { ...usual, ...row.work };
  const place = join(cluster.work, `row${++serial}`);
  const cells = sides.map((side) => new Cell(cluster, side, work, join(place, side)));
  let undo: unknown;
  try {
    for (const { folder } of cells) {
      mkdirSync(folder, { recursive: true });
      if (row.tmpfs) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${row.tmpfs}m`, 'tmpfs', folder]);
    }
    await Promise.all(cells.map((cell) => cell.submit(dmtcp)));
    const strike = row.strike?.(cells).then((done) => {
      undo = done;
    });
    const [results] = await Promise.all([Promise.all(cells.map((cell) => watch(cell))), strike]);
    return results.map(({ verdict, end, restarts }, at) =>
      tableRow(at === 0 ? row.fault : '', sides[at] ?? '', verdict, end, restarts),
    );
  } finally {
    if (typeof undo === 'function') await undo();
    for (const cell of cells) {
      await end(cell);
      if (row.tmpfs) execFileSync('umount', ['-l', cell.folder]);
    }
  }
}

/** Waits for the end of a run, or until it is plain that there will be none; and says what became of it. */
async function watch(cell: Cell): Promise<{ verdict: Verdict; end: string; restarts: string }> {
  let [moved, length] = [Date.now(), 0];
  let [stuckAfter, endedAt, cameBack]: [number | undefined, number, boolean] = [undefined, 0, false];
  for (; ; await sleep(250)) {
    const jobs = await cell.jobs();
    const now = cell.progress().length;
    if (now > length) [moved, length] = [Date.now(), now];
    if (cell.cancelled && jobs.some(({ Restarts }) => Restarts !== '0')) cameBack = true;
    if (await cell.ended()) {
      endedAt ||= Date.now();
      // One that comes back does so within seconds: a requeued job waits 6 s here.
      if (!cell.cancelled || Date.now() - endedAt > 10_000) break;
    }
    if (Date.now() - moved > stuckSeconds * 1000) {
      stuckAfter = stuckSeconds;
      break;
    }
  }
  const jobs = await cell.jobs();
  const job = jobs.at(-1);
  const restarts = jobs.reduce((sum, { Restarts }) => sum + Number(Restarts), jobs.length - 1);
  const end = stuckAfter ? `${job?.JobState}` : `${job?.JobState} ${job?.ExitCode}`;
  const [output, progress] = [cell.output(), cell.progress()];
  const verdict = judge({
    ...cell.work,
    output,
    progress,
    end,
    stuckAfter,
    cancelled: cell.cancelled,
    cameBack,
    driverRestarts: cell.driver ? Number((await cell.cluster.job(cell.driver)).Restarts) : 0,
  });
  if (process.env['CRFLOW_ROWS'] !== undefined)
    console.log(`--- ${cell.folder} ${end}\n${cell.log().slice(-3000)}`);
  return { verdict, end, restarts: String(restarts) };
}

/** Ends all that is left of a cell. Without cgroups, as here, Slurm does not find everything. */
async function end(cell: Cell): Promise<void> {
  if (cell.driver) await cell.cluster.run('scancel', [cell.driver]);
  for (const job of await cell.jobs()) await cell.cluster.run('scancel', [job.JobId]);
  await cell.wait('end', () => cell.ended()).catch((error) => console.log(String(error)));
  for (let tries = 0; processesIn(cell.folder).length > 0 && tries < 50; tries++) {
    cell.kill(/./);
    await sleep(100);
  }
}

/** From Slurm's warning to the requeue: how much of it is not the checkpoint? Median of a few. */
async function latency(cluster: Cluster, dmtcp: Dmtcp): Promise<string[]> {
  const found: string[] = [];
  for (const memoryMib of [0, 256]) {
    const took: Record<SideName, [number, number][]> = { crflow: [], 'hand-written': [] };
    for (let round = 0; round < 3; round++) {
      const once = async (side: SideName) => {
        const work = { ...usual, limit: 1, interval: 600, memoryMib };
        const cell = new Cell(cluster, side, work, join(cluster.work, `latency${++serial}`));
        await cell.submit(dmtcp);
        await cell.until(4);
        const warned = Date.now();
        await warn(cell);
        await cell.untilJob('requeue', ({ JobState }) => JobState !== 'RUNNING');
        const requeued = Date.now();
        // Where the images are in place; crflow's checks and its seal come after that.
        took[side].push([requeued - warned, requeued - imagesWritten(cell)]);
        await end(cell);
      };
      await Promise.all(sides.map(once));
    }
    const row = sides.map((side) => {
      const total = median(took[side].map(([all]) => all)) / 1000;
      const beyond = median(took[side].map(([, after]) => after)) / 1000;
      return `${seconds(total)} s, ${seconds(beyond)} s of it after the images were complete`;
    });
    found.push(`| ${memoryMib === 0 ? 'a few MiB' : `${memoryMib} MiB`} | ${row.join(' | ')} |`);
  }
  return [
    'From warning to requeue (median of 3):',
    '',
    '| memory of the program | crflow | hand-written |',
    '| --- | --- | --- |',
    ...found,
    '',
  ];
}

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Processor time of all that is not the program, its coordinator or Slurm's own. */
async function processorTime(cluster: Cluster, dmtcp: Dmtcp): Promise<string[]> {
  const window = 120;
  const measure = async (side: SideName, interval: number) => {
    // The proof is once in a run; and it ends the first computation, whose time would then be counted.
    const work = { ...usual, last: 1_000_000, interval, prove: false };
    const cell = new Cell(cluster, side, work, join(cluster.work, `cost${++serial}`));
    await cell.submit(dmtcp);
    const found = await cost(cell, window);
    await cell.scancel();
    await end(cell);
    return found;
  };
  const often = 10;
  const measureBoth = async (side: SideName) => {
    const [quiet, busy] = await Promise.all([measure(side, 3600), measure(side, often)]);
    const checkpoint = Math.max(0, ((busy.anHour - quiet.anHour) * often) / 3600);
    return `| ${side} | ${seconds(quiet.start)} s | ${seconds(quiet.anHour)} s (${(quiet.anHour / 36).toFixed(2)} % of a core) | ${checkpoint.toFixed(2)} s |`;
  };
  const lines = await Promise.all(sides.map(measureBoth));
  return [
    `Processor time of the supervision (program and coordinator excluded; window of ${window} s):`,
    '',
    '| script | until the program runs | an hour of running | a checkpoint of a few MiB |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
  ];
}
