# --- The outer half: signals, the inner half's care, and what follows ---

catch_signals() {
  signal='' reason='' outcome='' suspended=0
  attempt_dir='' tmp_of_run='' listener='' next_job='' coordinator='' places=() # whatever the environment has of these names
  trap 'signal=$warning_signal' "$warning_signal"
  trap 'signal=TERM' TERM
}

start_inner_half() {
  outcome='' concluded='' outcome_file=$attempt_dir/outcome
  rm -f "$outcome_file" "$attempt_dir/inside"
  starts=$((starts + 1)) began=$SECONDS
  inside bash "$script" inner_half "$run" "$attempt" "$workdir" "$output" "$tmp_of_run" </dev/null &
  inner=$!
  disown "$inner" # or bash says "Killed" of it in the log
}

# Until the inner half ends: heartbeat, lease, budget, and Slurm's signals. Sets outcome and why.
watch_inner_half() {
  local given_up=''
  why=''
  while kill -0 "$inner" 2>/dev/null; do
    if heartbeat && ! holds_lease; then
      reason=superseded
      end_computation
    fi
    if [[ -z $reason ]]; then
      if preemption_heard; then : "${signal:=TERM}"; fi
      if [[ -z $signal ]] && ((end_time && now >= end_time - CRFLOW_LEAD)); then the_clock_warns; fi
      if [[ -n $signal ]]; then
        why_signalled
        ask_to_finish "$cause"
      elif ((spent >= CRFLOW_TOTAL)); then
        ask_to_finish budget
      fi
    elif it_is_too_late; then
      say 'the last checkpoint takes too long: going on without it'
      given_up=yes
    elif [[ $reason != superseded ]] && ! was_asked; then
      write_file "$attempt_dir/request" "finish $reason" 2>/dev/null
    fi
    if it_is_stuck; then given_up=yes; fi
    [[ -z $given_up ]] || break
    pause
  done
  end_inner_half
  if [[ -n $given_up ]] && ! wait_until 2 inner_half_is_gone; then # what runs it has not noticed, or would start it yet
    kill -9 "$inner" 2>/dev/null
    end_inner_half
  fi
  end_computation # nothing of it may outlive its inner half
  heartbeat now
  [[ -r $outcome_file ]] && read -r outcome why <"$outcome_file"
  if ! holds_lease; then
    reason=superseded
  elif [[ -z $reason && -n $signal ]]; then
    why_signalled
    reason=$cause
  fi
  if finished; then
    outcome='done' # the status is the truth, whatever became of the inner half
  elif [[ -n $reason ]]; then
    case $outcome in
      saved) ;;
      again) outcome=saved ;; # what was to follow it does not
      *) outcome=unsaved ;;
    esac
  fi
  if [[ -z $outcome && ! -e $attempt_dir/inside ]]; then outcome=absent why='it did not start'; fi
  : "${outcome:=lost}"
  [[ $outcome == absent ]] || absences=0
  charge_work
  journal inner_ended outcome "$outcome" why "${why:-its inner half was killed}" reason "$reason"
}

inner_half_is_gone() { ! kill -0 "$inner" 2>/dev/null; }

# It does not come up; or it has said its last word, and its container does not go away.
it_is_stuck() {
  if [[ -e $outcome_file ]]; then
    : "${concluded:=$SECONDS}"
    ((SECONDS - concluded > CRFLOW_START_LIMIT))
  else
    [[ ! -e $attempt_dir/inside ]] && ((SECONDS - began > CRFLOW_START_LIMIT))
  fi
}

# Slurm's end is near, and the last checkpoint is not done: rather lose that than the way to go on.
it_is_too_late() {
  [[ $reason == @(limit|preemption) ]] && ((end_time && now >= end_time - CRFLOW_MARGIN))
}

# A warning that never came, unless the time limit was raised meanwhile.
the_clock_warns() {
  local answer
  answer=$(slurm_end_time)
  ((answer)) && end_time=$answer
  if ((now >= end_time - CRFLOW_LEAD)); then signal=clock; fi
}

ask_to_finish() {
  reason=$1
  say "asked to finish: $reason"
  journal asked signal "$signal" reason "$reason"
  write_file "$attempt_dir/request" "finish $reason"
}

# The request lies there, or was taken. A disk that is full can keep it away, and the owner's wish for a checkpoint take its place.
was_asked() {
  local file word
  for file in request request.taken; do
    if read -r word _ 2>/dev/null <"$attempt_dir/$file" && [[ $word == finish ]]; then return; fi
  done
  return 1
}

# Twice in a row. A container can fail to start for reasons that pass; and one that is signalled in its first moments can end with 0.
may_start_again() {
  why='the inner half of the job did not start; the lines above may say why'
  ((++absences < 3)) && say 'the inner half did not start; trying again' && sleep 2
}

