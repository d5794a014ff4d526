# --- Nothing is saved: after a loss the application starts again ---

readonly engine=none most_losses=2
readonly least_checkpoint=4096 # bytes, for the run's folder
engine_numbers=()

open_engine() {
  check_place timeout find grep awk
  seen_output=-1
}

prepare() { :; }

launch() {
  start_application run_block || return
  work=0
  work_begins
  journal launched
  say 'launched the application'
}

# There are no generations: growing output is progress.
over() {
  local size=0
  if [[ $word == beat && -r $output ]]; then
    size=$(wc -c <"$output")
    if ((seen_output >= 0 && size > seen_output)); then write_file "$run/progressed" "$attempt"; fi
    seen_output=$size
  fi
  has_ended
}

schedule_checkpoint() { next_checkpoint=$((SECONDS + 1000000000)); }

keep_out_of_step() { :; }

# When there may have been progress.
note_when_due() {
  read_count "$attempt_dir/seconds"
  [[ -e $attempt_dir/due ]] || write_file "$attempt_dir/due" $((REPLY + 3 * CRFLOW_HEARTBEAT))
}

regular_checkpoint() { say 'this application is not saved (engine = none)'; }

# The application is told to end, as Slurm would tell it, and may save what it likes. Its status then says nothing.
last_checkpoint() {
  measure
  tell_application TERM
  wait_until "$CRFLOW_CHECKPOINT_LIMIT" has_gone || :
  conclude unsaved 'the application was ended; its next attempt starts it again'
}

conclude_end() {
  read_ending
  if ((ended_with != 0)); then await_reason; fi
  if [[ ${request-} == finish* ]]; then conclude unsaved "the application ended with status $ended_with when the job was told to end: its next attempt starts it again"; fi
  conclude_done "$ended_with" "the application ended with status $ended_with"
}

last_words() { :; }

lost_outer_half() { conclude lost 'the outer half is gone'; }
