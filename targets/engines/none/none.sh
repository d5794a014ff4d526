# --- Nothing is saved: after a loss the application starts again ---

readonly engine=none most_losses=2
readonly least_checkpoint=4096 # bytes, for the run's folder
engine_numbers=()

open_engine() {
  check_place timeout find grep awk cksum
  seen_output=-1 repeated=''
}

prepare() { :; }

launch() {
  begins_at=$(wc -c <"$output")
  start_application run_block || return
  work=0
  work_begins
  journal launched
  say 'launched the application'
}

# There are no generations: growing output is progress, unless an earlier attempt has printed the same.
over() {
  local size=0
  if [[ $word == beat && -r $output ]]; then
    size=$(wc -c <"$output")
    if ((seen_output >= 0 && size > seen_output)); then
      repeated=''
      if repeats $((size - begins_at)); then repeated=yes; else write_file "$run/progressed" "$attempt"; fi
    fi
    seen_output=$size
  fi
  has_ended
}

# repeats LENGTH: is what this attempt has printed only the beginning of what another one has? Then the work has begun again from its
# start, and has come no further. $run/reached is where in the output that attempt begins, and how much it has printed.
repeats() {
  local began='' length='' compared=$(($1 < 65536 ? $1 : 65536))
  read -r began length 2>/dev/null <"$run/reached"
  if is_count "$began" && is_count "$length" && (($1 > 0 && $1 <= length && began < begins_at)); then
    [[ $(sum_from "$began" "$compared") != "$(sum_from "$begins_at" "$compared")" ]] || return 0
  fi
  write_file "$run/reached" "$begins_at $1"
  return 1
}

# sum_from START LENGTH: the checksum of this stretch of the output.
sum_from() { tail -c "+$(($1 + 1))" -- "$output" | head -c "$2" | cksum; }

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
  if [[ -n $repeated ]]; then say 'this attempt has printed nothing that an earlier one had not: if the work is longer than an attempt, it never ends, because each begins it anew'; fi
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
