# --- The computation under DMTCP: launched, checkpointed, restored ---

launch() {
  trim_output
  run_block >"$run/run.sh" && program_environ >"$run/environ" || return
  cd "$workdir" || return
  set -m # `&` alone would make the program ignore INT and QUIT
  dmtcp_launch -j -p "$port" --no-gzip --ckptdir "$live" --tmpdir "$tmp" \
    bash -p "$script" application "$run" "$workdir" "$output" "$run/status" <"$starting" >"$attempt_dir/dmtcp.log" 2>&1 8<&- &
  set +m
  computation=$!
  came_up 60 || return
  work=0
  work_begins
  journal launched
  say 'launched the application'
}

# came_up SECONDS: does the computation of process $computation run, or is it over already? Once it was seen running, it is
# not asked again, because it can end at any moment, and an answer can fail.
came_up() {
  local up=''
  wait_until "$1" start_decided
  disown "$computation" 2>/dev/null
  [[ -n $up ]] || status_is_recorded
}

# It runs, it is over, or it will never run.
start_decided() {
  refuse_foreign_peers
  if status_is_recorded || computation_runs; then up=yes; fi
  [[ -n $up ]] || ! coordinator_lives && return
  if [[ -n ${restoring-} ]]; then
    leave_restore_if_unwanted
    # The other processes would wait for ever for one that is gone.
    ! dmtcp_gave_up || return 0
  fi
  # dmtcp_restart may end long before its processes run, so only its failure decides anything.
  ! kill -0 "$computation" 2>/dev/null && ! wait "$computation"
}

# A restore can take minutes, or hang. It contains nothing new to save, so any request ends it.
leave_restore_if_unwanted() {
  local asked='' so=saved why="generation $generation remains: it was just being restored"
  if [[ -r $attempt_dir/request ]]; then read -r asked <"$attempt_dir/request"; fi
  if [[ $asked != finish* ]]; then
    look_for_word
    outer_half_is_gone || return 0
    so=lost why='the outer half is gone'
  fi
  disown "$computation" 2>/dev/null # or bash would print "Killed" in the log
  conclude "$so" "$why"
}

# New images go to this attempt's own folder. The old images refer to their accompanying files by the full path that these
# had, so those are put back there.
bring_back() {
  local file images=() from=$run/generations/$generation place restoring=yes
  name_differences "$from/machine"
  find_stale_files
  restore_is_allowed || conclude stale "$(counted ${#stale[@]} file) changed after generation $generation, and its restore would not bring the old content back (strict = yes)"
  look_at_size
  place=$(generation_fact "$generation" live)
  mkdir -p "$place" || return
  while IFS= read -r file; do
    images+=("$from/$file")
    file=${file%.dmtcp}_files
    if [[ -d $from/$file ]]; then rm -rf "${place:?}/$file" && cp -a "$from/$file" "$place/" || return; fi
  done <"$from/images"
  if keeps_files; then put_back "$from" || return; fi
  # DMTCP restores a process only in the folder from which it is called, or below it.
  cd "$workdir" || return
  dmtcp_restart -j -p "$port" --ckptdir "$live" --tmpdir "$tmp" "${images[@]}" \
    <"$starting" >"$attempt_dir/dmtcp.log" 2>&1 8<&- &
  computation=$!
  came_up "$CRFLOW_CHECKPOINT_LIMIT" || return
  disturbance_ends
  remember_stale_files
}

