/** The container runtimes for which there is an emitter: targets/runtimes. */
export const RUNTIMES = ['shifter', 'podman-hpc', 'apptainer', 'podman', 'charliecloud'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

/** What saves and restores an application: targets/engines. */
export const ENGINES = ['dmtcp', 'own', 'mana', 'none'] as const;
export type EngineName = (typeof ENGINES)[number];

/** The programs whose own checkpoints crc knows: programs/. */
export const PROGRAMS = [
  'cp2k',
  'gromacs',
  'lammps',
  'namd',
  'openfoam',
  'pytorch',
  'quantum-espresso',
  'stop-file',
  'vasp',
] as const;

/** The signals that can ask a program to save. */
export const ASKING_SIGNALS = ['USR1', 'USR2', 'TERM', 'INT', 'HUP', 'QUIT', 'ALRM'] as const;

/** The distributions that an image can have, by how packages are installed. */
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

/** The signals that Slurm can send as a warning, without those that DMTCP (USR2) and the kernel (KILL, STOP) reserve. */
export const SIGNALS = ['USR1', 'TERM', 'INT', 'HUP', 'QUIT'] as const;
export type WarningSignal = (typeof SIGNALS)[number];

/** What starts each rank of a program, in front of its command; the job puts the file that the variable names into the run's folder. */
export const RANKS = 'srun "$CRFLOW_RANK" ';
/** The same where each rank gets a container. The file that this variable names does for its rank all that $CRFLOW_RANK's does. */
export const RANKS_INSIDE = 'srun "$IN_CONTAINER" ';

/** What starts all ranks of a program on one node under DMTCP, in front of its command: the job writes the file that the variable names. */
export const MPIEXEC = '"$CRFLOW_MPIEXEC" ';

/** Does a shell text start ranks under DMTCP? Where it does so. */
export const mpiexecIn = (text: string): RegExpExecArray | null =>
  /\$(?:CRFLOW_MPIEXEC\b|\{CRFLOW_MPIEXEC\b[^}]*\})/.exec(text);

/** Does a shell text use the command that starts a rank in the flow's container? */
export const usesContainer = (text: string): boolean => /\$(?:IN_CONTAINER\b|\{IN_CONTAINER[}:-])/.test(text);

/** How `srun` can tell ranks of each other: its --mpi. */
export const MPI_TYPES = ['pmi2', 'pmix', 'cray_shasta'] as const;
export type MpiType = (typeof MPI_TYPES)[number];

/** Commands that start the ranks of a parallel program, by name, without folders; with the MPI behind it, as Debian and vendors name them. */
export const LAUNCHERS =
  /^(?:srun|(?:mpirun|mpiexec)(?:[._-](?:openmpi|ompi|mpich2?|hydra|gforker|remshell|mpd|smpd|mvapich2?|lam|mpt|rsh|lsf))?|orterun|prterun|prun|aprun|jsrun|lrun|ibrun|ccc_mprun|charmrun|horovodrun|torchrun|deepspeed)$/;
/** Commands that start ranks with one of these words behind them. */
export const LAUNCHING: Readonly<Record<string, RegExp>> = {
  flux: /^(?:run|submit|bulksubmit|alloc|batch|mini)$/,
  accelerate: /^launch$/,
};
/** Modules of Python that start ranks: `python -m torch.distributed.run`. */
export const LAUNCHING_MODULES =
  /^(?:torch\.distributed\.(?:run|launch)|accelerate\.commands\.launch|deepspeed)$/;
/** Launchers of programs that find each other over the network, without MPI. */
export const OVER_NETWORK = /^(?:torchrun|horovodrun|deepspeed|accelerate|python)/;
/** Launchers of Open MPI, or what may be one. */
export const OPEN_MPI = /^(?:(?:mpirun|mpiexec)(?:[._-](?:openmpi|ompi))?|orterun|prterun|prun)$/;
/** Launchers of MPICH, by their names. */
export const MPICH = /^(?:mpirun|mpiexec)[._-](?:mpich2?|hydra)$/;
