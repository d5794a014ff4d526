import type { ClauseName } from '../model/clauses.ts';
import { DISTRIBUTIONS, RUNTIMES } from '../model/container.ts';
import type { WarningSignal } from '../model/flow.ts';

/** The types that a key's value can have; src/check/values.ts has one function for each. */
export type KeyType =
  | 'shell'
  | 'path'
  | 'count'
  | 'size'
  | 'duration'
  | 'interval'
  | 'choice'
  | 'signal'
  | 'slurm-name'
  | 'slurm-constraint'
  | 'array'
  | 'modules'
  | 'patterns'
  | 'image'
  | 'base-image'
  | 'inside'
  | 'inside-list'
  | 'words'
  | 'variables'
  | 'text';

/** One key of a block: all that the checker, its suggestions and the reference page know about it. */
export interface KeySpec {
  readonly type: KeyType;
  readonly required?: true;
  /** One line for the reference. */
  readonly doc: string;
  /** What its number counts. */
  readonly unit?: string;
  /** What holds where it is left out, as text. */
  readonly default?: string;
  /** A value, as it is written. */
  readonly example: string;
  /** The words that it takes. */
  readonly choices?: readonly string[];
  /** Other words for them. */
  readonly called?: Readonly<Record<string, readonly string[]>>;
  readonly least?: number;
  readonly most?: number;
  /** Why they are what they are. */
  readonly whyLeast?: string;
  readonly whyMost?: string;
  /** Other names that people use for it. */
  readonly aliases?: readonly string[];
  /** Said to those who write it in another block. */
  readonly note?: string;
}

export interface BlockSpec {
  readonly required?: true;
  readonly doc: string;
  readonly example: string;
  readonly aliases?: readonly string[];
  /** The clauses that stand in it. */
  readonly clauses?: readonly ClauseName[];
  readonly keys: Readonly<Record<string, KeySpec>>;
}

/** The signals that Slurm can send as a warning, and that neither DMTCP nor the kernel keeps for itself. */
export const SIGNALS = ['USR1', 'TERM', 'INT', 'HUP', 'QUIT'] as const satisfies readonly WarningSignal[];

