# --- A run's folder: STATE/NAME/ID. Its attempts, its lease, its budget ---

# open_run [continue RUN | resume RUN [GENERATION] [--total TIME]]: finds or creates the run's folder, and starts an attempt in it.
open_run() {
  local verb=${1-} wanted=${2-} older_node=''
  run_id=$job_id${cluster:+.$cluster}
  locate_state || leave 70 "$wrong"
  if [[ -n $verb ]]; then
    # Not simply the newest run: a requeue repeats these arguments, and by then there may be a newer one.
    if ! is_run_id "$wanted" && newest_run; then run_id=$REPLY && leave 70 "$verb which run? the newest here is $run_id: $(how_to "$verb")"; fi
    find_run "$wanted" || leave 70 "there is no run '$wanted' in $state"
    run_id=$REPLY
    is_its_task || leave 70 "run $run_id does not belong to this job: $(how_to resume)"
    if [[ $verb == resume ]]; then refuse_active_run "$state/$run_id/lease"; fi
  elif [[ -d $state/$run_id && $restarts == 0 ]]; then
    leave 70 "$state/$run_id exists already, from another job with this id: move it away, or resume it"
  elif state_is_gone; then
    leave 70 "the folder of this run, $state/$run_id, is gone, and the program is not started anew onto its old output. If it comes back (a file system that is not mounted): $(how_to resume)"
  fi
  (umask 077 && mkdir -p "$state/$run_id/attempts" "$state/$run_id/generations") ||
    leave 70 "cannot make the run's folder $state/$run_id"
  run=$state/$run_id
  guard_folders || leave 70 "$wrong"
  [[ -e $run/format ]] || write_file "$run/format" "$format"
  [[ $(<"$run/format") == "$format" ]] || leave 70 "$run was written by another version of crflow (format $(<"$run/format"), not $format)"

  charge_work_of_killed
  spent_before=$(spent_so_far)
  attempt=$(newest_number "$run/attempts")
  until mkdir "$run/attempts/$((++attempt))" 2>/dev/null; do
    [[ -d $run/attempts/$attempt ]] || leave 70 "cannot write to $run"
  done
  attempt_dir=$run/attempts/$attempt
  keep_script || leave 70 "cannot write $script"
  read_clock
  started=$now last_beat=0 last_shown=0
  [[ -r $run/lease ]] && read -r _ _ older_node _ <"$run/lease"
  write_lease || leave 70 "cannot write to $run"
  readlink "/proc/$$/fd/1" >"$attempt_dir/log" # for `status`
  if [[ $verb == resume ]]; then resume_as_told "${@:3}"; fi
  read_total
  make_tmp || leave_node 70 "cannot make a temporary folder in ${TMPDIR:-/tmp}"
  fix_paths
  fixed_interval
  journal started job "$job_id" node "$node" spent# "$spent_before" script "${script##*/}" overridden "$(overrides)" \
    engine "$engine" lead# "$CRFLOW_LEAD" total# "$CRFLOW_TOTAL" ${REPLY:+interval# "$REPLY"}
  say "run $run_id of $name, attempt $attempt; its output goes to $output"
  REPLY=$(overrides)
  if [[ -n $REPLY ]]; then say "settings from the environment: $REPLY"; fi
  await_older_attempt "$older_node"
  end_older_computations # in case one was on this node and has outlived its job
  discard_leftovers
}

# Sets REPLY to the interval, if it is one number for the whole attempt: with `auto` it follows from what each checkpoint cost.
fixed_interval() {
  REPLY=''
  if [[ -n ${engine_numbers[0]-} && -z ${CRFLOW_MTBF-} ]]; then REPLY=$CRFLOW_INTERVAL; fi
}

# The settings that came from the environment.
overrides() {
  local setting changed=''
  for setting in $overridden; do
    if [[ " ${numbers[*]} TICK " == *" ${setting#CRFLOW_} "* ]]; then changed+="${changed:+ }$setting=${!setting}"; fi
  done
  printf '%s' "$changed"
}

