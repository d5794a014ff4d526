// npm run reliability: what people do for programs that save themselves, beside crflow, through the same faults on a real Slurm. Rewrites
// its part of docs/reliability.md. CRFLOW_ROWS=REGEX runs some rows only, and prints them.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { compile } from '../../test/support/compile.ts';
import { quoted } from '../../test/support/emitted.ts';
import { processesIn } from '../../test/support/run-folder.ts';
import { type Cluster, slurmAvailable, startCluster } from '../../test/support/slurm-cluster.ts';
import { hasJobEnded } from '../../test/support/slurm-job.ts';
import { jobsIn } from './cell.ts';
import { judge, tableRow } from './judge.ts';

const sides = ['crflow', 'afterok chain', 'resubmit on timeout'] as const;
type Side = (typeof sides)[number];

const here = import.meta.dirname;
const page = join(here, '../../docs/reliability.md');
const program = join(here, '../../test/programs/count-saves.sh');
const step = 0.5;
const stuckSeconds = 90;
/** Slurm's reason for a job whose dependency has failed. */
const NEVER = 'DependencyNeverSatisfied';

interface Row {
  readonly fault: string;
  /** Numbers to count; by default a minute of work. */
  readonly last?: number;
  readonly node?: 'n1' | 'n2';
  /** Links of the chain. */
  readonly links?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly strike?: (cells: readonly Cell[]) => Promise<unknown>;
}

class Cell {
  readonly cluster: Cluster;
  readonly side: Side;
  readonly row: Row;
  readonly folder: string;
  readonly last: number;

  constructor(cluster: Cluster, side: Side, row: Row, folder: string) {
    this.cluster = cluster;
    this.side = side;
    this.row = row;
    this.folder = folder;
    this.last = row.last ?? 120;
  }

  async submit(): Promise<void> {
    const { cluster, folder, last, row } = this;
    mkdirSync(folder, { recursive: true });
    const env = {
      COUNT_EVERY: '20',
      COUNT_ASKED: '1', // as GROMACS
      COUNT_PROGRESS: join(folder, 'progress'),
      ...row.env,
    };
    const node = ['-w', row.node ?? 'n1', '--time=1'];
    if (this.side === 'crflow') {
      const flow = `crflow 1
workflow count {
  application { run = ${quoted(`srun -n1 "$CRFLOW_RANK" bash '${program}' ${last} ${step} 0`)} }
  checkpoint { engine = own  interval = 10min  lead = 2min  ask_signal = TERM  files = ["save.txt"]  done_files = ["result.txt"] }
  schedule { time = 10min  total = 1h }
}
`;
      const { flows, diagnostics } = compile({ name: 'count.crflow', text: flow });
      if (flows[0] === undefined) throw new Error(JSON.stringify(diagnostics));
      writeFileSync(join(folder, 'job.sbatch'), flows[0].script.text);
      const quick = { CRFLOW_INTERVAL: '10', CRFLOW_LEAD: '20', CRFLOW_QUIET: '1', CRFLOW_STARTUP: '10' };
      await cluster.submit('job.sbatch', {
        cwd: folder,
        env: { ...env, ...quick },
        sbatchArgs: [...node, '--signal=B:USR1@20'],
      });
      return;
    }
    const all = { ...env, PROGRAM: program, LAST: String(last), STEP: String(step), STATUS: '0' };
    const name = this.side === 'afterok chain' ? 'chain' : 'resubmit';
    for (const file of [`${name}.sh`, `${name}.sbatch`]) copyFileSync(join(here, file), join(folder, file));
    const words = name === 'chain' ? [String(row.links ?? 4), ...node] : node;
    // It stays where it was submitted, as the one that waits for its jobs does on a login node.
    spawn('bash', [`${name}.sh`, ...words], {
      cwd: folder,
      env: { ...process.env, SLURM_CONF: join(cluster.dir, 'slurm.conf'), ...all },
      stdio: 'ignore',
    });
    await this.wait('submission', async () => (await this.jobs()).length > 0);
  }

  read = (name: string) =>
    existsSync(join(this.folder, name)) ? readFileSync(join(this.folder, name), 'utf8') : '';

  jobs = () => jobsIn(this.cluster, this.folder);