export const vocabulary = {
  application: {
    required: true,
    doc: 'What is run.',
    example: 'application { run = "./solve" }',
    aliases: ['app', 'job', 'program', 'command'],
    keys: {
      run: {
        type: 'shell',
        required: true,
        doc: "The application's own bash, run with `set -eo pipefail` in `workdir`; its status is the job's.",
        example: '"./solve input.dat"',
        aliases: ['command', 'cmd', 'script', 'exec', 'executable'],
      },
      workdir: {
        type: 'path',
        doc: 'The folder that `run` starts in.',
        default: 'the folder of submission',
        example: '"$SCRATCH/water"',
        aliases: ['dir', 'directory', 'cwd', 'chdir', 'folder', 'working_directory'],
      },
      output: {
        type: 'path',
        doc: 'Where the output of `run` goes; rolled back with it when it is restored.',
        default: 'NAME-RUN.out in `workdir`',
        example: '"water.out"',
        aliases: ['stdout', 'log', 'out', 'logfile'],
      },
      threads: {
        type: 'count',
        doc: 'Threads of the application: --cpus-per-task of the job.',
        unit: 'threads',
        default: '1',
        example: '8',
        least: 1,
        most: 65_533,
        whyLeast: 'an application has at least the thread that it starts with',
        whyMost: 'Slurm keeps --cpus-per-task in 16 bits',
        aliases: ['cpus', 'cores', 'ncpus', 'cpus_per_task', 'omp_num_threads', 'nthreads', 'procs'],
      },
      memory: {
        type: 'size',
        doc: 'The most that the program has in memory: what a checkpoint costs. Not --mem.',
        unit: 'bytes',
        default: 'unknown: no estimates',
        example: '4GiB',
        aliases: ['ram', 'rss', 'resident'],
        note: '`memory` is what the application uses, for the estimate of a checkpoint; what the job asks Slurm for is `mem`',
      },
      mpi: {
        type: 'choice',
        doc: '`singleton`: linked with MPI, and run as one process; its start-up is kept to that one.',
        default: 'no',
        example: 'singleton',
        choices: ['no', 'singleton'],
        aliases: ['ranks', 'mpi_ranks'],
      },
      alive: {
        type: 'duration',
        doc: 'A program whose `output` does not grow for this long hangs: it is ended and restored.',
        unit: 'seconds',
        default: 'not watched',
        example: '30min',
        aliases: ['watchdog', 'heartbeat', 'hang', 'hang_timeout', 'idle'],
      },
    },
  },
  environment: {
    doc: 'What surrounds the application on the host.',
    example: 'environment { load = ["dmtcp/4.1.1"] }',
    aliases: ['env', 'environ'],
    keys: {
      load: {
        type: 'modules',
        doc: 'Modules to load on the host, one `module load` each, in order.',
        default: 'none',
        example: '["dmtcp/4.1.1", "gcc/13"]',
        aliases: ['module', 'modules', 'module_load', 'loads'],
      },
      pass: {
        type: 'variables',
        doc: 'Variables of the submission that a container gets; `OMP_*` is all that begin so.',
        default: "none but `SLURM_*` and crflow's",
        example: '["CASE", "OMP_*"]',
        aliases: ['passenv', 'forward', 'inherit', 'export'],
      },
    },
  },
  container: {
    doc: 'The container that the application runs in. Without this block it runs on the host.',
    example: 'container { runtime = apptainer image = "./solve.sif" }',
    aliases: ['docker', 'shifter', 'podman', 'apptainer', 'singularity', 'charliecloud'],
    clauses: ['mount'],
    keys: {
      runtime: {
        type: 'choice',
        required: true,
        doc: 'What runs it.',
        example: 'apptainer',
        choices: RUNTIMES,
        called: { podman: ['docker', 'buildah'], apptainer: ['singularity'], charliecloud: ['ch-run', 'ch'] },
        aliases: ['engine', 'kind', 'type'],
      },
      image: {
        type: 'image',
        required: true,
        doc: 'Its image, with DMTCP in it: an OCI name, or the path of an image file.',
        example: '"registry.example.org/lab/solve:1.2"',
        aliases: ['name', 'img', 'sif', 'tag'],
      },
      dmtcp: {
        type: 'inside',
        doc: "DMTCP's prefix in the image.",
        default: '/usr/local',
        example: '"/usr/local"',
        aliases: ['dmtcp_prefix', 'prefix', 'dmtcp_root'],
      },
      modules: {
        type: 'words',
        doc: "The runtime's own modules.",
        default: 'none',
        example: '[cvmfs]',
        aliases: ['module'],
      },
      options: {
        type: 'words',
        doc: 'Further options of the runtime, a word each.',
        default: 'none',
        example: '["--shm-size=1g"]',
        aliases: ['args', 'flags', 'extra', 'arguments'],
      },
    },
  },
  image: {
    doc: "How the container's image is made: crc writes its Dockerfile, with DMTCP in it.",
    example: 'image { from = "debian:12" }',
    aliases: ['dockerfile', 'build', 'recipe'],
    clauses: ['copy', 'git', 'archive'],
    keys: {
      from: {
        type: 'base-image',
        required: true,
        doc: 'The image that it extends.',
        example: '"debian:12"',
        aliases: ['base', 'parent', 'extends'],
      },
      distribution: {
        type: 'choice',
        doc: 'The distribution that `from` is made of: how packages are installed.',
        default: 'what the name of `from` says',
        example: 'debian',
        choices: DISTRIBUTIONS,
        called: {
          rocky: ['rhel', 'redhat', 'centos', 'rockylinux'],
          alma: ['almalinux'],
          sles: ['suse', 'bci'],
          opensuse: ['leap', 'tumbleweed'],
        },
        aliases: ['distro', 'os', 'family'],
      },
      packages: {
        type: 'words',
        doc: 'Packages of the distribution that the application needs.',
        default: 'none',
        example: '["libgomp1"]',
        aliases: ['install', 'apt', 'dnf', 'yum', 'zypper', 'package'],
      },
      build_packages: {
        type: 'words',
        doc: 'Packages that only its build needs: they are not in the image.',
        default: 'none',
        example: '["g++", "make"]',
        aliases: ['build_deps', 'build_dependencies', 'build_requires'],
      },
      build: {
        type: 'shell',
        doc: 'Your own bash that builds the application, with `set -eo pipefail`, in the folder of the first source.',
        default: 'nothing is built',
        example: '"make"',
        aliases: ['compile', 'make', 'run', 'script', 'build_script'],
      },
      results: {
        type: 'inside-list',
        doc: 'What the build leaves behind for the image.',
        default: 'the folders of the sources',
        example: '["/opt/solve/bin"]',
        aliases: ['result', 'artifacts', 'outputs', 'installs'],
      },
      dmtcp_release: {
        type: 'text',
        doc: "DMTCP's release.",
        default: '4.1.1',
        example: '"4.1.1"',
        aliases: ['dmtcp_version', 'release'],
      },
      dmtcp_archive: {
        type: 'text',
        doc: "DMTCP's source archive, beside the flow, for sites without network.",
        default: 'none: from the public repository, by commit',
        example: '"dmtcp-4.1.1.tar.gz"',
        aliases: ['dmtcp_source', 'dmtcp_tarball'],
      },
      dmtcp_sha256: {
        type: 'text',
        doc: 'Its checksum, as sha256sum prints it.',
        default: 'required with `dmtcp_archive`',
        example: '"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
        aliases: ['dmtcp_checksum', 'sha256'],
      },
    },
  },
  checkpoint: {
    required: true,
    doc: 'When and how the application is checkpointed.',
    example: 'checkpoint { interval = 10min lead = 2min }',
    aliases: ['ckpt', 'checkpoints', 'dmtcp', 'restart'],
    keys: {
      strategy: {
        type: 'choice',
        doc: '`automatic` goes on by itself after a time limit; `manual` stops, and is resumed by hand.',
        default: 'automatic',
        example: 'automatic',
        choices: ['automatic', 'manual'],
        aliases: ['mode'],
      },
      interval: {
        type: 'interval',
        required: true,
        doc: 'Time of computing between two checkpoints; `auto`: the best, by what they cost.',
        choices: ['auto'],
        unit: 'seconds',
        example: '10min',
        aliases: ['every', 'period', 'frequency', 'checkpoint_interval'],
      },
      mtbf: {
        type: 'duration',
        doc: 'Mean time between failures of the job, for `interval = auto`.',
        unit: 'seconds',
        default: '1d',
        example: '7d',
        aliases: ['failures', 'mean_time_between_failures', 'failure_rate'],
      },
      lead: {
        type: 'duration',
        required: true,
        doc: 'How long before the time limit Slurm is asked to send the warning signal.',
        unit: 'seconds',
        example: '2min',
        aliases: ['signal_time', 'grace', 'margin', 'before', 'lead_time', 'overhead'],
      },
      signal: {
        type: 'signal',
        doc: 'The warning signal.',
        default: 'USR1',
        example: 'USR1',
        choices: SIGNALS,
        aliases: ['sig'],
      },
      keep: {
        type: 'count',
        doc: 'Sealed generations that are kept.',
        unit: 'generations',
        default: '2',
        example: '2',
        least: 2,
        most: 1000,
        whyLeast:
          'the newest may be damaged by the very fault that makes it needed, so there is always one before it',
        whyMost: 'each costs the space of a checkpoint',
        aliases: ['generations', 'retain', 'keep_last', 'history'],
      },
      state: {
        type: 'path',
        doc: 'Where runs keep their state: storage that all nodes share.',
        default: 'crflow-state in the folder of submission',
        example: '"$SCRATCH/crflow"',
        aliases: ['dir', 'directory', 'ckptdir', 'ckpt_dir', 'path', 'folder', 'state_dir'],
      },
      prove: {
        type: 'choice',
        doc: 'Restore the first checkpoint at once, a minute after the launch, to see that it can be.',
        default: 'yes',
        example: 'yes',
        choices: ['yes', 'no'],
        aliases: ['proof', 'test', 'verify', 'selftest'],
      },
      protect: {
        type: 'patterns',
        doc: 'Files of `workdir`, by patterns, that are kept with each generation and put back with it.',
        default: 'none',
        example: '["out/*.h5"]',
        aliases: ['files', 'backup', 'copy', 'save'],
      },
    },
  },
  schedule: {
    required: true,
    doc: 'What is asked of Slurm.',
    example: 'schedule { time = 2h total = 1d }',
    aliases: ['slurm_options', 'scheduler', 'sbatch', 'batch', 'queue', 'resources'],
    keys: {
      account: {
        type: 'slurm-name',
        doc: 'The account that is charged.',
        default: "Slurm's",
        example: '"m0000"',
        aliases: ['project', 'allocation', 'charge'],
      },
      qos: {
        type: 'slurm-name',
        doc: 'Quality of service.',
        default: "Slurm's",
        example: 'preempt',
        aliases: ['quality'],
      },
      partition: {
        type: 'slurm-name',
        doc: 'The partition, or several with commas.',
        default: "Slurm's",
        example: '"gpu,large"',
        aliases: ['queue'],
      },
      reservation: {
        type: 'slurm-name',
        doc: 'A reservation to run in.',
        default: 'none',
        example: '"maintenance_12"',
      },
      constraint: {
        type: 'slurm-constraint',
        doc: 'Features that nodes must have.',
        default: 'none',
        example: '"cpu&amd"',
        aliases: ['constraints', 'feature', 'features'],
      },
      array: {
        type: 'array',
        doc: 'Tasks of an array, each a run of its own.',
        default: 'one job',
        example: '"0-9%4"',
        aliases: ['tasks', 'array_tasks', 'job_array', 'indices'],
      },
      time: {
        type: 'duration',
        required: true,
        doc: 'Walltime of one attempt, in whole minutes.',
        unit: 'seconds',
        example: '2h',
        aliases: ['walltime', 'wall_time', 'time_limit', 'timelimit', 'limit', 'max_time'],
      },
      time_min: {
        type: 'duration',
        doc: 'Shortest attempt that Slurm may make of it to start it sooner, in whole minutes.',
        unit: 'seconds',
        default: 'as long as `time`',
        example: '30min',
        aliases: ['min_time', 'mintime', 'minimum_time'],
      },
      total: {
        type: 'duration',
        required: true,
        doc: 'Walltime of all attempts of a run together; waiting in the queue is free.',
        unit: 'seconds',
        example: '1d',
        aliases: ['total_time', 'budget', 'max_total'],
      },
      max_attempts: {
        type: 'count',
        doc: 'Attempts of a run, after which it stops.',
        unit: 'attempts',
        default: 'no limit but `total`',
        example: '20',
        least: 1,
        most: 100_000,
        whyLeast: 'a run is at least one attempt',
        whyMost: 'more is no limit',
        aliases: ['attempts', 'max_requeues', 'retries', 'max_restarts'],
      },
      continue: {
        type: 'choice',
        doc: 'How a run goes on: `requeue` the same job, or `resubmit` another.',
        default: 'requeue',
        example: 'requeue',
        choices: ['requeue', 'resubmit'],
        aliases: ['go_on', 'next'],
      },
      mem: {
        type: 'size',
        doc: 'Memory of a node that is asked for: --mem.',
        unit: 'bytes',
        default: "Slurm's",
        example: '8GiB',
        aliases: ['mem_per_node'],
        note: '`mem` is what the job asks Slurm for; what the application uses, for the estimate of a checkpoint, is `memory`',
      },
    },
  },
} as const satisfies Readonly<Record<string, BlockSpec>>;