# A run of an array belongs to the task with its index: submitting a script with an array again for one run starts
# all tasks, and each would take the run for its own.
is_its_task() {
  local task='' index=''
  [[ ${run_id%%.*} == *_* ]] && task=${run_id%%.*} task=${task#*_}
  [[ $job_id == *_* ]] && index=${job_id#*_}
  [[ $task == "$index" ]]
}

# Sets REPLY to the run of this flow that was active last.
newest_run() {
  local entry newest=''
  for entry in "$state"/*/lease; do
    [[ -e $entry ]] && [[ -z $newest || $entry -nt $newest/lease ]] && newest=${entry%/lease}
  done
  REPLY=${newest##*/}
  [[ -n $REPLY ]]
}

# refuse_active_run LEASE: a run that another job continues needs no resuming, and would lose what that job has done.
refuse_active_run() {
  local holder='' holder_cluster='' holder_job='' job_state
  read -r _ holder _ holder_cluster holder_job 2>/dev/null <"$1"
  if [[ -z $holder || "$holder $holder_cluster" == "$job_id ${cluster:--}" ]]; then return; fi
  if [[ $holder_cluster != "${cluster:--}" ]]; then
    has_left "${1%/lease}" || leave 70 "job $holder of cluster $holder_cluster continues this run, as far as $cluster can see; on $holder_cluster, use status and scancel"
    return
  fi
  job_state=$(queue_state)
  if [[ $job_state == COMPLETING ]]; then
    say "job $holder, which had this run, is just ending; waiting for it, because its processes may still write"
    wait_until "$CRFLOW_START_LIMIT" has_completed || :
  fi
  case $job_state in
    '' | UNKNOWN) ;;
    COMPLETING) leave 70 "job $holder, which had this run, is still COMPLETING, and its processes may still write: once squeue no longer lists it, $(how_to resume)" ;;
    *) leave 70 "job $holder continues this run ($job_state): nothing to resume" ;;
  esac
}

# Does not ask Slurm each second.
has_completed() {
  for _ in {1..5}; do pause; done
  job_state=$(queue_state)
  [[ $job_state != COMPLETING ]]
}

# has_left RUN: its newest attempt has ended properly, and no other was to follow.
has_left() {
  local status=''
  read -r status _ 2>/dev/null <"$1/attempts/$(newest_number "$1/attempts")/left"
  [[ -n $status && $status != 75 ]]
}

# resume_as_told [GENERATION] [--total TIME]: does it only once, because a requeue repeats these arguments.
resume_as_told() {
  local generation='' total='' resumed_by=''
  [[ -r $run/resumed ]] && read -r _ resumed_by <"$run/resumed"
  [[ $resumed_by != "$job_id" ]] || return 0
  while (($#)); do
    case $1 in
      --total) total=${2-} && shift ;;
      --total=*) total=${1#*=} ;;
      *) generation=$1 ;;
    esac
    shift || leave 70 '--total needs a time, as in --total +2h'
  done
  if [[ -n $total ]]; then change_total "$total"; fi
  if [[ -n $generation ]]; then go_back_to "$generation"; fi
  rm -f "$run/stop"
  write_file "$run/resumed" "$attempt $job_id"
}

# The total that the user has set in the meantime.
read_total() {
  read_count "$run/total"
  ((REPLY == 0)) || CRFLOW_TOTAL=$REPLY
}

