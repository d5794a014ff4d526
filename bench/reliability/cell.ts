import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compile } from '../../test/support/compile.ts';
import { type Dmtcp, dmtcpEnvironment } from '../../test/support/dmtcp.ts';
import { processesIn } from '../../test/support/run-folder.ts';
import type { Cluster, JobFields, SubmitOptions } from '../../test/support/slurm-cluster.ts';
import { hasJobEnded, parseJob } from '../../test/support/slurm-job.ts';

/** What both scripts of a row are given. Durations in seconds, but for `limit`. */
export interface Work {
  readonly last: number;
  readonly step: number;
  readonly status: number;
  readonly memoryMib: number;
  readonly interval: number;
  /** Slurm's time limit, in minutes. */
  readonly limit: number;
  readonly lead: number;
  readonly node: 'n1' | 'n2';
  readonly sbatchArgs: readonly string[];
  /** The signals that the hand-written script traps. */
  readonly traps: string;
  /** False: the first checkpoint is not restored at once. */
  readonly prove?: boolean;
  /** Starts some processes for each number, as a shell script does: `$(…)`, a pipeline, a sleep. */
  readonly forks?: boolean;
  /** A task of a job array submits the job, and goes on meanwhile. */
  readonly driver?: boolean;
}

export type SideName = 'crflow' | 'hand-written';

const here = import.meta.dirname;

/** All jobs that were ever submitted in a folder. */
export async function jobsIn(cluster: Cluster, folder: string): Promise<JobFields[]> {
  const { stdout } = await cluster.run('scontrol', ['show', 'job', '-o']);
  return stdout
    .split('\n')
    .map(parseJob)
    .filter(({ WorkDir }) => WorkDir === folder);
}

/** One script, in a folder of its own on the test cluster, with a fault to come. */
export class Cell {
  readonly cluster: Cluster;
  readonly side: SideName;
  readonly work: Work;
  readonly folder: string;
  readonly progressFile: string;
  id = '';
  /** The job that submitted this one. */
  driver: string | undefined;
  /** Where the same script runs, too, in the same folder. */
  other: Cluster | undefined;
  cancelled = false;

  constructor(cluster: Cluster, side: SideName, work: Work, folder: string) {
    this.cluster = cluster;
    this.side = side;
    this.work = work;
    this.folder = folder;
    this.progressFile = `${folder}.progress`;
  }

  async submit(dmtcp: Dmtcp): Promise<void> {
    const {
      last,
      step,
      status,
      memoryMib,
      interval,
      limit,
      lead,
      node,
      sbatchArgs,
      traps,
      prove = true,
      forks = false,
      driver = false,
    } = this.work;
    const program = forks
      ? `bash '${join(here, 'count-forks.sh')}' ${last} ${step} ${status} '${this.progressFile}'`
      : `perl '${join(here, 'count.pl')}' ${last} ${step} ${status} ${memoryMib} '${this.progressFile}'`;
    mkdirSync(this.folder, { recursive: true });
    const script = join(this.folder, 'job.sbatch');
    if (this.side === 'crflow') {
      const { flows, diagnostics } = compile({ name: 'count.crflow', text: flow(program) });
      if (flows[0] === undefined) throw new Error(JSON.stringify(diagnostics));
      writeFileSync(script, flows[0].script.text);
    } else {
      writeFileSync(script, readFileSync(join(here, 'handwritten.sbatch')));
      writeFileSync(join(this.folder, 'payload.sh'), `exec >>count.out 2>&1 </dev/null\n${program}\n`);
    }
    const { PATH = '' } = dmtcpEnvironment(dmtcp);
    const options = {
      cwd: this.folder,
      env: {
        PATH,
        CRFLOW_INTERVAL: String(interval),
        CRFLOW_LEAD: String(lead),
        INTERVAL: String(interval),
        TRAP: traps,
        ...(prove ? {} : { CRFLOW_PROVE: '0' }),
      },
      sbatchArgs: [`--time=${limit}`, `--signal=B:USR1@${lead}`, '-w', node, ...sbatchArgs],
    };
    this.#again = (cluster) => cluster.submit(script, options);
    this.id = driver ? await this.#byDriver(script, options) : await this.#again(this.cluster);
  }

  #otherName = () => (this.other === undefined ? ' ' : basename(this.other.dir).toLowerCase());

  #again: (cluster: Cluster) => Promise<string> = async () => '';

  /** The same script, in the same folder, on another cluster. */
  submitOn(cluster: Cluster): Promise<string> {
    this.other = cluster;
    return this.#again(cluster);
  }

