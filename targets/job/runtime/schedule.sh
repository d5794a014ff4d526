# --- When a checkpoint is taken ---

restored_from=0 fresh_until=-1

# Notes by when this attempt can have sealed a generation, in seconds of its account: an attempt that ends earlier made no
# progress for want of time. A checkpoint whose cost is not known yet is given what is not yet slow.
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
  local wait=$CRFLOW_INTERVAL cost
  if [[ -n ${CRFLOW_MTBF-} ]]; then
    cost=$(newest_fact seconds)
    if must_end; then ((cost *= 2)); fi # each is followed by a restore, which takes about as long
    wait=$(best_interval "$cost")
  fi
  if to_prove && ((CRFLOW_PROVE < wait)); then wait=$CRFLOW_PROVE; fi
  if [[ -n ${look_again-} ]]; then wait=$CRFLOW_HEARTBEAT; fi
  next_checkpoint=$((SECONDS + wait))
}

# The tasks of an array start together, and would all write their checkpoints in the same second. Of each attempt the first wait, and
# of a run also the one behind the proof, is shorter by up to a half: by the number of the task, so that neighbours are far apart.
keep_out_of_step() {
  local id=${run##*/} wait=$((next_checkpoint - SECONDS))
  id=${id%%.*}
  [[ $id =~ ^([0-9]+)_([0-9]+)$ ]] || return 0
  if [[ -e $attempt_dir/checkpoints ]] && { ((CRFLOW_PROVE == 0)) || [[ -e $run/proven ]]; }; then return; fi
  # By the golden ratio: however many tasks there are, they are spread evenly.
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

# One on time, or on request. To prove a restore, and where it must, the application ends with the checkpoint and is restored from it.
regular_checkpoint() {
  local began=$SECONDS
  if to_prove || must_end; then
    if checkpoint end; then
      wait_until 30 has_gone
      conclude again "restoring generation $generation, which was just sealed"
    fi
  else
    checkpoint on
  fi
  if [[ -n ${CRFLOW_ALIVE-} ]]; then life_is_saved $((SECONDS - began)); fi
  schedule_checkpoint
}

# Restores $generation. Whatever it is that fails, it is not tried again in this attempt.
restore() {
  if bring_back; then
    restored_from=$generation work=$(generation_count "$generation" work)
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

checkpoint_fails() {
  say "checkpoint failed: $1"
  journal checkpoint_failed why "$1"
}

# Room for one more generation? A full disk during a checkpoint kills the application.
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

# The last one of this attempt. Whatever becomes of it, the generations before it stay. If time is short, as in a preemption, not
# right after another one.
last_checkpoint() {
  if [[ $request != *@(limit|budget|request) ]] && ((SECONDS <= fresh_until)) && ! has_ended && is_all_in "$generation"; then
    read_clock
    add_to lost $((now - since))
    conclude saved "saved in generation $generation, just before"
  fi
  if checkpoint end; then
    wait_until 30 has_gone
    conclude saved "saved in generation $generation"
  fi
  if has_ended; then conclude_end; fi
  conclude unsaved 'the last checkpoint failed; the generation before it counts'
}

# Nobody listens to Slurm any more. If the outer half was only held up, it goes on from here.
left_alone() {
  holds_lease || conclude lost 'a newer attempt has taken over this run'
  if checkpoint end; then
    wait_until 30 has_gone
    conclude again "saved in generation $generation, for the outer half is gone"
  fi
  conclude lost 'the outer half is gone'
}
