# --- The outer half: signals, the inner half, and what happens next ---

catch_signals() {
  signal='' reason='' outcome='' cause='' woken='' relay='' suspended=0
  listener='' question='' next_job='' deaths=0
  attempt_dir='' tmp_of_run='' places=()
  trap 'note_signal "$warning_signal"' "$warning_signal"
  trap 'note_signal TERM' TERM
  trap wake CONT # sent by the listening step, or by a command such as `stop`
}

# note_signal SIGNAL: only the first one counts, because the reaction to all is the same.
note_signal() {
  if [[ -z $signal ]]; then signal=$1 heard_at=$SECONDS; fi
  wake
}

wake() { woken=yes; }

# Sleeps until a signal comes: from Slurm, or from the process below. `wait` is the only command that a trap interrupts in every
# bash. It waits for a child that never ends, because bash can miss a child that ends at the same time as a signal, and then waits
# for it for ever (seen with 5.2).
rest() {
  if [[ -n $woken ]]; then
    woken=''
  elif lives "$relay"; then
    wait "${relay%:*}" 2>/dev/null
    woken=''
  else
    pause
  fi
}

# The pipes between this half, the inner half and the listening step. Those two see end of file when this shell is
# gone, so nothing else may hold the pipes open: every command that may outlive this shell is started without them.
open_pipes() {
  control=$tmp_of_run/control.$attempt open_pipe=$tmp_of_run/open.$attempt words=$tmp_of_run/words.$attempt
  answer=$tmp_of_run/answer.$attempt
  rm -f "$control" "$open_pipe" "$words"
  mkfifo -m 600 "$control" "$open_pipe" "$words" || leave_node 70 "cannot make a pipe in $tmp_of_run"
  exec 7<>"$words" 8<>"$control" 9<>"$open_pipe"
  relay_words 7>&- 8>&- 9>&- </dev/null >/dev/null 2>&1 &
  know_process "$!" && relay=$REPLY
}

# Wakes this shell at each message of the inner half, which may be in a PID namespace from which it cannot signal this shell, and at
# each heartbeat. Slurm sends TERM to every process of a job that it ends. This one survives it, because `rest` waits for it.
relay_words() {
  trap - CONT
  trap '' TERM "$warning_signal"
  exec 6<>"$words" # opening it alone would block for ever if the outer half has just died
  exec <"$words" 6>&-
  cd / || return
  # Until the end of file: the status of a time limit is above 128.
  while read -r -t "$CRFLOW_HEARTBEAT" _ || (($? > 128)); do kill -s CONT "$$" || return; done
}

start_inner_half() {
  outcome='' outcome_file=$attempt_dir/outcome
  rm -f "$outcome_file" "$attempt_dir/inside"
  starts=$((starts + 1)) began=$SECONDS concluded=''
  is_this_script "$script" || keep_script || leave 70 "cannot write $script"
  write_file "$attempt_dir/ends" "$end_time"
  inside bash -p "$script" inner_half "$run" "$attempt" "$workdir" "$output" "$tmp_of_run" </dev/null 7>&- 8>&- 9>&- &
  know_process "$!" && inner=$REPLY
  disown "$!" # or bash would print "Killed" in the log
}

