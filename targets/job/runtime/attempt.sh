# --- An attempt, and its computation ---

# The life of one attempt, on the host, where Slurm is.
attempt() {
  catch_signals # first of all, because a warning can come two seconds after the start
  check_settings || leave 70 "$wrong"
  identify         # which job this is, of which array and cluster
  open_run "$@"    # its folder, its number, its lease
  leave_unless_due # done before, out of time, no progress
  prepare_host     # modules, tools, room for checkpoints
  open_pipes
  listen_for_preemption
  starts=0 absences=0 beginnings=0 losses=0 lost_at='' falls=0 fallen_from=''
  while :; do
    start_inner_half
    watch_inner_half
    case $outcome in
      'done') leave "$recorded_status" "the application ended with status $recorded_status" ;;
      saved | unsaved) break ;;
      again) ;; # checkpointed, and to be restored at once
      unrestored) may_fall_back || leave_lost 'no sealed generation can be restored' ;;
      anew) ((++beginnings < 5)) || leave_lost 'it was started five times, and none of its work could be saved' ;;
      stopped) time_is_left_here || break ;;
      idle) leave 73 "$why" ;;
      absent) may_start_again || leave_node 70 "$why" ;;
      missing) leave_node 70 "$why" ;;
      unfit) leave 78 "$why" ;;
      stale) leave 79 "$why" ;;
      lost) may_restore_again || leave_lost "$lost_for_good" ;;
      *) leave_lost 'no sealed generation can be restored; the journal says why' ;;
    esac
  done
  if [[ $outcome == unsaved ]]; then say "not saved: what was done since $(last_save)"; fi
  case $reason in
    limit | preemption | unclear) requeue_or_resubmit ;;
    requeued) leave 75 'Slurm has requeued this job; its next attempt continues from here' ;;
    budget) leave 72 "the run has used its total of $(hms "$CRFLOW_TOTAL")" ;;
    cancelled) leave 77 'the job was cancelled' ;;
    superseded) leave 76 'a newer attempt has taken over this run' ;;
    *) leave 71 'stopped on request' ;;
  esac
}

# The life of one computation, where its engine is: beside attempt(), or in a container.
inner_half() {
  open_inner_half "$@"
  prepare || fail absent "${why_not-}"
  holds_lease || conclude lost 'a newer attempt has taken over this run' # it started before this attempt had processes to end
  why_not=''
  if ! ever_sealed; then
    launch || fail lost "the application did not start${why_not:+: $why_not}"
  elif newest_good_generation; then
    restore || conclude unrestored "generation $generation could not be restored"
  else
    conclude hopeless 'no sealed generation is intact'
  fi
  schedule_checkpoint
  keep_out_of_step
  note_when_due
  while computation_lives; do
    measure_on_time
    if over; then
      break
    elif requested; then
      if [[ $request == finish* ]]; then last_checkpoint; fi
      regular_checkpoint
      request=''
    elif [[ -n ${CRFLOW_ALIVE-} ]] && hangs; then
      conclude lost "no sign of life for $(hms "$CRFLOW_ALIVE"): its output does not grow"
    elif ((SECONDS >= next_checkpoint)); then
      checkpoint_on_time
    elif outer_half_is_gone; then
      lost_outer_half
    fi
    await_word
  done
  if has_ended; then conclude_end; fi
  last_words
  conclude lost 'the application went away without a status'
}

# The shell around the application. With DMTCP, it is part of the computation and is restored with it. Input and output
# are opened here, inside, so that a restore rolls them back as well. dmtcp_launch and dmtcp_restart
# do not report a program's status correctly, so the last file gets it here. Once the application runs, this shell starts
# no process, because DMTCP 4.1 kills a process that forks just after a checkpoint.
application() {
  local run=$1 workdir=$2 output=$3 ending=$4 status entries entry session=()
  exec >>"$output" 2>&1 </dev/null 3>"$run/shell"
  cd "$workdir" || exit
  printf '%s\n' "$$" >&3
  exec 2>/dev/null # this shell's message about a signal is not the application's output
  read_environ "$run/environ"
  entries+=(${set_variables[@]+"${set_variables[@]}"})
  for entry in ${default_variables[@]+"${default_variables[@]}"}; do
    has "${entry%%=*}" ${entries[@]+"${entries[@]}"} || entries+=("$entry")
  done
  add_variables
  # A signal that the application sends to its whole process group must not reach this shell.
  if command -v setsid >/dev/null; then session=(setsid); fi
  (
    printf '%s\n' "$BASHPID" >&3
    exec env -i -- ${entries[@]+"${entries[@]}"} ${session[@]+"${session[@]}"} bash -eo pipefail "$run/run.sh" 2>&1 3>&-
  )
  status=$?
  # If it died of a signal because the whole job is being killed, this shell is next, and its status must not be recorded.
  if ((status > 128)); then
    SECONDS=0
    while ((SECONDS <= 1)); do :; done # waits without starting a process
  fi
  printf '%s\n' "$status" >"$ending"
}
