import type { RuntimeName } from './container.ts';
import type { Bytes, Seconds } from './flow.ts';

/**
 * What is known about a cluster (specs/site.schema.json), in seconds and bytes. Nothing is checked against what is
 * absent.
 */
export interface SiteProfile {
  readonly name: string;
  /** The lists that are complete. */
  readonly complete: readonly ('partitions' | 'qos' | 'nodes')[];
  /** Keys of `schedule` that every job there must have. */
  readonly needs: readonly ('account' | 'partition' | 'qos' | 'constraint')[];
  /** Where runs keep their state if a flow does not say: as written, with `$NAME`. */
  readonly state?: string;
  readonly partitions: readonly SitePartition[];
  readonly qos: readonly SiteQos[];
  readonly nodes: readonly NodeKind[];
  readonly runtimes: readonly SiteRuntime[];
  readonly fileSystems: readonly FileSystem[];
  readonly slurm: SlurmFacts;
}

export interface SitePartition {
  readonly name: string;
  readonly default?: boolean;
  readonly maxTime?: Seconds;
  /** The size of its largest node. */
  readonly cpus?: number;
  readonly memory?: Bytes;
  readonly grace?: Seconds;
  readonly preemptMode?: 'off' | 'cancel' | 'requeue' | 'suspend';
  /** Does a job get whole nodes? */
  readonly wholeNodes?: boolean;
}

export interface SiteQos {
  readonly name: string;
  readonly default?: boolean;
  readonly maxTime?: Seconds;
  readonly minTime?: Seconds;
  readonly preemptable?: boolean;
  /** How long a job runs before it can be preempted. */
  readonly exempt?: Seconds;
  readonly grace?: Seconds;
  /** What a node hour costs, in node hours. */
  readonly charge?: number;
  readonly wholeNodes?: boolean;
}

export interface NodeKind {
  readonly name: string;
  readonly cpus?: number;
  readonly memory?: Bytes;
  /** What a constraint can name. */
  readonly features?: readonly string[];
}

export interface SiteRuntime {
  readonly name: RuntimeName;
  readonly modules?: readonly string[];
  readonly load?: string;
}

export interface FileSystem {
  readonly name: string;
  /** Absolute, or beginning with a variable. */
  readonly paths: readonly string[];
  readonly scope: 'shared' | 'node-local';
  readonly memory?: boolean;
  /** Files that nobody has used for this long are removed. */
  readonly purged?: Seconds;
  /** Bytes a second that one process can write. */
  readonly bandwidth?: number;
}

export interface SlurmFacts {
  /** PreemptType: `preempt/none` where no job is preempted. */
  readonly preemptType?: string;
  readonly killWait?: Seconds;
  readonly credExpire?: Seconds;
  readonly jobRequeue?: boolean;
  readonly userSignal?: boolean;
  readonly maxArraySize?: number;
  readonly overTimeLimit?: Seconds;
  readonly wholeNodes?: boolean;
  /** False: Slurm knows no memory of the nodes, and refuses jobs that ask for any. */
  readonly managesMemory?: boolean;
}
