import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startScheduler } from '../../src/host/scheduler/start.ts';
import type { Scheduler, SchedulerSettings } from '../../src/rehearse/scheduler/scheduler.ts';
import { SEARCH_PATH } from './slurm-available.ts';
import { type RunOptions, type RunResult, SlurmClient } from './slurm-client.ts';
import type { ClusterOptions, NodeName } from './slurm-cluster.ts';
import { hasJobEnded, type JobFields } from './slurm-job.ts';

export type SmallClusterOptions = SchedulerSettings & Pick<ClusterOptions, 'graceSeconds'>;

/** How often the small scheduler looks for limits, how long it waits before it kills, and so on, in seconds: a fraction of a test cluster's. */
const quick = { grid: 1, killWait: 2, requeueDelay: 1 };

/** The small scheduler of rehearsals, to be used as a real Slurm is in tests: with its two partitions, and a pace of its own. */
export class SmallCluster extends SlurmClient {
  readonly scheduler: Scheduler;
  readonly name: string;
  readonly nodes: readonly NodeName[];
  /** How long a second of a job's time limit takes. What a test gives a job by its settings has to keep the same pace: `seconds`. */
  readonly pace: number;
  readonly #bin: string;

  private constructor(dir: string, scheduler: Scheduler, { nodes = 2, pace = 1 }: SchedulerSettings) {
    super(dir);
    this.scheduler = scheduler;
    this.name = scheduler.cluster;
    this.pace = pace;
    this.nodes = Array.from({ length: nodes }, (_, at): NodeName => `n${at + 1}`);
    this.#bin = join(scheduler.folder, 'bin');
  }

  static async start({ graceSeconds = 30, ...more }: SmallClusterOptions = {}): Promise<SmallCluster> {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-small-')));
    mkdirSync(join(dir, 'work'));
    const settings: SchedulerSettings = {
      folder: join(dir, 'scheduler'),
      cluster: basename(dir).toLowerCase(),
      cpus: 2,
      ...quick,
      partitions: [
        { name: 'low', tier: 1, grace: graceSeconds, preemptMode: 'REQUEUE' },
        { name: 'high', tier: 2, grace: 0, preemptMode: 'OFF' },
        { name: 'abrupt', tier: 1, grace: 0, preemptMode: 'REQUEUE' },
      ],
      ...more,
    };
    return new SmallCluster(dir, await startScheduler(settings), settings);
  }

  /** A setting in seconds, at the pace of the cluster; whole, and not 0. */
  seconds(duration: number): string {
    return String(Math.max(1, Math.round(duration * this.pace)));
  }

  /** The node is cut off from the network: its jobs go on. */
  async killNode(node: NodeName): Promise<void> {
    await this.run('scontrol', ['update', `NodeName=${node}`, 'State=DOWN']);
  }

  startNode(node: NodeName): void {
    this.scheduler.mendNode(node);
  }

  pauseController(pause: boolean): void {
    this.scheduler.silence(pause ? 86_400 : 0);
  }

  override run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
    const usual = SEARCH_PATH.join(delimiter);
    const { PATH: path = usual } = options.env ?? {};
    // What a test puts in front of the usual folders stays in front of the scheduler's commands.
    const own = process.env['PATH'] ?? '';
    const front = [usual, own].find((one) => path.endsWith(one));
    const PATH =
      front === undefined
        ? `${this.#bin}:${path}`
        : `${path.slice(0, path.length - front.length)}${this.#bin}:${usual}`;
    return super.run(command, args, { ...options, env: { ...options.env, PATH } });
  }

  /** Asks when something has changed, and now and then: a question is a process or three. */
  override async waitForJob(
    id: string,
    wanted: 'ended' | ((job: JobFields) => boolean),
    timeoutSeconds: number,
  ): Promise<JobFields> {
    const holds = wanted === 'ended' ? hasJobEnded : wanted;
    const deadline = Date.now() + timeoutSeconds * 1000;
    const view = () => JSON.stringify(this.#isOne(id) ? this.scheduler.job(id) : this.scheduler.jobs());
    for (let known = '', asked = 0; ; await sleep(50)) {
      if (view() !== known || Date.now() - asked > 2000) {
        known = view();
        asked = Date.now();
        const job = await this.job(id);
        if (holds(job)) return job;
      }
      if (Date.now() >= deadline) throw new Error(`job ${id}: not so within ${timeoutSeconds} s: ${known}`);
    }
  }

  /** A job, or a task of an array; not a whole array. */
  #isOne(id: string): boolean {
    try {
      return this.scheduler.job(id).id === id;
    } catch {
      return false;
    }
  }

  async processes() {
    return this.scheduler.processes().map((line) => {
      const [pid = '', ...command] = line.split(' ');
      return { pid: Number(pid), command: command.join(' ') };
    });
  }

  async stop(): Promise<void> {
    await this.scheduler.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
