# Functions of its own, called like commands of Slurm and coreutils.
srun() { "$@"; }
timeout() { echo "late" >&2; }
srun ./solve
timeout 3h