# Runs until the inner half ends: heartbeat, lease, budget, and Slurm's signals. Sets outcome and why.
watch_inner_half() {
  local given_up='' looked=$SECONDS
  why=''
  while lives "$inner"; do
    if heartbeat; then
      printf 'beat\n' >&8
      if ! holds_lease; then
        reason=superseded
        end_computation
      fi
    fi
    watch_listener
    if [[ -e $attempt_dir/request ]]; then printf 'request\n' >&8; fi # also one from the user
    if [[ -z $reason ]]; then
      find_reason
    elif it_is_too_late; then
      say 'the last checkpoint takes too long: continuing without it'
      given_up=yes
    elif [[ $reason != superseded ]] && ! was_asked; then
      ask_inner_half "finish $reason"
    fi
    if it_is_stuck; then given_up=yes; fi
    [[ -z $given_up ]] || break
    if something_is_near; then pause; else rest; fi
    if skip_suspension "$CRFLOW_HEARTBEAT"; then
      say "this job did not run for $(hms "$gap"), which does not count"
      journal suspended seconds# "$gap"
    fi
  done
  end_inner_half
  if [[ -n $given_up ]] && ! wait_until 2 inner_half_is_gone; then # the process that runs it has not noticed, or is about to start it
    kill -9 "${inner%:*}" 2>/dev/null
    end_inner_half
  fi
  end_computation # the computation must not outlive its inner half
  heartbeat now
  [[ -r $outcome_file ]] && read -r outcome why <"$outcome_file"
  if [[ $outcome == 'done' ]] && ! status_is_recorded; then outcome=lost why='its status could not be recorded'; fi
  if ! holds_lease; then
    reason=superseded
  elif [[ -z $reason && -n $signal ]]; then
    reason=unclear
  fi
  if status_is_recorded; then
    outcome='done' # the recorded status decides, whatever happened to the inner half
  elif [[ -n $reason ]]; then
    # After `again`, the restore that was to follow does not happen.
    if [[ $outcome == @(saved|again) ]]; then outcome=saved; else outcome=unsaved; fi
  fi
  if [[ -z $outcome && ! -e $attempt_dir/inside ]]; then outcome=absent why='it did not start'; fi
  : "${outcome:=lost}"
  [[ $outcome == absent ]] || absences=0
  [[ $outcome == @(absent|missing|unrestored|hopeless) ]] || rm -f "$run/avoid"
  charge_work
  journal inner_ended outcome "$outcome" why "${why:-its inner half was killed}" reason "$reason"
}

# Is something about to happen that no message announces, or that is due before the next heartbeat?
something_is_near() {
  [[ -n $reason || -n $signal || -n $question || ! -e $attempt_dir/inside || -e $outcome_file ]] ||
    ((CRFLOW_TOTAL - spent < CRFLOW_HEARTBEAT)) || ((end_time && end_time - CRFLOW_LEAD - now < CRFLOW_HEARTBEAT))
}

# Sets reason if there is one (from Slurm, the user or the budget), and then asks the inner half to save and end.
find_reason() {
  if [[ -e $run/stop ]]; then
    cause=request
  elif ((spent >= CRFLOW_TOTAL)); then
    cause=budget
  else
    if [[ -z $signal ]] && ((end_time && now >= end_time - CRFLOW_LEAD)); then note_signal clock; fi # unless the limit was raised
    hear_answer
    if [[ -z $signal && $cause == @(limit|early) ]]; then cause=''; fi # no warning yet
    if [[ -n $signal && -z $cause ]]; then
      ask_why
      # A silent controller must not cost the checkpoint. Slurm's own TERM leaves little time.
      if ((SECONDS - heard_at >= CRFLOW_ANSWER_WAIT)); then
        cause=early
        if [[ $signal == TERM ]] || near_the_end || ((end_time == 0)); then cause=unclear; fi
      fi
    fi
  fi
  case $cause in
    '') ;;
    early)
      # A preemption's TERM can arrive before Slurm reports the preemption (22.05, on a busy machine).
      if [[ $signal != TERM ]] || ((SECONDS - heard_at > 5)); then be_early; fi
      ;;
    *) ask_to_finish "$cause" ;;
  esac
}

# A signal without a reason: a warning that `sbatch --signal` requested earlier than the lead. The job saves what is done so
# far, and the work continues. When the lead begins, the clock warns.
be_early() {
  if [[ -n $signal && $signal != clock ]]; then
    say "$signal came, and Slurm does not say why: saving what is done, and continuing"
    if ((end_time)); then say "(the time limit is $(hms $((end_time - now))) away, the lead $(hms "$CRFLOW_LEAD"))"; fi
    journal early signal "$signal"
    ask_inner_half checkpoint
    if [[ $signal == TERM && -z $listener ]]; then
      rm -f "$heard"
      listen_for_preemption # there may be another one
    fi
  fi
  signal=''
}

# ask_inner_half WORDS: by a file, because a signal can be lost; the message on the pipe makes it look.
ask_inner_half() {
  write_file "$attempt_dir/request" "$1" 2>/dev/null
  printf 'request\n' >&8
}

inner_half_is_gone() { ! lives "$inner"; }

# Is it stuck: it does not start, or it has finished and its container does not end?
it_is_stuck() {
  if [[ -e $outcome_file ]]; then
    : "${concluded:=$SECONDS}"
    ((SECONDS - concluded > CRFLOW_START_LIMIT))
  else
    [[ ! -e $attempt_dir/inside ]] && ((SECONDS - began > CRFLOW_START_LIMIT))
  fi
}

