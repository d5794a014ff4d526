import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SEARCH_PATH, slurmAvailable, type Tool, whereSlurmIs } from './slurm-available.ts';
import { SlurmClient } from './slurm-client.ts';
import {
  type ClusterLayout,
  cgroupConf,
  freePorts,
  gresConf,
  loopback,
  munge,
  slurmConf,
} from './slurm-config.ts';

export { slurmAvailable } from './slurm-available.ts';
export type { RunOptions, RunResult, SubmitOptions } from './slurm-client.ts';
export type { JobFields } from './slurm-job.ts';

const JANITOR = fileURLToPath(new URL('slurm-janitor.mjs', import.meta.url));
const START_SECONDS = 120;

export type NodeName = `n${number}`;

export interface ClusterOptions {
  /** How many, n1, n2 and so on. Default 2. */
  readonly nodes?: number;
  /** CPUs of each node, whatever the machine has. Default 2. */
  readonly cpus?: number;
  /** GraceTime of the partition `low`. Default 30. */
  readonly graceSeconds?: number;
  /** Generic resources of each node: how many, by name. They are only counted. */
  readonly gres?: Readonly<Record<string, number>>;
  /** Further lines of slurm.conf, or others than the usual ones, by key. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Brings up a Slurm with two or more nodes on this machine, apart from any other. As root; see `slurmAvailable`. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const available = slurmAvailable();
  if (!available.ok) throw new Error(available.reason);
  for (let attempt = 1; ; attempt += 1) {
    const cluster = await Cluster.create(options);
    try {
      await cluster.start();
      return cluster;
    } catch (error) {
      const failure = new Error(`${String(error)}\n${cluster.logs()}`);
      await cluster.stop();
      // Somebody took one of our ports between the choice and the use.
      if (attempt < 3 && failure.message.includes('Address already in use')) continue;
      throw failure;
    }
  }
}

/** A Slurm of its own: munged, slurmctld and a slurmd for each node, in one temporary folder. */
export class Cluster extends SlurmClient {
  readonly nodes: readonly NodeName[];
  /** Slurm's own name of it; part of the id of a run. */
  readonly name: string;
  /** How long a second takes; see `SmallCluster`. */
  readonly pace: number = 1;
  readonly #daemons = new Map<string, ChildProcess>();
  readonly #janitor: ChildProcess;
  #stopped: Promise<void> | undefined;

  private constructor(dir: string, nodes: readonly NodeName[]) {
    super(dir);
    this.nodes = nodes;
    this.name = basename(dir).toLowerCase();
    // Detached: an interrupt from the terminal must not end it before it has done its work.
    this.#janitor = spawn(process.execPath, [JANITOR, dir], {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    });
  }

