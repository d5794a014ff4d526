# --- Slurm: the steps that the application starts ---

# starts_ranks PROCESS: is it the command that starts the ranks, and ends them when it is told to end?
starts_ranks() { [[ $(name_of "$1") == srun ]]; }

# is_step_daemon PROCESS: it is in the session of its ranks. In a job of root's, it could be ended, and Slurm would never learn that the step
# is over.
is_step_daemon() { [[ $(name_of "$1") == slurmstepd ]]; }

# is_rank PROCESS: has the daemon of a step started it?
is_rank() {
  local stat
  read_stat "$1" && is_step_daemon "${stat[1]}"
}

# step_variables: what that command needs in its environment. Before Slurm 23.11, steps do not get the job's --cpus-per-task.
step_variables() {
  if [[ -n ${SLURM_CPUS_PER_TASK-} ]]; then printf '%s\0' "SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK"; fi
  if [[ -n ${mpi-} ]]; then printf '%s\0' "SLURM_MPI_TYPE=$mpi"; fi
}

# tells_of_lost_rank: is there such a line in the text that is read, as "srun: error: n1: task 0: Killed"? One that ends by itself "Exited".
tells_of_lost_rank() { grep -aqE '^srun: error: .*: tasks? [0-9,-]+: [^E]'; }

# signal_steps SIGNAL: sends it to the ranks of all steps of this job except the job's own.
signal_steps() {
  local id step_name told=1
  while read -r id step_name; do
    id=${id##*.} # in an array, ARRAY_TASK.STEP
    if is_count "$id" && [[ $step_name != crflow-listens ]]; then
      timeout -k 5 "$CRFLOW_SLURM_LIMIT" scancel --signal="$1" "$SLURM_JOB_ID.$id" >/dev/null 2>&1 && told=0
    fi
  done < <(timeout -k 5 "$CRFLOW_SLURM_LIMIT" squeue --steps --noheader --jobs="$SLURM_JOB_ID" --format='%i %j' 2>/dev/null)
  return "$told"
}
