import type { BlockSpec } from './spec.ts';

export const application = {
  required: true,
  doc: 'What to run.',
  example: 'application { run = "./solve" }',
  aliases: ['app', 'job', 'program', 'command'],
  keys: {
    run: {
      type: 'shell',
      required: true,
      doc: "The application's bash script, run with `set -eo pipefail` in `workdir`; its status becomes the job's.",
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
      doc: 'Where the output of `run` goes; a restore rolls it back with the program.',
      default: 'NAME-RUN.out in `workdir`',
      example: '"water.out"',
      aliases: ['stdout', 'log', 'out', 'logfile'],
    },
    threads: {
      type: 'count',
      doc: 'Threads of the application: --cpus-per-task of the job, and OMP_NUM_THREADS unless `set` or `pass` names that.',
      unit: 'threads',
      byDefault: 1,
      example: '8',
      least: 1,
      most: 65_533,
      whyLeast: 'an application has at least one thread',
      whyMost: 'Slurm keeps --cpus-per-task in 16 bits',
      aliases: ['cpus', 'cores', 'ncpus', 'cpus_per_task', 'omp_num_threads', 'nthreads', 'procs'],
    },
    memory: {
      type: 'size',
      doc: "The program's peak memory use, which is the size of a checkpoint. Not --mem.",
      unit: 'bytes',
      default: 'unknown: no estimates',
      example: '4GiB',
      aliases: ['ram', 'rss', 'resident'],
      note: '`memory` is what the application uses, for the estimate of a checkpoint; what the job asks Slurm for is `mem`',
    },
    mpi: {
      type: 'choice',
      doc: '`singleton`: the program is linked with MPI, but runs as one process.',
      byDefault: 'no',
      example: 'singleton',
      choices: ['no', 'singleton'],
      aliases: ['ranks', 'mpi_ranks'],
    },
    alive: {
      type: 'duration',
      doc: 'If `output` does not grow for this long, the program is taken to hang: it is ended and restored.',
      unit: 'seconds',
      default: 'not watched',
      example: '30min',
      aliases: ['watchdog', 'heartbeat', 'hang', 'hang_timeout', 'idle'],
    },
  },
} as const satisfies BlockSpec;

export const environment = {
  doc: 'Modules and variables for the application.',
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
      doc: 'Variables of the submission that a container gets; `OMP_*` means all that begin with `OMP_`.',
      default: "only `SLURM_*` and crflow's",
      example: '["CASE", "OMP_*"]',
      aliases: ['passenv', 'forward', 'inherit', 'export'],
    },
  },
} as const satisfies BlockSpec;