# checkpoint on|end: one checkpoint, sealed as a new generation; `end` ends the computation right after it. It is complete when there
# is a new restart script, which the coordinator writes after it has renamed every image. No answer of dmtcp_command says as much.
checkpoint() {
  local how=$1 committed=$live/dmtcp_restart_script.sh began=$SECONDS seen_working='' polls=0 orphaned='' forgotten='' outside
  if [[ ! -d $live || ! -d $run/generations ]]; then # without them, DMTCP would end the program
    say "checkpoint skipped: the run's folder $run is gone"
    return 1
  fi
  mark_logs
  rm -f "$committed" "$live"/*.temp "$live"/*.dmtcp
  wait_until "$CRFLOW_CHECKPOINT_LIMIT" computation_answers || give_up_checkpoint 'the computation did not answer' || return
  find_processes
  [[ -n $shell ]] || give_up_checkpoint 'the shell that records the status is gone' || return
  explain_program
  there_is_room || return
  if ! all_in_workdir; then
    checkpoint_fails "$misplaced, outside of workdir ($workdir): DMTCP would restore it in the wrong folder"
    ((++unfit < 3)) || conclude unfit "$misplaced, outside of workdir ($workdir), where DMTCP cannot restore it; if it has to work there, make that folder the flow's workdir"
    return 1
  fi
  unfit=0
  outside=$(peers)
  [[ -z $outside ]] || checkpoint_fails "it would never end, because of a TCP connection to a program outside of the job$outside" || return
  list_open_files
  await_no_zombies
  if [[ -z $application_lives ]]; then
    # Its status is being recorded; after an `end`, nobody would be left to do that.
    wait_until 10 status_is_recorded || give_up_checkpoint 'the application has ended, and its status was not recorded'
    return 1
  fi
  read_clock
  taken=$now disturbing=yes
  if [[ $how == end ]]; then
    tell_dmtcp -kc >/dev/null
  elif ! wait_until 30 checkpoint_accepted; then
    disturbing=''
    checkpoint_fails 'DMTCP refused it' || return
  fi
  # First without a pause, because a small checkpoint takes only a moment.
  for _ in {1..20}; do
    if [[ -e $committed ]] || stands_still; then break; fi
  done
  wait_until "$CRFLOW_CHECKPOINT_LIMIT" checkpoint_decided
  [[ -e $committed ]] || give_up_checkpoint "${hopeless:-it was not complete after $((SECONDS - began)) s}" || return
  # DMTCP commits without a process that was killed meanwhile, and then the others no longer answer.
  if compgen -G "$live/*.temp" >/dev/null || { [[ $how == on ]] && ! wait_until 60 computation_answers; }; then
    give_up_checkpoint 'a process was lost during it' || return
  fi
  disturbance_ends
  if [[ -n $orphaned ]]; then
    checkpoint_fails 'a process had just ended, and its parent would not know how'
    rm -f "$live"/*.dmtcp
    # The application was healthy, and there is nothing to go back to.
    if [[ $how == end ]] && ! ever_sealed && [[ ${request-} != finish* ]]; then conclude anew 'nothing is saved yet, so it begins anew'; fi
    return 1
  fi
  seal $((SECONDS - began)) || return
  fresh_until=$((SECONDS + SECONDS - began + 2))
  warn_of_files
}

# A process that ends between the check for zombies and the moment when all stand still for the checkpoint remains a zombie.
stands_still() {
  ! computation_runs || return
  seen_working=yes
  # Once the checkpoint is complete, -kc ends all processes, and the zombies are theirs.
  no_zombies || [[ -e $committed ]] || orphaned=yes
}

# Is it complete, or will it never be? DMTCP silently drops a -kc that meets a process being born: if nothing happens, it is repeated.
checkpoint_decided() {
  [[ -e $committed ]] && return
  coordinator_lives && refuse_foreign_peers || return 0
  never_completes && return
  if [[ -z $seen_working ]] && ! stands_still && [[ $how == end ]]; then
    if ((++polls % 2 == 0)); then tell_dmtcp -kc >/dev/null; fi
  fi
  return 1
}

# give_up_checkpoint WORDS: fails. A computation that is stuck in a checkpoint never recovers: end it, so that it is restored. If the
# application has ended in the meantime, the shell around it gets time to record the status.
give_up_checkpoint() {
  if [[ -n $shell && -e /proc/$shell ]]; then
    check_zombies
    [[ -n $application_lives ]] || wait_until 5 status_is_recorded
  fi
  ! status_is_recorded || return 1
  checkpoint_fails "$1"
  last_words
  end_computation
  return 1
}

computation_answers() {
  refuse_foreign_peers
  ! coordinator_lives || computation_runs
}

# The computation runs, is connected, and is not in the middle of a checkpoint.
computation_runs() { [[ $(tell_dmtcp -s) == *RUNNING=yes* ]]; }

# Does not wait, because something else is being waited for.
look_for_word() { if read -t 0 <&8; then read_word; fi; }