  /** Has all ended that will ever start? */
  async ended(): Promise<boolean> {
    const jobs = await this.jobs();
    const waits = jobs.filter((job) => !hasJobEnded(job));
    const isBroken = waits.some(({ Reason }) => Reason === NEVER);
    return jobs.length > 0 && waits.every(({ Reason = '' }) => isBroken && /^Dependency/.test(Reason));
  }

  async until(number: number): Promise<void> {
    await this.wait(
      `number ${number}`,
      async () => this.read('progress').includes(`\n${number}\n`) || (await this.ended()),
    );
  }

  async wait(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + 240_000; !(await holds()); await sleep(100)) {
      if (Date.now() > deadline) throw new Error(`${this.folder}: no ${what} within 240 s`);
    }
  }

  kill(pattern: RegExp): void {
    for (const line of processesIn(this.folder)) {
      if (!pattern.test(line.replace(/^\d+ /, ''))) continue;
      try {
        process.kill(Number.parseInt(line, 10), 'SIGKILL');
      } catch {
        // it ended meanwhile
      }
    }
  }
}

const theProgram = /count-saves\.sh/;

const midway = (strike: (cell: Cell) => unknown) => (cells: readonly Cell[]) =>
  Promise.all(
    cells.map(async (cell) => {
      await cell.until(50);
      return strike(cell);
    }),
  );

const nodeFails = async (cells: readonly Cell[]) => {
  await midway(() => undefined)(cells);
  const [{ cluster } = missing()] = cells;
  const node = (...args: string[]) => cluster.run('scontrol', ['update', 'nodename=n2', ...args]);
  const ids = (await Promise.all(cells.map((cell) => cell.jobs()))).flat().map(({ JobId }) => JobId);
  for (const { pid, command } of await cluster.processes())
    if (ids.some((id) => command.includes(`slurmstepd: [${id}.`))) process.kill(pid, 'SIGKILL');
  for (const cell of cells) for (let i = 0; i < 20; i++) cell.kill(/^(?!.*resubmit\.sh)./);
  await node('state=down', 'reason=test');
  await sleep(2000);
  await node('state=resume');
};

const preemption = async (cells: readonly Cell[]) => {
  await midway(() => undefined)(cells);
  const [{ cluster } = missing()] = cells;
  writeFileSync(join(cluster.work, 'urgent.sh'), '#!/bin/bash\nsleep 2\n');
  await cluster.submit('urgent.sh', {
    sbatchArgs: ['-p', 'high', '-w', 'n2', '--exclusive', '--output=/dev/null'],
  });
};

/** While save.txt is torn. */
const inSave = midway(async (cell) => {
  await cell.wait('torn save', async () => {
    const text = cell.read('save.txt');
    return text !== '' && !text.endsWith('\n');
  });
  cell.kill(theProgram);
});

const flipped = midway((cell) => {
  const text = cell.read('save.txt');
  writeFileSync(join(cell.folder, 'save.txt'), `${text.startsWith('9') ? '8' : '9'}${text.slice(1)}`);
  cell.kill(theProgram);
});

const rows: readonly Row[] = [
  { fault: 'none but the time limit (1 min)' },
  { fault: 'the same, and more work than the chain has links for', last: 180, links: 2 },
  { fault: 'preemption, 20 s of grace', node: 'n2', strike: preemption },
  { fault: 'the node fails, Slurm requeues', node: 'n2', strike: nodeFails },
  { fault: 'kill -9 of the program', strike: midway((cell) => cell.kill(theProgram)) },
  {
    fault: 'kill -9 of the program during a save',
    env: { COUNT_SAVING: '2', CRFLOW_QUIET: '3' },
    strike: inSave,
  },
  { fault: 'a byte of its newest file changed, and kill -9', strike: flipped },
];

