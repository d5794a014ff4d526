import type { Seconds } from '../model/flow.ts';
import { formatDuration } from '../time/duration.ts';

/** What Slurm's commands printed; absent if one did not answer. */
export interface SlurmOutput {
  /** `scontrol show config` */
  readonly config?: string;
  /** `scontrol show partition -o` */
  readonly partitions?: string;
  /** `sacctmgr` with `QOS_FIELDS` */
  readonly qos?: string;
  /** `sinfo` with `NODE_FIELDS` */
  readonly nodes?: string;
}

/** The fields requested from `sacctmgr -nP show qos`, in this order. */
export const QOS_FIELDS = [
  'Name',
  'MaxWall',
  'GraceTime',
  'Preempt',
  'PreemptExemptTime',
  'UsageFactor',
] as const;
/** The format requested from `sinfo --exact --noheader`: partition, nodes, CPUs, memory (MiB), features. */
export const NODE_FIELDS = '%R|%D|%c|%m|%f';

/** A profile in its written form (specs/site.schema.json). */
export type WrittenProfile = Readonly<Record<string, unknown>>;

/** The profile that follows from those answers. Never throws; what cannot be read is left out. */
export function learnSite(says: SlurmOutput): WrittenProfile {
  const config = says.config === undefined ? undefined : readConfig(says.config);
  const nodes = says.nodes === undefined ? [] : readNodes(says.nodes);
  const preempts = config !== undefined && !/\/none$/.test(config['PreemptType'] ?? '/none');
  const partitions = says.partitions === undefined ? [] : readPartitions(says.partitions, nodes, preempts);
  const qos = says.qos === undefined ? [] : readQos(says.qos, config?.['PreemptType'] === 'preempt/qos');
  const kinds = nodeKinds(nodes);
  const complete = Object.entries({ partitions, qos, nodes: kinds }).flatMap(([key, list]) =>
    list.length > 0 ? [key] : [],
  );
  return present({
    format: 1,
    name: nameOf(config?.['ClusterName']),
    about: 'Written by crc doctor. Add what is missing, which it could not learn, and correct what is wrong.',
    complete,
    partitions,
    qos,
    nodes: kinds,
    slurm: config === undefined ? undefined : settings(config, nodes),
  });
}

/** Removes what is not known. */
function present(all: Readonly<Record<string, unknown>>): WrittenProfile {
  return Object.fromEntries(
    Object.entries(all).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

const nameOf = (cluster = 'site') =>
  cluster.replaceAll(/[^A-Za-z0-9_.-]/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'site';

/** `Key = value` lines, by key; `(null)` means absent. */
export function readConfig(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, key, value] = /^\s*(\w+)\s*=\s?(.*?)\s*$/.exec(line) ?? [];
      return key === undefined || value === undefined || value === '(null)' ? [] : [[key, value]];
    }),
  );
}

/** AuthInfo's default cred_expire, in seconds (slurm.conf(5)). */
const CRED_EXPIRE = 120;

function settings(config: Readonly<Record<string, string>>, nodes: readonly NodeLine[]): WrittenProfile {
  const credExpire = Number(/cred_expire=(\d+)/.exec(config['AuthInfo'] ?? '')?.[1] ?? CRED_EXPIRE);
  const array = Number(config['MaxArraySize']);
  return present({
    version: config['SLURM_VERSION'],
    killWait: written(seconds(config['KillWait'])),
    credExpire: written(credExpire),
    jobRequeue: config['JobRequeue'] === undefined ? undefined : config['JobRequeue'] !== '0',
    preemptType: config['PreemptType'],
    preemptMode: config['PreemptMode'],
    // An option of PreemptParameters; in 22.05 and before, of SlurmctldParameters, as preempt_send_user_signal.
    userSignal: `${config['PreemptParameters']} ${config['SlurmctldParameters']}`.includes(
      'send_user_signal',
    ),
    maxArraySize: array >= 1 ? array : undefined,
    overTimeLimit: /^UNLIMITED$/i.test(config['OverTimeLimit'] ?? '')
      ? 'unlimited'
      : written(seconds(config['OverTimeLimit'])),
    // Where slurm.conf gives no RealMemory, it is 1 MiB, and Slurm refuses what asks for more.
    managesMemory: nodes.length > 0 && nodes.every(({ memory }) => memory === 0) ? false : undefined,
    wholeNodes: config['SelectType'] === 'select/linear' ? true : undefined,
    source: 'scontrol show config',
  });
}

/** `30 sec`, `5 min`, `00:05:00`, `1-00:00:00`, and a bare number of seconds. */
function seconds(text = ''): Seconds | undefined {
  const [, count, unit] = /^(\d+)(?: ?(sec|min|s|m))?$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * (unit?.startsWith('m') ? 60 : 1);
  const [, days = '0', h, min, s] = /^(?:(\d+)-)?(\d+):(\d+):(\d+)$/.exec(text) ?? [];
  if (h === undefined) return undefined;
  return Number(days) * 86_400 + Number(h) * 3_600 + Number(min) * 60 + Number(s);
}

const written = (time: Seconds | undefined) => (time === undefined ? undefined : formatDuration(time));
/** A limit: `UNLIMITED`, or a time. */
const limit = (text = '') => (/^(UNLIMITED|INFINITE)$/i.test(text) ? 'unlimited' : written(seconds(text)));