export type BlockName = keyof typeof vocabulary;
/** The blocks of a workflow, in the order of the reference. */
export const BLOCKS = Object.keys(vocabulary) as readonly BlockName[];

/** The block that a clause stands in. */
export function clauseOwner(clause: ClauseName): BlockName {
  const owns = (name: BlockName) => (vocabulary[name] as BlockSpec).clauses?.includes(clause) === true;
  return BLOCKS.find(owns) as BlockName;
}

/** The block for further options of sbatch. */
export const SLURM = {
  owner: 'schedule',
  name: 'slurm',
  doc: 'Further options of sbatch, without their dashes.',
  example: 'slurm { licenses = "cfs" }',
  aliases: ['options', 'extra', 'sbatch', 'directives'],
} as const;

/** Variables: free names, any text as a value. */
export const SET = {
  owner: 'environment',
  name: 'set',
  doc: 'Variables exported to the application, values to the letter.',
  example: 'set { OMP_PROC_BIND = "close" }',
  aliases: ['export', 'env', 'variables', 'vars', 'setenv'],
  /** Prefixes of names that are somebody else's. */
  reserved: { CRFLOW_: 'crflow', DMTCP_: 'DMTCP', SLURM_: 'Slurm' },
} as const;

/** The blocks inside blocks. */
export const INNER = [SET, SLURM] as const;

