/**
 * The long options of `sbatch` that a flow may use, from its manual pages for Slurm 20.11 to 25.05. `flag`
 * takes no value, `optional` may have one. Each site decides which of them it allows.
 */
export type OptionKind = 'value' | 'flag' | 'optional';

const VALUE = [
  'acctg-freq',
  'batch',
  'bb',
  'bbf',
  'begin',
  'cluster-constraint',
  'clusters',
  'comment',
  'container',
  'container-id',
  'core-spec',
  'cores-per-socket',
  'cpu-freq',
  'deadline',
  'delay-boot',
  'dependency',
  'distribution',
  'exclude',
  'extra',
  'extra-node-info',
  'gid',
  'gpu-bind',
  'gpu-freq',
  'gres',
  'gres-flags',
  'hint',
  'licenses',
  'mail-type',
  'mail-user',
  'mcs-label',
  'mem-bind',
  'mincpus',
  'network',
  'nodefile',
  'nodelist',
  'power',
  'prefer',
  'priority',
  'profile',
  'resv-ports',
  'segment',
  'sockets-per-node',
  'switches',
  'thread-spec',
  'threads-per-core',
  'tmp',
  'tres-bind',
  'tres-per-task',
  'uid',
  'wait-all-nodes',
  'wckey',
] as const;

const FLAG = [
  'contiguous',
  'hold',
  'ignore-pbs',
  'kill-on-invalid-dep',
  'overcommit',
  'oversubscribe',
  'reboot',
  'spread-job',
  'stepmgr',
  'use-min-nodes',
] as const;

const OPTIONAL = ['exclusive', 'nice', 'no-kill'] as const;

export const OPTIONS: ReadonlyMap<string, OptionKind> = new Map<string, OptionKind>([
  ...VALUE.map((name) => [name, 'value'] as const),
  ...FLAG.map((name) => [name, 'flag'] as const),
  ...OPTIONAL.map((name) => [name, 'optional'] as const),
]);

const ONE_PROCESS =
  'use `tasks`, `nodes` and `threads` in `application`, which also say how the ranks are started, and `array` for independent runs; DMTCP saves ranks on one node only';

/** What says more about the GPUs of `gpus` and `gpus_per_task`: only an engine that has these keys has it. */
export const OF_GPUS: ReadonlySet<string> = new Set(['gpu-bind', 'gpu-freq']);

/** Options with a key, options that crc sets, and options that a crflow job cannot have: what to say about them. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ...Object.entries({
    account: 'account',
    qos: 'qos',
    partition: 'partition',
    reservation: 'reservation',
    constraint: 'constraint',
    time: 'time',
    'time-min': 'time_min',
    mem: 'mem',
    array: 'array',
  }).map(([option, key]) => [option, `use the key \`${key}\` of \`schedule\``] as const),
  ['cpus-per-task', 'use `threads` in `application`'],
  ['chdir', 'use `workdir` in `application` for the folder that the program works in'],
  ['signal', 'use `signal` and `lead` in `checkpoint`'],
  ['requeue', 'it follows from `strategy` in `checkpoint`'],
  ['no-requeue', 'it follows from `strategy` in `checkpoint`'],
  ['job-name', "it is the workflow's name"],
  [
    'output',
    "it is NAME-JOB.log, for crflow's own lines; use `output` in `application` for what the program prints",
  ],
  ['error', 'errors go to the same file as the output'],
  ['input', 'the program has no input; redirect it in `run`'],
  ['open-mode', 'the log has to be appended to, because a requeue would otherwise empty it'],
  [
    'export',
    'the job needs the environment of the submission; use `environment { set { … } }` for variables',
  ],
  ['export-file', 'use `environment { set { … } }`'],
  ['get-user-env', 'use `environment { load = […] }`'],
  ['propagate', 'set limits of the shell with ulimit in `run`'],
  ['nodes', 'use `nodes` in `application`, with `engine = own` or `none`'],
  ['ntasks', 'use `tasks` in `application`, with `engine = own` or `none`'],
  ['ntasks-per-node', ONE_PROCESS],
  ['ntasks-per-core', ONE_PROCESS],
  ['ntasks-per-socket', ONE_PROCESS],
  ['ntasks-per-gpu', 'use `tasks` and `gpus_per_task` in `application`, with `engine = own` or `none`'],
  ['mem-per-cpu', 'Slurm accepts either this or --mem: use the key `mem` of `schedule`'],
  ['mem-per-gpu', 'Slurm accepts either this or --mem: use the key `mem` of `schedule`'],
  ['cpus-per-gpu', 'Slurm accepts either this or --cpus-per-task: use `threads` in `application`'],
  ...['gpus', 'gpus-per-node', 'gpus-per-socket'].map(
    (option) =>
      [
        option,
        'use `gpus`, for each node, or `gpus_per_task` in `application`, with `engine = own` or `none`',
      ] as const,
  ),
  ['gpus-per-task', 'use `gpus_per_task` in `application`, with `engine = own` or `none`'],
  ['wrap', 'use `run` in `application` for what to run'],
  ...['help', 'usage', 'version', 'test-only', 'parsable', 'quiet', 'verbose', 'wait'].map(
    (option) => [option, "it belongs on sbatch's command line, and is not a property of a job"] as const,
  ),
]);