  /** Folder, key and configuration; `start` does the rest. */
  static async create(options: ClusterOptions): Promise<Cluster> {
    // The real path, since /proc shows that one. 0700 as made, but munge's clients must get through.
    const dir = realpathSync(mkdtempSync(join(tempFolder(), 'crflow-slurm-')));
    chmodSync(dir, 0o755);
    const nodes = Array.from({ length: options.nodes ?? 2 }, (_, at): NodeName => `n${at + 1}`);
    const cluster = new Cluster(dir, nodes);
    try {
      for (const name of [
        'munge',
        'log',
        'state',
        'work',
        ...nodes.flatMap((node) => [`spool-${node}`, `tmp-${node}`]),
      ]) {
        mkdirSync(join(dir, name));
        chmodSync(join(dir, name), 0o755);
      }
      mkdirSync(join(dir, 'key'), { mode: 0o700 });
      writeFileSync(munge.key(dir), randomBytes(128), { mode: 0o400 });
      const [controllerPort = 0, ...ports] = await freePorts(1 + nodes.length);
      const host = hostname().replace(/\..*/, '');
      const layout: ClusterLayout = {
        dir,
        name: cluster.name,
        host,
        address: await loopback(host),
        controllerPort,
        nodes: nodes.map((name, at) => ({ name, port: ports[at] ?? 0 })),
        cpus: options.cpus ?? 2,
        graceSeconds: options.graceSeconds ?? 30,
        gres: options.gres ?? {},
        settings: options.settings ?? {},
      };
      writeFileSync(join(dir, 'slurm.conf'), slurmConf(layout));
      writeFileSync(join(dir, 'gres.conf'), gresConf(layout));
      const { stdout } = await cluster.run('sbatch', ['--version']);
      writeFileSync(join(dir, 'cgroup.conf'), cgroupConf(/\d+\.\d+/.exec(stdout)?.[0] ?? ''));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  async start(): Promise<void> {
    const { dir } = this;
    this.#spawn('munged', 'munged', [
      '--foreground',
      // Else it refuses folders with an owner or mode it finds unsafe, such as / in some containers.
      '--force',
      `--key-file=${munge.key(dir)}`,
      `--socket=${munge.socket(dir)}`,
      `--pid-file=${join(dir, 'munge', 'pid')}`,
      `--log-file=${join(dir, 'log', 'munged.log')}`,
      `--seed-file=${join(dir, 'key', 'seed')}`,
      '--num-threads=2',
    ]);
    await this.#until('munged', () => existsSync(munge.socket(dir)));
    this.#spawn('slurmctld', 'slurmctld', ['-D', '-i', '-f', join(dir, 'slurm.conf')]);
    for (const node of this.nodes) this.startNode(node);
    await this.#until('all nodes idle', async () => {
      const { stdout } = await this.run('sinfo', ['--noheader', '-p', 'low', '-o', '%D %T'], {
        timeoutSeconds: 5,
      });
      return stdout.trim() === `${this.nodes.length} idle`;
    });
  }

  /** A setting in seconds, at the pace of the cluster. */
  seconds(duration: number): string {
    return String(duration);
  }

  /** Starts a node's slurmd, at first or after `killNode`. */
  startNode(node: NodeName): void {
    this.#spawn(`slurmd-${node}`, 'slurmd', ['-D', '-N', node, '-f', join(this.dir, 'slurm.conf')]);
  }

  /** Kills a node's slurmd and nothing else: its jobs go on, which is how a partitioned node looks. */
  async killNode(node: NodeName): Promise<void> {
    const daemon = this.#daemons.get(`slurmd-${node}`);
    if (daemon === undefined || hasEnded(daemon)) throw new Error(`slurmd of ${node} does not run`);
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGKILL');
    await ended;
  }

  /** Has slurmctld answer nobody, as when it is overloaded, or go on. */
  pauseController(pause: boolean): void {
    this.#daemons.get('slurmctld')?.kill(pause ? 'SIGSTOP' : 'SIGCONT');
  }

  /** All that runs for this cluster: daemons, step daemons, processes of jobs. */
  async processes(): Promise<readonly { readonly pid: number; readonly command: string }[]> {
    const { stdout } = await this.run(process.execPath, [JANITOR, this.dir, '--list'], { cwd: '/' });
    return JSON.parse(stdout);
  }

  /** The ends of the daemons' logs and outputs. Empty once stopped. */
  override logs(): string {
    const folder = join(this.dir, 'log');
    if (!existsSync(folder)) return '';
    const tail = (name: string) => readFileSync(join(folder, name), 'utf8').split('\n').slice(-40).join('\n');
    return readdirSync(folder)
      .sort()
      .map((name) => `--- ${name}\n${tail(name)}`)
      .join('\n');
  }

  /** Kills every process of this cluster and removes its folder. May be called again. */
  stop(): Promise<void> {
    this.#stopped ??= new Promise((resolve, reject) => {
      let complaint = '';
      this.#janitor.stderr?.on('data', (data) => {
        complaint += data;
      });
      this.#janitor.once('close', (status) =>
        status === 0 ? resolve() : reject(new Error(`stopping ${this.dir}: ${complaint}`)),
      );
      for (const daemon of this.#daemons.values()) daemon.kill('SIGKILL');
      this.#janitor.stdin?.end();
    });
    return this.#stopped;
  }

  #spawn(name: string, tool: Tool, args: readonly string[]): void {
    const log = openSync(join(this.dir, 'log', `${name}.out`), 'a');
    const env = { PATH: SEARCH_PATH.join(delimiter), LC_ALL: 'C', SLURM_CONF: join(this.dir, 'slurm.conf') };
    const daemon = spawn(...whereSlurmIs(tool, args), {
      cwd: this.dir,
      env,
      stdio: ['ignore', log, log],
      detached: true,
    });
    daemon.once('error', () => undefined);
    closeSync(log);
    this.#daemons.set(name, daemon);
  }

  async #until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + START_SECONDS * 1000;
    while (!(await holds())) {
      const dead = [...this.#daemons].find(([, daemon]) => hasEnded(daemon))?.[0];
      if (dead !== undefined) throw new Error(`${dead} ended while waiting for ${what}`);
      if (Date.now() >= deadline) throw new Error(`no ${what} within ${START_SECONDS} s`);
      await sleep(50);
    }
  }
}

/** The usual one, unless the names of sockets in there would grow past the 107 bytes that the kernel takes. */
function tempFolder(): string {
  return tmpdir().length <= 50 ? tmpdir() : '/tmp';
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}
