/** The container runtimes that there is an emitter for: targets/runtimes. */
export const RUNTIMES = ['shifter', 'podman-hpc', 'apptainer', 'podman', 'charliecloud'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

/** What saves and restores an application: targets/engines. */
export const ENGINES = ['dmtcp', 'own', 'none'] as const;
export type EngineName = (typeof ENGINES)[number];

/** The signals that a program may be asked by to save. */
export const ASKING_SIGNALS = ['USR1', 'USR2', 'TERM', 'INT', 'HUP', 'QUIT', 'ALRM'] as const;

/** How packages are installed: the distribution that an image is made of. */
export const DISTRIBUTIONS = [
  'debian',
  'ubuntu',
  'rocky',
  'alma',
  'centos',
  'ubi',
  'fedora',
  'sles',
  'opensuse',
] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** The signals that Slurm can send as a warning, and that neither DMTCP (USR2) nor the kernel (KILL, STOP) keeps for itself. */
export const SIGNALS = ['USR1', 'TERM', 'INT', 'HUP', 'QUIT'] as const;
export type WarningSignal = (typeof SIGNALS)[number];

/** Commands that start the ranks of a parallel program, by their names without folders. */
export const LAUNCHERS = /^(?:srun|mpirun|mpiexec(?:\.hydra)?|orterun|prterun|aprun|jsrun)$/;
