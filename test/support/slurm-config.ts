import { lookup } from 'node:dns/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** What distinguishes one test cluster from another. */
export interface ClusterLayout {
  readonly dir: string;
  /** Unique on this machine. */
  readonly name: string;
  readonly host: string;
  readonly address: Address;
  readonly controllerPort: number;
  readonly nodes: readonly { readonly name: string; readonly port: number }[];
  readonly cpus: number;
  readonly graceSeconds: number;
  /** Generic resources of each node: how many, by name. They are only counted. */
  readonly gres: Readonly<Record<string, number>>;
  /** Further or other lines of slurm.conf, by key. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Where the daemons are found, and whether they can be told to listen only there. */
export interface Address {
  readonly ip: string;
  readonly exclusive: boolean;
}

export const munge = {
  key: (dir: string) => join(dir, 'key', 'munge.key'),
  // Slurm's clients talk through it, so all folders above must be traversable, and its name short (107 bytes).
  socket: (dir: string) => join(dir, 'munge', 'socket'),
};

/** The text of slurm.conf. What is not set has a default that already means "off", in every version. */
export function slurmConf(layout: ClusterLayout): string {
  const { dir, host, address, nodes } = layout;
  const settings: Record<string, string> = {
    ClusterName: layout.name,
    SlurmctldHost: `${host}(${address.ip})`,
    SlurmctldPort: String(layout.controllerPort),
    // Told to, Slurm listens on the address that the host's name resolves to, and on no other.
    ...(address.exclusive && { CommunicationParameters: 'NoInAddrAny,NoCtldInAddrAny' }),
    SlurmUser: 'root',
    SlurmdUser: 'root',
    AuthType: 'auth/munge',
    // A requeued job may start only after cred_expire + 1 seconds: 121 by default.
    AuthInfo: `socket=${munge.socket(dir)},cred_expire=5`,
    StateSaveLocation: join(dir, 'state'),
    SlurmdSpoolDir: join(dir, 'spool-%n'),
    // PMIx puts its sockets there, by names that are the same on every node.
    TmpFS: join(dir, 'tmp-%n'),
    SlurmctldPidFile: join(dir, 'slurmctld.pid'),
    SlurmdPidFile: join(dir, 'slurmd-%n.pid'),
    SlurmctldLogFile: join(dir, 'log', 'slurmctld.log'),
    SlurmdLogFile: join(dir, 'log', 'slurmd-%n.log'),
    ProctrackType: 'proctrack/linuxproc',
    MpiDefault: 'none',
    MailProg: '/bin/true',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_CPU',
    // Believe this file about CPUs and memory: both nodes share what may be a one-core machine.
    SlurmdParameters: 'config_overrides',
    SchedulerParameters: 'bf_interval=1,sched_interval=2,sched_min_interval=0',
    KillWait: '5',
    // Records of ended jobs stay for the tests to read; 65533 is the most that Slurm takes.
    MinJobAge: '65533',
    ReturnToService: '2',
    JobRequeue: '1',
    PreemptType: 'preempt/partition_prio',
    PreemptMode: 'REQUEUE',
    ...layout.settings,
  };
  const names = nodes.map((node) => node.name).join(',');
  const gres = Object.entries(layout.gres);
  const words = gres.length === 0 ? '' : ` Gres=${gres.map(([name, count]) => `${name}:${count}`).join(',')}`;
  return [
    ...(gres.length === 0 ? [] : [`GresTypes=${gres.map(([name]) => name).join(',')}`]),
    ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
    ...nodes.map(
      (node) =>
        `NodeName=${node.name} NodeHostname=${host} NodeAddr=${address.ip} Port=${node.port} CPUs=${layout.cpus} RealMemory=16384${words}`,
    ),
    `PartitionName=low Nodes=${names} Default=YES PriorityTier=1 PreemptMode=REQUEUE GraceTime=${layout.graceSeconds}`,
    `PartitionName=high Nodes=${names} PriorityTier=2 PreemptMode=OFF`,
    '',
  ].join('\n');
}

/** The text of gres.conf. */
export const gresConf = ({ gres }: Pick<ClusterLayout, 'gres'>): string =>
  Object.entries(gres)
    .map(([name, count]) => `Name=${name} Count=${count}\n`)
    .join('');

/**
 * The text of cgroup.conf. Every slurmd loads a cgroup plugin, needed or not, and the one for v2 wants systemd or a
 * writable cgroup tree. "disabled" came with 24.05; before that, v1 is the plugin that does nothing until it is used.
 */
export function cgroupConf(version: string): string {
  const [year = 0, month = 0] = version.split('.').map(Number);
  return `CgroupPlugin=${year * 100 + month >= 2405 ? 'disabled' : 'cgroup/v1'}\n`;
}

/** Loopback, and exclusively so where this host's name resolves to a loopback address. */
export async function loopback(host: string): Promise<Address> {
  const found = await lookup(host, { family: 4 }).catch(() => undefined);
  return found?.address.startsWith('127.')
    ? { ip: found.address, exclusive: true }
    : { ip: '127.0.0.1', exclusive: false };
}

/** Ports free at this moment, below the range from which the kernel hands out its own. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries += 1) {
    if (tries > 1000) throw new Error('no free port found between 12000 and 32000');
    const port = 12000 + Math.floor(Math.random() * 20000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}
