# --- When to make a checkpoint ---

restored_from=0 fresh_until=-1

# Records when this attempt can have sealed a generation, in seconds of its account. An attempt that ends earlier made no
# progress because it had too little time. If the cost of a checkpoint is not known yet, CRFLOW_SLOW is assumed.
note_when_due() {
  local cost
  [[ ! -e $attempt_dir/due ]] || return 0
  read_count "$run/cost"
  cost=$((REPLY ? REPLY : CRFLOW_SLOW))
  read_count "$attempt_dir/seconds"
  write_file "$attempt_dir/due" $((REPLY + next_checkpoint - SECONDS + cost))
}

# The first checkpoint of a run proves that the application survives a restore, so it comes early.
schedule_checkpoint() {
  local wait=$CRFLOW_INTERVAL
  if [[ -n ${CRFLOW_MTBF-} ]]; then wait=$(interval_by_cost); fi
  if to_prove && ((CRFLOW_PROVE < wait)); then wait=$CRFLOW_PROVE; fi
  if [[ -n ${look_again-} ]]; then wait=$CRFLOW_HEARTBEAT; fi
  next_checkpoint=$((SECONDS + wait))
}

# The tasks of an array start together, and would all write their checkpoints in the same second. So the first wait of each
# attempt, and of a run also the wait after the proof, is shortened by up to a half: by the task's number, so that neighbours are far apart.
keep_out_of_step() {
  local id=${run##*/} wait=$((next_checkpoint - SECONDS))
  id=${id%%.*}
  [[ $id =~ ^([0-9]+)_([0-9]+)$ ]] || return 0
  if [[ -e $attempt_dir/checkpoints ]] && { ((CRFLOW_PROVE == 0)) || [[ -e $run/proven ]]; }; then return; fi
  # The golden ratio spreads any number of tasks evenly.
  next_checkpoint=$((next_checkpoint - wait * ((10#${BASH_REMATCH[1]} + 10#${BASH_REMATCH[2]}) * 618034 % 1000000) / 2000000))
}

to_prove() { ((CRFLOW_PROVE)) && ! ever_sealed; }

checkpoint_on_time() {
  if [[ -n ${CRFLOW_ALIVE-} ]] && ! lived_since_checkpoint; then
    say 'no checkpoint without a sign of life since the one before'
    schedule_checkpoint
  else
    regular_checkpoint
  fi
}

# A checkpoint on time or on request. For the proof, and if the engine must, it ends the application, which is then restored from it.
regular_checkpoint() {
  local began=$SECONDS
  measure
  if to_prove || must_end; then
    if checkpoint end; then
      wait_until 30 has_gone
      conclude again "restoring generation $generation, which was just sealed"
    fi
  elif checkpoint on; then
    measure
  fi
  if [[ -n ${CRFLOW_ALIVE-} ]]; then life_is_saved $((SECONDS - began)); fi
  schedule_checkpoint
}

# Restores $generation. If that fails for any reason, this attempt does not try it again.
restore() {
  if bring_back; then
    restored_from=$generation work=$(generation_count "$generation" work)
    charge_saved_work
    work_begins
    journal restored generation# "$generation"
    say "restored generation $generation"
    return
  fi
  last_words
  printf '%s\n' "$generation" >>"$attempt_dir/failed"
  journal restore_failed generation# "$generation"
  return 1
}

# checkpoint_fails WORDS: says so, and fails.
checkpoint_fails() {
  say "checkpoint failed: $1"
  journal checkpoint_failed why "$1"
  return 1
}

# Is there room for one more generation? A full disk during a checkpoint kills the application.
there_is_room() {
  local size free
  size=$(checkpoint_size)
  free=$(free_bytes)
  is_count "$free" || return 0
  ((free * 5 >= size * 6)) && return
  say "checkpoint skipped: it needs $(mib $((size * 6 / 5))), and $run has $(mib "$free") free"
  journal checkpoint_skipped needs# $((size * 6 / 5)) free# "$free"
  return 1
}

# The last checkpoint of this attempt. If it fails, the previous generations remain. If time is short, as in a preemption, it is
# skipped right after another one.
last_checkpoint() {
  if [[ $request != *@(limit|budget|request) ]] && ((SECONDS <= fresh_until)) && ! has_ended && generation_is_current "$generation"; then
    read_clock
    add_to lost $((now - since))
    conclude saved "saved in generation $generation, just before"
  fi
  measure
  if checkpoint end; then
    wait_until 30 has_gone
    conclude saved "saved in generation $generation"
  fi
  if has_ended; then conclude_end; fi
  conclude unsaved 'the last checkpoint failed; the generation before it counts'
}

# Nobody listens to Slurm any more. If the outer half was only delayed, it continues after this.
lost_outer_half() {
  holds_lease || conclude lost 'a newer attempt has taken over this run'
  if checkpoint end; then
    wait_until 30 has_gone
    conclude again "saved in generation $generation, because the outer half is gone"
  fi
  conclude lost 'the outer half is gone'
}