/** Nodes of one kind in one partition. */
interface NodeLine {
  readonly partition: string;
  readonly count: number;
  readonly cpus: number;
  readonly memory: number;
  readonly features: readonly string[];
}

function readNodes(text: string): readonly NodeLine[] {
  return text.split('\n').flatMap((line) => {
    const [partition = '', count, cpus, memory, features = ''] = line.trim().split('|');
    const numbers = [count, cpus, memory].map((one) => Number(/^\d+/.exec(one ?? '')?.[0] ?? Number.NaN));
    const [n, c, m] = numbers as [number, number, number];
    if (partition === '' || numbers.some(Number.isNaN)) return [];
    const own = features.split(',').filter((one) => /^[A-Za-z0-9_.-]+$/.test(one));
    return [{ partition, count: n, cpus: c, memory: m > 1 ? m : 0, features: own }];
  });
}

/** The kinds of nodes, each once, although a node may be in several partitions. */
function nodeKinds(lines: readonly NodeLine[]): readonly WrittenProfile[] {
  const kinds = new Map<string, { line: NodeLine; counts: Map<string, number> }>();
  for (const line of lines) {
    const key = [line.cpus, line.memory, ...line.features].join(' ');
    const kind = kinds.get(key) ?? { line, counts: new Map<string, number>() };
    kind.counts.set(line.partition, (kind.counts.get(line.partition) ?? 0) + line.count);
    kinds.set(key, kind);
  }
  return [...kinds.values()].map(({ line, counts }, i) =>
    present({
      name: `kind-${i + 1}`,
      // The number in the partition that has most of them: there may be more.
      count: Math.max(...counts.values()) || undefined,
      cpus: line.cpus || undefined,
      memory: line.memory > 0 ? `${line.memory}MiB` : undefined,
      features: line.features,
      source: 'sinfo',
    }),
  );
}

/** The `Key=value` words of a line. */
const words = (line: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    line
      .split(/\s+/)
      .flatMap((one) => [/^(\w+)=(.*)$/.exec(one)?.slice(1) ?? []].filter((pair) => pair.length === 2)),
  );

function readPartitions(
  text: string,
  nodes: readonly NodeLine[],
  preempts: boolean,
): readonly WrittenProfile[] {
  return text.split('\n').flatMap((line) => {
    const fields = words(line);
    const name = fields['PartitionName'];
    if (name === undefined || nameOf(name) !== name) return [];
    const own = nodes.filter(({ partition }) => partition === name);
    const mode = fields['PreemptMode']?.toLowerCase().split(',').at(-1);
    const count = own.reduce((sum, one) => sum + one.count, 0);
    return [
      present({
        name,
        default: fields['Default'] === 'YES' ? true : undefined,
        maxTime: limit(fields['MaxTime']),
        nodes: count || undefined,
        cpus: Math.max(0, ...own.map(({ cpus }) => cpus)) || undefined,
        memory:
          own.length > 0 && own.every(({ memory }) => memory > 0)
            ? `${Math.max(...own.map(({ memory }) => memory))}MiB`
            : undefined,
        grace: written(seconds(fields['GraceTime'])),
        preemptMode:
          preempts && ['off', 'cancel', 'requeue', 'suspend'].includes(mode ?? '') ? mode : undefined,
        wholeNodes: fields['OverSubscribe'] === 'EXCLUSIVE' ? true : undefined,
        source: 'scontrol show partition',
      }),
    ];
  });
}

/** A QOS is preemptable if another may preempt it. */
function readQos(text: string, preempts: boolean): readonly WrittenProfile[] {
  const lines = text.split('\n').flatMap((line) => {
    const fields = line.trim().split('|');
    return (fields[0] ?? '') === '' ? [] : [fields];
  });
  const prey = new Set(lines.flatMap((fields) => (fields[3] ?? '').split(',').filter(Boolean)));
  return lines.flatMap(([name = '', maxWall, grace, , exempt, factor]) => {
    const charge = factor === undefined || factor === '' ? Number.NaN : Number(factor);
    if (nameOf(name) !== name) return [];
    return [
      present({
        name,
        maxTime: limit(maxWall),
        preemptable: preempts ? prey.has(name) : undefined,
        exempt: written(seconds(exempt)),
        grace: written(seconds(grace)),
        charge: charge >= 0 ? charge : undefined,
        source: 'sacctmgr show qos',
      }),
    ];
  });
}

/** What `stat -f -c %T` calls a file system, and which nodes see it. */
export function scopeOf(type: string): { scope: 'shared' | 'node-local'; memory?: true } | undefined {
  if (/^(nfs\d?|lustre|gpfs|beegfs|ceph|cephfs|panfs|wekafs|smb2|cifs|afs|pvfs2|orangefs)$/i.test(type))
    return { scope: 'shared' };
  return /^(tmpfs|ramfs)$/.test(type) ? { scope: 'node-local', memory: true } : undefined;
}

/** Names of modules in the output of `module -t avail NAME`, on either stream. */
export function readModules(text: string, name: string): readonly string[] {
  const wanted = new RegExp(`^${name.replaceAll(/[^\w]/g, '\\$&')}(?:/\\S*)?$`, 'i');
  const found = text.split('\n').flatMap((line) => {
    const one = line
      .trim()
      .replace(/\((?:default|D|L)\)$/, '')
      .replace(/\/$/, '');
    return wanted.test(one) ? [one] : [];
  });
  return [...new Set(found)];
}