# A first checkpoint that ends the application, as a proof needs, and then is no good: nothing else was wrong with it.
may_begin_anew() { ((++beginnings < 5)); }

# A computation that was lost is restored in the same attempt, twice at most without a new generation: from the
# newest, then from the one before, in case the newest holds what made it fail. It is never started anew here:
# that would throw away output that somebody may want to look at.
may_restore_again() {
  local newest
  newest=$(newest_generation)
  [[ $newest == "$lost_at" ]] || losses=0
  lost_at=$newest losses=$((losses + 1))
  lost_for_good='the application was lost before its first checkpoint'
  ((newest > 0)) || return
  lost_for_good="the application was lost $losses times after generation $newest"
  ((losses <= 2)) || return
  if ((losses == 2)); then printf '%s\n' "$newest" >>"$attempt_dir/failed"; fi
  say 'the application was lost; restoring it'
}

# Once for each generation: on a full disk it may not be written down which have failed.
may_fall_back() {
  local newest
  newest=$(newest_generation)
  [[ $newest == "$fallen_from" ]] || falls=0
  fallen_from=$newest
  ((++falls <= keep + 1)) || return
  say 'falling back to the generation before it'
}

# No restore brought it back. Where none ever did, the application itself is the likely reason.
leave_lost() {
  if [[ -e $run/proven || ! -e $attempt_dir/failed ]]; then leave 74 "$1"; fi
  say "DMTCP's last words, from $attempt_dir/dmtcp.log:"
  # What it says of its own stack behind them is no help.
  grep -aE 'Error\]|ERROR|Terminating' "$attempt_dir/dmtcp.log" | tail -n 3 | grep . || tail -n 3 "$attempt_dir/dmtcp.log"
  leave 78 "$1; it has never been restored, so it probably cannot be"
}

# What follows a time limit or a preemption. Slurm sends SIGTERM once more while it requeues.
go_on() {
  local try
  trap '' TERM "$warning_signal"
  if [[ $continue == resume ]]; then leave 71 'checkpointed at the time limit'; fi
  attempts_left 1 || leave 72 "the run has used its $CRFLOW_ATTEMPTS attempts"
  if [[ $signal == TERM ]] && cancelled_meanwhile; then leave 77 'the job was cancelled'; fi
  if [[ $continue == resubmit ]] && resubmit; then leave 75 "job $next_job goes on with the run"; fi
  for try in 1 2 3; do
    if ask_slurm requeue "$slurm_id"; then
      journal requeued reason "$reason" try# "$try"
      say 'requeued; the next attempt goes on from here'
      settle 75 'requeued'
      wait_until "$CRFLOW_REQUEUE_WAIT" lease_is_lost # Slurm ends this attempt, usually at once; but not on a node cut off
      exit 75
    fi
    sleep 2
  done
  if resubmit; then leave 75 "Slurm did not requeue this job; job $next_job goes on with the run"; fi
  leave 75 'Slurm did neither requeue this job nor accept another'
}

# A scancel that came after the warning: a requeue would bring the job back. A job that Slurm ends for its time
# limit, or to preempt it, is COMPLETING too.
cancelled_meanwhile() {
  local job=''
  job=$(ask_slurm show job -o "$slurm_id") && [[ $(job_fact JobState) == COMPLETING ]] &&
    [[ $(job_fact PreemptTime) == None && $(job_fact Reason) != TimeLimit ]]
}

# leave STATUS WORDS: the one way out. Statuses 70 to 79 are crflow's, but for "done" all are its own.
leave() {
  trap '' TERM "$warning_signal"
  if [[ $outcome == 'done' ]]; then put_away "$1"; fi
  settle "$1" "$2"
  if [[ -n ${attempt_dir-} && -z ${next_job-} ]] && (($1 != 70)); then sum_up; fi
  case $outcome in
    'done')
      say "done: $2"
      if (($1 == 127)); then say "127 is a command that was not found: the end of the output names it${runtime:+; in a container it is in the image, or in a mount}"; fi
      if (($1 > 128)) && ever_sealed; then
        say "that is signal $(($1 - 128)); if it was not its own doing: sbatch $(for_task)$name.sbatch resume $run_id $(newest_generation)"
      fi
      ;;
    *)
      say "stopped (status $1): $2"
      if [[ -n ${attempt_dir-} && -z ${next_job-} ]]; then say "to go on: sbatch $(for_task)$name.sbatch resume $run_id"; fi
      ;;
  esac
  exit "$1"
}

# Writes down how this attempt ended, for `status` and for the next one.
settle() {
  local whose=crflow
  [[ -n ${attempt_dir-} ]] || return 0
  stop_listening
  [[ $outcome == 'done' ]] && whose=application
  [[ $1 == 75 ]] || release_output
  journal left status# "$1" whose "$whose" why "$2"
  write_file "$attempt_dir/left" "$1 $2"
}