  /** A task of an array, in another folder, calls sbatch as it would for any job. */
  async #byDriver(
    script: string,
    { cwd, env, sbatchArgs }: Required<Omit<SubmitOptions, 'args'>>,
  ): Promise<string> {
    const words = sbatchArgs.map((word) => `'${word}'`).join(' ');
    const place = `${this.folder}-driver`;
    mkdirSync(place);
    writeFileSync(
      join(place, 'driver.sh'),
      `#!/bin/bash\n(cd '${cwd}' && sbatch --parsable ${words} '${script}') >id.new && mv id.new id\nsleep 600\n`,
    );
    this.driver = await this.cluster.submit('driver.sh', {
      cwd: place,
      env,
      sbatchArgs: ['--array=7', '--requeue', '--time=30', '-w', this.work.node],
    });
    await this.wait('submission by the driver', async () => existsSync(join(place, 'id')));
    return read(join(place, 'id')).trim();
  }

  /** All jobs that were ever submitted in this cell's folder; the last one that started is the one that counts. */
  jobs = () => jobsIn(this.cluster, this.folder);

  async ended(): Promise<boolean> {
    const jobs = await this.jobs();
    return jobs.length > 0 && jobs.every(hasJobEnded);
  }

  /** Without what the same script did on the other cluster, if it can be told apart. */
  progress = () =>
    read(this.progressFile).replaceAll(/^(.*) (\S+)\n/gm, (_, line, cluster) =>
      cluster === this.#otherName() ? '' : `${line}\n`,
    );
  output = () =>
    readdirSync(this.folder)
      .filter((name) => isOutput(name) && !name.includes(`.${this.#otherName()}.`))
      .map((name) => read(join(this.folder, name)))
      .join('');
  log = () =>
    readdirSync(this.folder)
      .filter((name) => name.endsWith('.log'))
      .map((name) => read(join(this.folder, name)))
      .join('\n');

  /** Waits until the program has come to a number, or the job has ended. */
  async until(number: number): Promise<void> {
    await this.wait(
      `number ${number}`,
      async () => this.progress().includes(`\n${number} `) || (await this.ended()),
    );
  }

  async untilJob(what: string, holds: (job: JobFields) => boolean): Promise<void> {
    await this.wait(what, async () => holds(await this.cluster.job(this.id)));
  }

  /** Waits for a first checkpoint that is of use to a restart. */
  async checkpointed(): Promise<void> {
    await this.wait('a checkpoint', async () => this.newestImages().length > 0);
  }

  async wait(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + 120_000; !(await holds()); await sleep(100)) {
      if (Date.now() > deadline) throw new Error(`${this.folder}: no ${what} within 120 s\n${this.log()}`);
    }
  }

  /** The images that a restart would read first. */
  newestImages(): string[] {
    let folder = this.folder;
    if (this.side === 'crflow') {
      const generations = join(
        folder,
        'crflow-state/count',
        `${this.id}.${this.cluster.name}`,
        'generations',
      );
      if (!existsSync(generations)) return [];
      const newest = Math.max(0, ...readdirSync(generations).map(Number).filter(Number.isInteger));
      folder = join(generations, String(newest));
    } else if (!existsSync(join(folder, 'dmtcp_restart_script.sh'))) return [];
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.dmtcp'))
      .map((name) => join(folder, name));
  }

  /** The application's image, without the shell around it. */
  applicationImage(): string {
    const found = this.newestImages().find((path) => basename(path).startsWith('ckpt_perl'));
    if (found === undefined) throw new Error(`${this.folder}: no image of perl`);
    return found;
  }

  /** Kills this cell's processes whose command line matches; there must be one. */
  strike(pattern: RegExp, signal: NodeJS.Signals = 'SIGKILL'): void {
    if (this.kill(pattern, signal) === 0) throw new Error(`${this.folder}: no ${pattern} to kill`);
  }

  /** Sends a signal to this cell's processes whose command line matches, if there are any; says how many. */
  kill(pattern: RegExp, signal: NodeJS.Signals = 'SIGKILL'): number {
    const found = processesIn(this.folder).filter((line) => pattern.test(line.replace(/^\d+ /, '')));
    for (const line of found) {
      try {
        process.kill(Number.parseInt(line, 10), signal);
      } catch {
        // it ended meanwhile
      }
    }
    return found.length;
  }

  scancel = (...args: string[]) => this.cluster.run('scancel', [...args, this.id]);
}

/** Slurm's warning at a moment of our choosing: the same signal to the same process. */
export const warn = (cell: Cell) => cell.scancel('--batch', '--signal=USR1');

/** When the newest images were complete, in ms since the epoch; 0 where there are none. */
export const imagesWritten = (cell: Cell) =>
  Math.max(0, ...cell.newestImages().map((path) => statSync(path).mtimeMs));

const isOutput = (name: string) => /^count.*\.out$/.test(name);

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

const flow = (program: string) => `crflow 1
workflow count {
  application { run = "${program}" }
  checkpoint { interval = 10min   lead = 2min }
  schedule { time = 10min   total = 1h }
}
`;
