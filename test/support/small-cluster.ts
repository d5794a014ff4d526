import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { startScheduler } from '../../src/host/scheduler/start.ts';
import type { Scheduler, SchedulerSettings } from '../../src/rehearse/scheduler/scheduler.ts';
import { SEARCH_PATH } from './slurm-available.ts';
import { type RunOptions, type RunResult, SlurmClient } from './slurm-client.ts';
import type { NodeName } from './slurm-cluster.ts';

/** The small scheduler of rehearsals, to be used as a real Slurm is in tests: with its two partitions, and its short delays. */
export class SmallCluster extends SlurmClient {
  readonly scheduler: Scheduler;
  readonly name: string;
  readonly nodes: readonly NodeName[];
  readonly #bin: string;

  private constructor(dir: string, scheduler: Scheduler, nodes: number) {
    super(dir);
    this.scheduler = scheduler;
    this.name = scheduler.cluster;
    this.nodes = Array.from({ length: nodes }, (_, at): NodeName => `n${at + 1}`);
    this.#bin = join(scheduler.folder, 'bin');
  }

  static async start(
    settings: SchedulerSettings & { readonly graceSeconds?: number } = {},
  ): Promise<SmallCluster> {
    const { graceSeconds = 30, ...more } = settings;
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-small-')));
    mkdirSync(join(dir, 'work'));
    const scheduler = await startScheduler({
      folder: join(dir, 'scheduler'),
      cluster: basename(dir).toLowerCase(),
      cpus: 2,
      killWait: 5,
      requeueDelay: 6,
      partitions: [
        { name: 'low', tier: 1, grace: graceSeconds, preemptMode: 'REQUEUE' },
        { name: 'high', tier: 2, grace: 0, preemptMode: 'OFF' },
      ],
      ...more,
    });
    return new SmallCluster(dir, scheduler, settings.nodes ?? 2);
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
    return super.run(command, args, { ...options, env: { ...options.env, SLURM_CONF: '', PATH } });
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