# Slurm's limit is near, and the last checkpoint is not done: give up the checkpoint rather than the requeue.
it_is_too_late() {
  [[ $reason == @(limit|preemption|unclear) ]] && ((end_time && now >= end_time - margin))
}

ask_to_finish() {
  reason=$1
  find_margin
  if [[ $reason == limit ]]; then write_file "$attempt_dir/due" 0; fi # it had all the time that there is
  say "asked to finish: $reason"
  journal asked signal "$signal" reason "$reason"
  ask_inner_half "finish $reason"
}

# Is the request still there, or was it taken? A full disk may have prevented it, or the user's `checkpoint` overwritten it.
was_asked() {
  local file word
  for file in request request.taken; do
    if read -r word _ 2>/dev/null <"$attempt_dir/$file" && [[ $word == finish ]]; then return; fi
  done
  return 1
}

# Tries twice more. A container can fail to start for temporary reasons, or end with 0 if a signal comes in its first moments.
may_start_again() {
  why='the inner half of the job did not start; the lines above may say why'
  ((++absences < 3)) && say 'the inner half did not start; trying again' && sleep 2
}

# The program ended by itself (for example, at its own limit), and its work is saved. Fails if too little time is left for more.
time_is_left_here() {
  read_clock
  ((end_time && end_time - 2 * CRFLOW_LEAD < now)) || return 0
  reason=limit
  return 1
}

last_save() { if ever_sealed; then printf 'generation %s' "$(newest_generation)"; else printf 'the start'; fi; }

# A lost computation is restored in the same attempt, up to most_losses times without a new generation: from the newest, then from the previous
# one, in case the newest contains what made it fail. It is never launched anew here, because somebody may want to look at the output.
may_restore_again() {
  local newest
  newest=$(newest_usable)
  [[ $newest == "$lost_at" ]] || losses=0
  lost_at=$newest losses=$((losses + 1))
  lost_for_good='the application was lost before its first checkpoint'
  ((newest > 0)) || return
  lost_for_good="the application was lost $losses times after generation $newest"
  ((losses <= most_losses)) || return
  if ((losses == 2)) && is_one_before "$newest"; then printf '%s\n' "$newest" >>"$attempt_dir/failed"; fi
  say 'the application was lost; restoring it'
}

# is_one_before N: is there a sealed generation before it that this attempt has neither given up nor found damaged?
is_one_before() {
  local number
  for ((number = $1 - 1; number > 0; number--)); do
    [[ -e $run/generations/$number/seal ]] || continue
    grep -qsx "$number" "$attempt_dir"/{failed,broken} || return 0
  done
  return 1
}

# Once for each generation, because a full disk may prevent recording which ones have failed.
may_fall_back() {
  local newest
  newest=$(newest_generation)
  [[ $newest == "$fallen_from" ]] || falls=0
  fallen_from=$newest
  ((++falls <= keep + 1)) || return
  say 'falling back to the generation before it'
}

# No restore worked; the inner half has shown the last messages. If none has ever worked, the application is the likely reason.
leave_lost() {
  # If others have worked, it may be the node.
  if [[ $outcome == @(unrestored|hopeless) && -e $run/proven && -e $attempt_dir/failed ]]; then leave_node 74 "$1"; fi
  if [[ -e $run/proven || ! -e $attempt_dir/failed ]]; then leave 74 "$1"; fi
  leave 78 "$1; it has never been restored, so it probably cannot be"
}

# After a time limit or a preemption, the job is requeued or another job continues. Before each attempt to requeue it asks Slurm,
# so that a cancelled job does not come back. If Slurm does not answer, it cannot end this job either, and the job keeps trying.
requeue_or_resubmit() {
  local try=0 refused=0
  if [[ $after_limit == resume ]]; then leave 71 'checkpointed at the time limit'; fi
  attempts_left 1 || leave 72 "the run has used its $CRFLOW_ATTEMPTS attempts"
  while ((refused < 3)); do
    ((++try == 1)) || sleep $((try < 10 ? try * 2 : 20))
    heartbeat || : # all this time is charged
    holds_lease || leave 76 'a newer attempt has taken over this run'
    ask_cause
    case $cause in
      cancelled) leave 77 'the job was cancelled' ;;
      requeued) leave 75 'Slurm has requeued this job; its next attempt continues from here' ;;
      *) ;;
    esac
    if [[ $after_limit == resubmit ]] || ((try > 1)) && resubmit; then
      leave 75 "job $next_job continues the run"
    fi
    signal=''
    requeue
    case $? in
      0)
        journal requeued reason "$reason" try# "$try"
        say "requeued; the next attempt continues from here. (Slurm's CANCELLED … DUE TO JOB REQUEUE says the same.)"
        record_end 75 'requeued'
        await_end
        exit 75
        ;;
      1) refused=$((refused + 1)) ;;
      *) ;; # no answer
    esac
  done
  leave 75 'Slurm has neither requeued this job nor accepted another'
}

