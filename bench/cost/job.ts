import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compile } from '../../test/support/compile.ts';
import { dmtcpEnvironment, dmtcpUnderTest } from '../../test/support/dmtcp.ts';
import { processesIn } from '../../test/support/run-folder.ts';
import type { Cluster } from '../../test/support/slurm-cluster.ts';
import { usedBy } from '../reliability/processor-time.ts';

export interface JobOptions {
  /** What the script is run with; by default what its first line says. */
  readonly bash?: string;
  /** Between checkpoints, in seconds. */
  readonly interval: number;
  /** Seconds until the warning before the time limit is due, by the job's own clock. */
  readonly warnedAfter?: number;
}

const supervision = /slurm_script|inner_half|job\S*\.sbatch'? listen|^srun /;
const computation = /job\S*\.sbatch application/;

// The least that there is: a program that does nothing, and starts no process.
const flow = `crflow 1
workflow bare {
  application { run = "perl -e 'sleep 1 while 1'" }
  checkpoint { interval = 10min   lead = 2min }
  schedule { time = 2h   total = 1d }
}
`;

const limit = 7200;

let serial = 0;

/** The bare example as a job that runs. */
export class Job {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly id: string;
  readonly state: string;
  /** Seconds between two words to the queue, as the script has it. */
  readonly report: string;

  private constructor(cluster: Cluster, folder: string, id: string, report: string) {
    this.cluster = cluster;
    this.folder = folder;
    this.id = id;
    this.report = report;
    const runs = join(folder, 'crflow-state/bare');
    this.state = join(runs, readdirSync(runs).find((name) => name.startsWith(id)) ?? id);
  }

  static async start(cluster: Cluster, { bash, interval, warnedAfter }: JobOptions): Promise<Job> {
    const folder = join(cluster.work, `cost${++serial}`);
    mkdirSync(join(folder, 'bin'), { recursive: true });
    const { flows, diagnostics } = compile({ name: 'bare.crflow', text: flow });
    if (flows[0] === undefined) throw new Error(JSON.stringify(diagnostics));
    let { text } = flows[0].script;
    if (bash !== undefined) {
      text = text.replace(/^#!\S+/, `#!${bash}`);
      symlinkSync(bash, join(folder, 'bin/bash'));
    }
    writeFileSync(join(folder, 'bare.sbatch'), text);
    const env = {
      PATH: `${join(folder, 'bin')}:${dmtcpEnvironment(dmtcpUnderTest())['PATH']}`,
      CRFLOW_INTERVAL: String(interval),
      CRFLOW_PROVE: '0',
      ...(warnedAfter === undefined ? {} : { CRFLOW_LEAD: String(limit - warnedAfter) }),
    };
    const id = await cluster.submit('bare.sbatch', { cwd: folder, env });
    for (let tries = 0; !launched(folder); tries++) {
      if (tries > 600) throw new Error(`${id} did not start`);
      await sleep(100);
    }
    await sleep(5000);
    const report = /CRFLOW_REPORT:=(\d+)/.exec(text)?.[1] ?? '–';
    return new Job(cluster, folder, id, report);
  }

  /** What looks after the program: the batch shell first, then its other half and the step that listens. */
  async supervision(): Promise<number[]> {
    return processesIn(this.folder)
      .filter((line) => supervision.test(line.replace(/^\d+ /, '')) && !computation.test(line))
      .sort((a, b) => Number(/slurm_script/.test(b)) - Number(/slurm_script/.test(a)))
      .map((line) => Number.parseInt(line, 10));
  }

  /** Seconds of processor time that these have used, with their children that ended. */
  async used(): Promise<number> {
    return (await this.supervision()).map(usedBy).reduce((sum, one) => sum + one, 0);
  }

  generations = () =>
    Math.max(0, ...readdirSync(join(this.state, 'generations')).map(Number).filter(Number.isInteger));

  /** The warning before a time limit, not by way of the controller; waits until the job has asked to be requeued. */
  async warn(): Promise<void> {
    const [shell = 0] = await this.supervision();
    process.kill(shell, 'SIGUSR1');
    const journal = () => readFileSync(join(this.state, 'journal.jsonl'), 'utf8');
    for (let tries = 0; !journal().includes('"requeued"') && tries < 600; tries++) await sleep(100);
    await sleep(3000);
  }

  async end(): Promise<void> {
    await this.cluster.run('scancel', [this.id]);
    await this.cluster.waitForJob(this.id, 'ended', 120);
  }
}

function launched(folder: string): boolean {
  const runs = join(folder, 'crflow-state/bare');
  return (
    existsSync(runs) &&
    readdirSync(runs).some((run) => {
      const journal = join(runs, run, 'journal.jsonl');
      return existsSync(journal) && readFileSync(journal, 'utf8').includes('"launched"');
    })
  );
}