# change_total +2h | 6h: changes the run's total from now on, by an amount or to a new value.
change_total() {
  local old by=''
  local -A seconds=([s]=1 [min]=60 [h]=3600 [d]=86400)
  read_total
  old=$CRFLOW_TOTAL
  [[ $1 =~ ^(\+?)([1-9][0-9]{0,8})(s|min|h|d)$ ]] || leave 70 "--total takes a time with its unit, as in +2h or 1d, not '$1'"
  if [[ -r $run/total ]]; then read -r _ by <"$run/total"; fi
  [[ $by != "$job_id" ]] || return 0
  CRFLOW_TOTAL=$((BASH_REMATCH[2] * ${seconds[${BASH_REMATCH[3]}]}))
  if [[ ${BASH_REMATCH[1]} == + ]]; then
    ((spent_before > old)) && old=$spent_before
    ((CRFLOW_TOTAL += old))
  fi
  write_file "$run/total" "$CRFLOW_TOTAL $job_id"
  say "total is now $(hms "$CRFLOW_TOTAL")"
}

# go_back_to GENERATION: later generations no longer count. They are removed with the next seal.
go_back_to() {
  local later there
  if ! is_count "$1" || ! is_whole "$run/generations/$1"; then
    there=$(cd "$run/generations" && printf '%s ' [0-9]*)
    if [[ $there == '[0-9]* ' ]]; then
      there=none
      if status_is_recorded; then there='none, because the run is done'; fi
    fi
    leave 70 "generation '$1' does not exist, or is not intact; there are: ${there% }"
  fi
  for ((later = $(newest_generation); later > $1; later--)); do
    [[ -d $run/generations/$later ]] || continue
    rm -rf "$run/generations/$later.set-aside"
    mv "$run/generations/$later" "$run/generations/$later.set-aside" || leave 70 "cannot set generation $later aside"
    journal set_aside generation# "$later"
  done
  # A recorded end is final unless the user names the generation to go back to: the program may have been killed.
  rm -f "$run/started-by"
  if status_is_recorded; then mv "$run/status" "$run/status.set-aside"; fi
}

# await_older_attempt NODE: an attempt on another node that did not record its end may still be running there, cut off from the
# network. Without the lease it ends itself within two heartbeats; until then, both would write to the same output.
await_older_attempt() {
  local word=$run/attempts/$((attempt - 1))/left
  [[ -n $1 && $1 != "$node" && ! -e $word ]] || return 0
  say "the attempt before this one, on $1, did not record its end; waiting $((2 * CRFLOW_HEARTBEAT)) s for it to stop"
  wait_until $((2 * CRFLOW_HEARTBEAT)) test -e "$word"
}

# JOB or ARRAY_TASK, and the cluster, because clusters that share a file system may use the same job numbers.
is_run_id() { [[ $1 =~ ^[0-9]+(_[0-9]+)?(\.[A-Za-z0-9_-]+)?$ ]]; }