test('side by side: programs that save themselves', async () => {
  const slurm = slurmAvailable();
  if (!slurm.ok) throw new Error(`this needs a real Slurm: ${slurm.reason}`);
  const wanted = new RegExp(process.env['CRFLOW_ROWS'] ?? '');
  const cluster = await startCluster({ cpus: 16, graceSeconds: 20 });
  try {
    const { stdout } = await cluster.run('sbatch', ['--version']);
    const lines = new Map<Row, string[]>();
    const run = async (queue: Row[]) => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
        lines.set(row, await runRow(cluster, row));
        console.log((lines.get(row) ?? []).join('\n'));
      }
    };
    const chosen = rows.filter(({ fault }) => wanted.test(fault));
    const onNode = chosen.filter(({ node }) => node === 'n2');
    const others = chosen.filter(({ node }) => node !== 'n2');
    await Promise.all([run(onNode), run(others), run(others)]);
    const measured = [
      `Measured with ${stdout.trim()} (two nodes on one machine), by \`npm run reliability\`.`,
      '',
      '| fault | how | result | Slurm says | jobs and restarts | numbers lost / doubled | done again |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...chosen.flatMap((row) => lines.get(row) ?? []),
    ].join('\n');
    console.log(measured);
    if (process.env['CRFLOW_ROWS'] === undefined)
      writeFileSync(page, refreshed(readFileSync(page, 'utf8'), measured));
  } finally {
    await cluster.stop();
  }
});

function refreshed(text: string, measured: string): string {
  const parts = /^([\s\S]*<!-- measured: own -->\n)[\s\S]*(<!-- end of measured: own -->[\s\S]*)$/.exec(text);
  if (parts === null) throw new Error(`${page} has lost its markers`);
  return `${parts[1]}\n${measured}\n\n${parts[2]}`;
}

let serial = 0;

async function runRow(cluster: Cluster, row: Row): Promise<string[]> {
  const place = join(cluster.work, `row${++serial}`);
  const cells = sides.map((side) => new Cell(cluster, side, row, join(place, side.replaceAll(' ', '-'))));
  try {
    await Promise.all(cells.map((cell) => cell.submit()));
    const [results] = await Promise.all([Promise.all(cells.map(watch)), row.strike?.(cells)]);
    return results.map(({ verdict, end, starts }, at) =>
      tableRow(at === 0 ? row.fault : '', sides[at] ?? '', verdict, end, starts),
    );
  } finally {
    for (const cell of cells) {
      cell.kill(/resubmit\.sh/);
      for (const { JobId } of await cell.jobs()) await cluster.run('scancel', [JobId]);
      for (let tries = 0; processesIn(cell.folder).length > 0 && tries < 50; tries++) {
        cell.kill(/./);
        await sleep(100);
      }
    }
  }
}

/** Waits for the end of all, or until it is plain that there will be none; and says what became of it. */
async function watch(cell: Cell) {
  let [moved, length] = [Date.now(), 0];
  let [stuckAfter, quietSince]: [number | undefined, number] = [undefined, 0];
  for (; ; await sleep(500)) {
    const now = cell.read('progress').length;
    if (now > length) [moved, length] = [Date.now(), now];
    // Who submits the next job needs a moment to see that one has ended.
    if (!(await cell.ended())) quietSince = 0;
    else if (quietSince === 0) quietSince = Date.now();
    else if (Date.now() - quietSince > 8000) break;
    if (Date.now() - moved > stuckSeconds * 1000) {
      stuckAfter = stuckSeconds;
      break;
    }
  }
  const jobs = await cell.jobs();
  const ran = jobs.filter(({ Reason = '' }) => !/^Dependency/.test(Reason));
  const job = ran.at(-1);
  const never = jobs.length - ran.length;
  const end = `${job?.JobState}${stuckAfter ? '' : ` ${job?.ExitCode}`}${never > 0 ? `; ${never} never start` : ''}`;
  const starts = ran.reduce((sum, { Restarts }) => sum + Number(Restarts) + 1, 0);
  if (process.env['CRFLOW_ROWS'] !== undefined && cell.side === 'crflow')
    console.log(
      readdirSync(cell.folder)
        .filter((name) => /\.(?:log|out)$/.test(name))
        .map((name) => cell.read(name))
        .join('\n'),
    );
  const verdict = judge({
    last: cell.last,
    step,
    status: 0,
    output: cell.read('steps.log'),
    progress: cell.read('progress'),
    end: `${job?.JobState} ${job?.ExitCode}`,
    stuckAfter,
  });
  return { verdict, end, starts: String(starts) };
}

function missing(): never {
  throw new Error('no cells');
}
