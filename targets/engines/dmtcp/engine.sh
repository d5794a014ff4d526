# --- DMTCP saves and restores, from outside: a whole process tree on one node ---

readonly engine=dmtcp most_losses=2
# Bytes; no process takes less (measured, DMTCP 4.1.1).
readonly least_checkpoint=$((28 * 1048576))
: "${CRFLOW_SUSPECT:=30}" # how many seconds after a checkpoint or a restore DMTCP may have caused a status other than 0; 0: never
engine_numbers=(INTERVAL PROVE SUSPECT ${CRFLOW_MTBF:+MTBF})

open_engine() {
  local entry
  coordinator='' first='' looked_for_peers='' unfit=0 disturbing='' shell='' words_shown='' explained='' quietly='' linked_with_mpi=''
  for entry in ${set_variables[@]+"${set_variables[@]}"}; do
    if [[ $entry == DMTCP_* ]]; then export "${entry?}"; fi # the only variables of the flow that affect this half
  done
  unset DMTCP_COORD_HOST DMTCP_COORD_PORT DMTCP_CHECKPOINT_DIR DMTCP_CHECKPOINT_INTERVAL
  export DMTCP_TMPDIR=$tmp # dmtcp_command has no option for it
  marked=/$mark.$attempt   # the end of its path, because TMPDIR may lead there through a link
  starting=$tmp.starting   # the empty input of DMTCP's commands, by which they are found until they have a file in tmp
  : >"$starting"
  check_place dmtcp_coordinator dmtcp_launch dmtcp_restart dmtcp_command timeout find grep cksum df awk xargs
  check_dmtcp
  # /proc shows paths without links.
  workdir_real=$(cd "$workdir" && pwd -P) run_real=$(cd "$run" && pwd -P)
  machine=$(describe_machine)
}

# `dmtcp_command -kc` came with 3.0; 5.0 loses its coordinator at the first checkpoint (measured on Linux 6.18).
check_dmtcp() {
  local version
  version=$(dmtcp_version)
  case $version in
    [34].*) ;;
    [0-9]*.*) conclude missing "this is DMTCP $version, and only 3 and 4 are known to work" ;;
    *) conclude missing "dmtcp_launch --version does not print a version: '$version'" ;;
  esac
}

computation_lives() { coordinator_lives; }

# Only after its end are an application's files as they were at the checkpoint.
must_end() { keeps_files; }

keeps_files() { [[ -n ${protect[0]-} ]]; }

# Ends every process of this attempt's computation on this node, and removes the checkpoint that it was writing.
end_computation() {
  if [[ -n ${coordinator-} ]]; then kill -9 "${coordinator%:*}" 2>/dev/null; fi
  end_all processes_of "/$mark.$attempt.starting"
  end_all processes_of "/$mark.$attempt/"
  rm -rf "$tmp" "$tmp.starting"
  rm -f "$attempt_dir"/live/*.dmtcp "$attempt_dir"/live/*.temp # a checkpoint that was not sealed never will be
}

# Sets REPLY to the shell that records the status: it keeps this file open, also after a restore. Once, because it is on shared storage.
find_first() {
  local pid
  if [[ -z $first ]] || ! lives "$first"; then
    first=''
    for pid in "${!born[@]}"; do
      if [[ -f /proc/$pid/fd/3 && /proc/$pid/fd/3 -ef $run/shell ]]; then
        know_process "$pid"
        first=$REPLY
        break
      fi
    done
  fi
  REPLY=${first%:*}
}

processes_of_run() { processes_of "/$mark."; }

# processes_of PART: the processes that have a file open with PART in its path, some more than once. In a container with another root,
# the path is only the end of what this host sees. Restored processes are orphans, without their name and their environment, but
# each keeps a file in its DMTCP_TMPDIR open.
processes_of() {
  # Escaped, because find would take these four characters for a pattern.
  local part=${1//\\/\\\\}
  part=${part//\*/\\*} part=${part//\?/\\?} part=${part//\[/\\[}
  own_processes
  local places=("${own_pids[@]/#//proc/}")
  find "${places[@]/%//fd}" -lname "*$part*" -printf '%H\n' 2>/dev/null | tr -cd '0-9\n'
}

# Adds variables to entries, which hold those of the submission and of the flow. What the flow sets is left alone.
add_variables() {
  local variable
  # hwloc, which GROMACS and MPI use, would open devices that DMTCP cannot restore: the program would die at its launch.
  has HWLOC_COMPONENTS ${entries[@]+"${entries[@]}"} || entries+=('HWLOC_COMPONENTS=-linuxio,-gl,-opencl,-pci')
  # A restored program keeps the TMPDIR that it began with, so it must exist in each job, on each node.
  if ! sets TMPDIR && (umask 077 && mkdir -p "$run/tmp"); then entries+=("TMPDIR=$run/tmp"); fi
  # Every program that is started needs these to find DMTCP.
  for variable in ${!DMTCP_*} ${!JALIB_*}; do entries+=("$variable=${!variable}"); done
}