# find_run WORD: sets REPLY to the run with that id. Without a cluster's name, it is this cluster's run, or the only one.
find_run() {
  local entry found=()
  is_run_id "$1" || return
  REPLY=$1
  [[ ! -d $state/$REPLY ]] || return 0
  REPLY=$1.$(this_cluster)
  [[ ! -d $state/$REPLY ]] || return 0
  for entry in "$state/$1".*; do
    if [[ -d $entry ]]; then found+=("${entry##*/}"); fi
  done
  REPLY=${found[0]-}
  ((${#found[@]} == 1))
}

# Sets state, the folder of this flow's runs; if it cannot, sets `wrong` to the reason.
locate_state() {
  home=$(submission_folder)
  are_set ${state_variables[@]+"${state_variables[@]}"} || return
  state_path
  [[ $state_root == /* ]] || state_root=$home/$state_root
  own_place "$state_root" shared
  state_root=$REPLY
  own_place "$state_root/$name"
  state=$REPLY
}

# are_set NAME...: sets `wrong` to the first variable of a path that is not set.
are_set() {
  local variable
  for variable; do
    wrong="\$$variable is used in a path of $name, but is not set, or empty"
    [[ -n ${!variable-} ]] || return
  done
}

# The first attempt fixes the paths, because a restored program knows no others.
fix_paths() {
  if [[ ! -e $run/paths ]]; then
    are_set ${work_variables[@]+"${work_variables[@]}"} || leave 70 "$wrong"
    work_paths
    [[ $workdir == /* ]] || workdir=$home${workdir:+/$workdir}
    [[ -n $output ]] || output=$name-$run_id.out
    [[ $output == /* ]] || output=$workdir/$output
    [[ $run$workdir$output != *$'\n'* ]] || leave 70 'the path of the state, work or output folder contains a line end'
    write_file "$run/paths" "$workdir"$'\n'"$output"
  fi
  { IFS= read -r workdir && IFS= read -r output; } <"$run/paths"
}

# Reasons to end an attempt before it begins.
leave_unless_due() {
  if status_is_recorded; then
    outcome='done'
    leave "$recorded_status" "the application had ended with status $recorded_status in an earlier attempt"
  fi
  [[ ! -e $run/stop ]] || leave 71 'stopped on request'
  ((spent_before < CRFLOW_TOTAL)) ||
    leave 72 "the run has used $(hms "$spent_before") of its total of $(hms "$CRFLOW_TOTAL")"
  attempts_left 0 || leave 72 "the run has used its $CRFLOW_ATTEMPTS attempts"
  count_idle_attempts
  ((idle < CRFLOW_PATIENCE)) || leave 73 "no new generation in $(counted "$idle" attempt) that had the time for one; see the log of each for the reason"
  ((cut_short == 0)) || say "not counted as a lack of progress: $(counted "$cut_short" attempt) that ended before a first checkpoint could be sealed"
  # Nothing is requeued for ever.
  ((idle + cut_short < 10 * CRFLOW_PATIENCE)) || leave 73 "no new generation in $((idle + cut_short)) attempts, most of which ended too early for one"
}

# Among the attempts since the last progress, sets idle to the number that could have sealed a generation, and cut_short to the
# number that were preempted or killed before they could.
count_idle_attempts() {
  local number seconds
  idle=0 cut_short=0
  for ((number = $(attempt_of_progress) + 1; number < attempt; number++)); do
    read_count "$run/attempts/$number/seconds"
    seconds=$REPLY
    read_count "$run/attempts/$number/due"
    if [[ -e $run/attempts/$number/due ]] && ((seconds >= REPLY)); then idle=$((idle + 1)); else cut_short=$((cut_short + 1)); fi
  done
}

# The last attempt that sealed a generation, or, if it is later, the one before the last that the user started.
attempt_of_progress() {
  local since resumed
  since=$(newest_fact attempt) resumed=$(attempt_of_owner)
  read_count "$run/progressed" # for an engine without generations
  if ((REPLY > since)); then since=$REPLY; fi
  if ((resumed - 1 > since)); then since=$((resumed - 1)); fi
  printf '%s' "$since"
}

# The last attempt that the user started: the first, or one with `resume`.
attempt_of_owner() {
  read_count "$run/resumed"
  printf '%s' $((REPLY ? REPLY : 1))
}

# attempts_left N: may the run have another attempt, N after this one?
attempts_left() { [[ -z ${CRFLOW_ATTEMPTS-} ]] || ((attempt + $1 - $(attempt_of_owner) < CRFLOW_ATTEMPTS)); }

status_is_recorded() {
  [[ -r $run/status ]] && read -r recorded_status <"$run/status" && [[ $recorded_status =~ ^(0|[1-9][0-9]{0,2})$ ]]
}

# The newest attempt holds the lease. If the file cannot be read for a moment, that does not mean that the lease is lost.
holds_lease() {
  local holder
  read -r holder _ 2>/dev/null <"$run/lease" || return 0
  [[ $holder == "$attempt" ]]
}

write_lease() { write_file "$run/lease" "$attempt $job_id $node ${cluster:--} $job_number"; }

# The largest numeric name in a folder; 0 if there is none.
newest_number() {
  local entry newest=0
  for entry in "$1"/*; do
    entry=${entry##*/}
    is_count "$entry" && ((entry > newest)) && newest=$entry
  done
  printf '%s' "$newest"
}
