# --- A run's folder: STATE/NAME/ID. Its attempts, its lease, its budget ---

# open_run [resume|continue RUN]: finds or makes the folder of this run and opens a new attempt in it.
open_run() {
  local verb=${1-} wanted=${2-} older_node=''
  slurm_id=$SLURM_JOB_ID
  [[ -n ${SLURM_ARRAY_TASK_ID-} ]] && slurm_id=${SLURM_ARRAY_JOB_ID-}_$SLURM_ARRAY_TASK_ID
  run_id=$slurm_id
  locate_state || leave 70 "$wrong"
  if [[ -n $verb ]]; then
    run_id=$wanted
    if ! is_run_id "$run_id" || [[ ! -d $state/$run_id ]]; then leave 70 "there is no run '$wanted' in $state"; fi
  elif [[ -d $state/$run_id && ${SLURM_RESTART_COUNT:-0} == 0 ]]; then
    leave 70 "$state/$run_id is there already, of another job with this id: move it away, or resume it"
  fi
  (umask 077 && mkdir -p "$state/$run_id/attempts" "$state/$run_id/generations") ||
    leave 70 "cannot make the run's folder $state/$run_id"
  run=$state/$run_id
  [[ -e $run/format ]] || write_file "$run/format" "$format"
  [[ $(<"$run/format") == "$format" ]] || leave 70 "$run was written by another version of crflow (format $(<"$run/format"), not $format)"

  script=$run/job-$(cksum <"$0" | tr ' ' -).sbatch # never overwritten: a restored shell may still be reading it
  [[ -e $script ]] || { cp "$0" "$script.tmp" && mv -f "$script.tmp" "$script"; } || leave 70 "cannot write $script"

  spent_before=$(spent_so_far)
  attempt=$(newest_number "$run/attempts")
  until mkdir "$run/attempts/$((++attempt))" 2>/dev/null; do
    [[ -d $run/attempts/$attempt ]] || leave 70 "cannot write to $run"
  done
  attempt_dir=$run/attempts/$attempt
  read_clock
  started=$now last_beat=0
  [[ -r $run/lease ]] && read -r _ _ older_node <"$run/lease"
  node=${SLURMD_NODENAME:-${HOSTNAME-}}
  lease="$attempt $slurm_id $node"
  write_file "$run/lease" "$lease" || leave 70 "cannot write to $run"
  if [[ $verb == resume && ${SLURM_RESTART_COUNT:-0} == 0 ]]; then # by the owner, who may know better
    write_file "$run/resumed" "$attempt"
    rm -f "$run/stop"
  fi
  find_tmp
  settle_paths
  end_time=$(slurm_end_time)
  journal started job "$slurm_id" node "$node" spent# "$spent_before" script "${script##*/}"
  say "run $run_id of $name, attempt $attempt; its output goes to $output"
  await_older_attempt "$older_node"
  end_older_computations                                             # if one was on this node and outlived its job
  rm -f "$run"/attempts/*/live/*.dmtcp "$run"/attempts/*/live/*.temp # checkpoints that were never sealed
}

# await_older_attempt NODE: an attempt on another node that left no word may still run there, if the node is only
# cut off. Without the lease it ends itself within two heartbeats; until then two would write the same output.
await_older_attempt() {
  [[ -n $1 && $1 != "$node" ]] && ! older_attempt_has_left || return 0
  say "the attempt before this one, on $1, left no word; giving it $((2 * CRFLOW_HEARTBEAT)) s to end itself"
  wait_until $((2 * CRFLOW_HEARTBEAT)) older_attempt_has_left
}

older_attempt_has_left() { [[ -e $run/attempts/$((attempt - 1))/left ]]; }

is_run_id() { [[ $1 =~ ^[0-9]+(_[0-9]+)?$ ]]; }

# Sets state, the folder of this flow's runs; or says in `wrong` why there is none.
locate_state() {
  home=${SLURM_SUBMIT_DIR:-$PWD}
  are_set ${state_variables[@]+"${state_variables[@]}"} || return
  state_path
  [[ $state_root == /* ]] || state_root=$home/$state_root
  state=$state_root/$name
}

# are_set NAME...: says in `wrong` which variable of a path is not there.
are_set() {
  local variable
  for variable; do
    wrong="\$$variable is used in a path of $name, but is not set, or empty"
    [[ -n ${!variable-} ]] || return
  done
}

# Paths are settled once, at the first attempt: a restored program knows no others.
settle_paths() {
  if [[ ! -e $run/paths ]]; then
    are_set ${work_variables[@]+"${work_variables[@]}"} || leave 70 "$wrong"
    work_paths
    [[ $workdir == /* ]] || workdir=$home${workdir:+/$workdir}
    [[ -n $output ]] || output=$name-$run_id.out
    [[ $output == /* ]] || output=$workdir/$output
    [[ $run$workdir$output != *$'\n'* ]] || leave 70 'the path of the state, work or output folder holds a line end'
    write_file "$run/paths" "$workdir"$'\n'"$output"
  fi
  { IFS= read -r workdir && IFS= read -r output; } <"$run/paths"
}

# What may end an attempt before it begins.
leave_if_settled() {
  local since
  if finished; then
    outcome='done'
    leave "$recorded_status" "the application had ended with status $recorded_status in an earlier attempt"
  fi
  [[ ! -e $run/stop ]] || leave 71 'stopped on request'
  ((spent_before < CRFLOW_TOTAL)) ||
    leave 72 "the run has used $(hms "$spent_before") of its total of $(hms "$CRFLOW_TOTAL")"
  since=$(attempt_of_progress)
  ((attempt - since <= CRFLOW_PATIENCE)) ||
    leave 73 "no new generation in $((attempt - since - 1)) attempts; see the log of each for the reason"
}

# The last attempt that sealed a generation, or the one before that which the owner started by hand.
attempt_of_progress() {
  local since resumed=1
  since=$(newest_fact attempt)
  [[ -r $run/resumed ]] && read -r resumed <"$run/resumed"
  if ((resumed - 1 > since)); then since=$((resumed - 1)); fi
  printf '%s' "$since"
}

finished() {
  [[ -r $run/status ]] && read -r recorded_status <"$run/status" && [[ -n $recorded_status ]]
}

# heartbeat [now]: charges the time used by this attempt, so that a kill costs seconds of the account. True
# where it did, which is also when the lease is looked at.
heartbeat() {
  read_clock
  spent=$((spent_before + now - started))
  if ((now - last_beat < CRFLOW_HEARTBEAT)) && [[ -z ${1-} ]]; then return 1; fi
  last_beat=$now
  write_file "$attempt_dir/seconds" $((now - started))
}

# Seconds of walltime charged to all attempts so far.
spent_so_far() {
  local file seconds sum=0
  for file in "$run"/attempts/*/seconds; do
    [[ -r $file ]] && read -r seconds <"$file" && is_count "$seconds" && sum=$((sum + seconds))
  done
  printf '%s' "$sum"
}

# The lease is the newest attempt's. A file that cannot be read for a moment is not a lost lease.
holds_lease() {
  local holder
  read -r holder 2>/dev/null <"$run/lease" || return 0
  [[ $holder == "$lease" ]]
}

# The largest number among the names in a folder; 0 where there is none.
newest_number() {
  local entry newest=0
  for entry in "$1"/*; do
    entry=${entry##*/}
    is_count "$entry" && ((entry > newest)) && newest=$entry
  done
  printf '%s' "$newest"
}