# Slurm ends a requeued job with TERM, at once, except on a node that is cut off from the network.
await_end() {
  local until=$((SECONDS + CRFLOW_REQUEUE_WAIT))
  until [[ -n $signal ]] || ! holds_lease || ((SECONDS >= until)); do pause; done
}

# leave_node STATUS WORDS: this node is unfit, which is no reason to end a run that has come this far: another job continues
# it on another node. From the second attempt on, because at the first the flow may be wrong; at most CRFLOW_PATIENCE times.
leave_node() {
  local avoided
  trap '' TERM "$warning_signal"
  if [[ $after_limit != resume ]] && ((${attempt:-1} > 1)) && printf '%s\n' "$node" >>"$run/avoid"; then
    mapfile -t avoided <"$run/avoid"
    if ((${#avoided[@]} <= CRFLOW_PATIENCE)); then
      say "$node is unfit for this run: $2"
      reason=node
      if resubmit "$(printf '%s,' ${avoided[@]+"${avoided[@]}"})"; then leave 75 "job $next_job continues the run, on another node"; fi
    fi
  fi
  leave "$1" "$2"
}

# leave STATUS WORDS: the only way out. With the outcome "done", the status is the application's, otherwise crflow's (70 to 79).
leave() {
  local killed_by=''
  trap '' TERM "$warning_signal"
  if [[ $outcome == 'done' ]]; then put_away "$1"; fi
  record_end "$1" "$2"
  if [[ -n ${attempt_dir-} ]] && ! run_continues && (($1 != 70)); then sum_up; fi
  case $outcome in
    'done')
      say "done: $2"
      if (($1 == 127)); then say "127 means that a command was not found: the end of the output names it${runtime:+; in a container it is in the image, or in a mount}"; fi
      if (($1 != 0)) && ever_sealed; then
        if (($1 > 128)); then killed_by="that is signal $(($1 - 128)); "; fi
        say "${killed_by}if the application did not cause it: $(how_to resume) $(newest_generation)"
      fi
      ;;
    *)
      say "stopped (status $1): $2"
      if [[ -n ${attempt_dir-} ]] && ! run_continues && resume_helps "$1"; then say "$REPLY: $(how_to resume)"; fi
      ;;
  esac
  exit "$1"
}

# Does the run continue without anybody's help: another job waits, or Slurm has requeued this one?
run_continues() { [[ -n ${next_job-} || $cause == requeued || $reason == requeued ]]; }

# resume_helps STATUS: succeeds if resuming makes sense; sets REPLY to what it does.
resume_helps() {
  REPLY='to resume'
  case $1 in
    76 | 78) return 1 ;; # another attempt continues, or the next one would end in the same way
    70) ever_sealed && ! status_is_recorded || return ;;
    73 | 74)
      REPLY='to resume, once the reason is gone'
      ever_sealed || REPLY='to start anew, once the reason is gone'
      ;;
    *) ;;
  esac
}

# Records how this attempt ended, for `status` and for the next attempt.
record_end() {
  local whose=crflow
  [[ -n ${attempt_dir-} ]] || return 0
  stop_listening
  [[ $outcome == 'done' ]] && whose=application
  if holds_lease; then
    if [[ $1 != 75 ]]; then pass_on_locks; elif [[ -n $next_job ]]; then pass_on_locks "$next_job"; fi
  fi
  journal left status# "$1" whose "$whose" why "$2"
  write_file "$attempt_dir/left" "$1 $2"
}

# The end of its pipe ends the step. A signal would end it before it notices anything.
stop_listening() {
  exec 7>&- 8>&- 9>&-
  if [[ -n $tmp_of_run ]]; then rm -rf "$tmp_of_run" "$attempt_dir/tmp"; fi
  if [[ -n ${places[*]-} ]] && holds_lease; then rmdir "${places[@]}" 2>/dev/null; fi # otherwise they are a newer attempt's
}