/** The block that has such a key, or such a block inside it. */
export function ownerOf(key: string): BlockName | undefined {
  const inner = INNER.find(({ name }) => name === key);
  return inner !== undefined ? inner.owner : BLOCKS.find((name) => Object.hasOwn(vocabulary[name].keys, key));
}

/**
 * What {{name}} puts in beside params and lets: the key that holds it, and its default where there is one. Durations
 * in seconds, sizes in bytes.
 */
export const INSERTS = {
  threads: { block: 'application', type: 'Int', byDefault: 1 },
  memory: { block: 'application', type: 'Size' },
  interval: { block: 'checkpoint', type: 'Duration' },
  lead: { block: 'checkpoint', type: 'Duration' },
  signal: { block: 'checkpoint', type: 'String', byDefault: 'USR1' },
  keep: { block: 'checkpoint', type: 'Int', byDefault: 2 },
  time: { block: 'schedule', type: 'Duration' },
  time_min: { block: 'schedule', type: 'Duration' },
  total: { block: 'schedule', type: 'Duration' },
  mem: { block: 'schedule', type: 'Size' },
} as const satisfies Readonly<Record<string, InsertSpec>>;
export type InsertName = keyof typeof INSERTS;

interface InsertSpec {
  readonly block: BlockName;
  readonly type: 'Int' | 'Duration' | 'Size' | 'String';
  readonly byDefault?: number | string;
}
