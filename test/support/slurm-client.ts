import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_PATH, whereSlurmIs } from './slurm-available.ts';
import { hasJobEnded, type JobFields, parseJob } from './slurm-job.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the cluster's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 120. */
  readonly timeoutSeconds?: number;
}

export interface SubmitOptions {
  readonly cwd?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly sbatchArgs?: readonly string[];
}

export interface RunResult {
  /** 128+n for a signal, as a shell has it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The commands of a user of one cluster. */
export class SlurmClient {
  /** The cluster's folder; `work` in there is the usual folder of submission. */
  readonly dir: string;
  readonly work: string;
  /** For commands: the caller's environment with this cluster's SLURM_CONF and nothing of another Slurm. */
  readonly env: Readonly<Record<string, string>>;

  constructor(dir: string) {
    this.dir = dir;
    this.work = join(dir, 'work');
    this.env = clientEnv(join(dir, 'slurm.conf'));
  }

  /** Runs a client command. Does not throw for a status other than 0. */
  run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
    return new Promise((resolve, reject) => {
      const settings = {
        cwd: options.cwd ?? this.work,
        env: { ...this.env, ...options.env },
        timeout: (options.timeoutSeconds ?? 120) * 1000,
        killSignal: 'SIGKILL' as const,
        maxBuffer: 16 * 1024 * 1024,
      };
      const child = execFile(...whereSlurmIs(command, args), settings, (error, stdout, stderr) => {
        if (error !== null && typeof error.code === 'string') reject(error);
        else resolve({ status: child.exitCode ?? 137, stdout, stderr });
      });
    });
  }

  /** Submits a script and gives the job's id. */
  async submit(scriptPath: string, options: SubmitOptions = {}): Promise<string> {
    const { args = [], sbatchArgs = [], ...rest } = options;
    const result = await this.run('sbatch', ['--parsable', ...sbatchArgs, scriptPath, ...args], rest);
    const id = /^\d+/.exec(result.stdout)?.[0];
    if (result.status !== 0 || id === undefined) throw new Error(`sbatch: ${result.status} ${result.stderr}`);
    return id;
  }

  /** What Slurm knows of a job, or of the task `ID_TASK` of an array. Ended jobs stay known. */
  async job(id: string): Promise<JobFields> {
    const result = await this.run('scontrol', ['show', 'job', '-o', id]);
    if (result.status !== 0) throw new Error(`scontrol show job ${id}: ${result.stderr}`);
    return parseJob(result.stdout.split('\n')[0] ?? '');
  }

  /** Waits for a state of the job; `ended` is any final one, with its processes gone and no requeue pending. */
  async waitForJob(
    id: string,
    wanted: 'ended' | ((job: JobFields) => boolean),
    timeoutSeconds: number,
  ): Promise<JobFields> {
    const holds = wanted === 'ended' ? hasJobEnded : wanted;
    const deadline = Date.now() + timeoutSeconds * 1000;
    for (;;) {
      const job = await this.job(id);
      if (holds(job)) return job;
      if (Date.now() >= deadline) {
        throw new Error(
          `job ${id}: not so within ${timeoutSeconds} s: ${JSON.stringify(job)}\n${this.logs()}`,
        );
      }
      await sleep(200);
    }
  }

  /** What to add to the message of a failure. */
  logs(): string {
    return '';
  }
}

function clientEnv(conf: string): Record<string, string> {
  const foreign = /^(SLURM|SBATCH|SALLOC|SRUN|SQUEUE|SINFO|SCANCEL|SCONTROL|MUNGE)/;
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !foreign.test(name)) env[name] = value;
  }
  return { ...env, PATH: SEARCH_PATH.join(delimiter), SLURM_CONF: conf };
}
