# --- The account: time used, work saved and lost, checkpoints. One small file of each per attempt ---

# heartbeat [now]: records the time used by this attempt, so that a kill costs only seconds of the account. Succeeds
# if it did; the caller then also checks the lease.
heartbeat() {
  read_clock
  # Leaves out the time in which the job was suspended.
  started=$((started + suspended)) last_beat=$((last_beat + suspended)) suspended=0
  # If the clock was set back, the lease must still be checked, and no time must be free.
  if ((now < last_beat)); then started=$((started + now - last_beat)) last_beat=$now last_shown=0; fi
  spent=$((spent_before + now - started))
  if ((now - last_beat < CRFLOW_HEARTBEAT)) && [[ -z ${1-} ]]; then return 1; fi
  last_beat=$now
  keep_folder
  # Overwritten in place with the same length: no process, and it works even on a full disk.
  printf '%-12d\n' $((now - started)) 1<>"$attempt_dir/seconds" || :
  if ((now - last_shown >= CRFLOW_REPORT)); then show_in_queue; fi
}

# Sets margin: what is kept for the requeue before Slurm's limit. Of a short grace period only a fifth, because work is at stake.
find_margin() {
  margin=$(((end_time - now) / 5))
  if ((margin < 2)); then margin=2; fi
  if ((margin > CRFLOW_MARGIN)); then margin=$CRFLOW_MARGIN; fi
}

spent_so_far() { sum_of seconds; }

# sum_of FILE: the sum of the first number in this file of every attempt.
sum_of() {
  local file sum=0
  for file in "$run"/attempts/*/"$1"; do
    read_count "$file"
    sum=$((sum + REPLY))
  done
  printf '%s' "$sum"
}

# add_to FILE SECONDS [FOLDER]: adds to a file of this attempt, or of the one with that folder.
add_to() {
  local file=${3-$attempt_dir}/$1
  read_count "$file"
  write_file "$file" $((REPLY + $2))
}

# From here on work counts, until it is sealed or lost. `since` is the start, `work` what was done before.
work_begins() {
  read_clock
  since=$now
  is_count "$work" || work=0
  write_file "$attempt_dir/since" "$since"
}

# The computation is over: its work since the last seal is lost, unless the last checkpoint ended it.
charge_work() {
  read_count "$attempt_dir/since"
  if [[ $outcome != @(done|saved|again) ]] && ((REPLY)); then
    read_clock
    add_to lost $((now - REPLY))
  fi
  rm -f "$attempt_dir/since"
}

# Charges the work of killed attempts, and the time that they used. They ended after their last heartbeat; the last thing that they wrote,
# usually the output, says how long after. At most two heartbeats count, because somebody else may have written it.
charge_work_of_killed() {
  local file dir beat end
  for file in "$run"/attempts/*/since; do
    read_count "$file"
    dir=${file%/since}
    if ((REPLY)) && beat=$(date -r "$dir/seconds" +%s 2>/dev/null); then
      end=$(stat -L -c %Y -- "$dir"/* "$(tail -n 1 "$run/paths")" 2>/dev/null | sort -n | tail -n 1)
      if ((end > beat + 2 * CRFLOW_HEARTBEAT)); then end=$((beat + 2 * CRFLOW_HEARTBEAT)); fi
      if ((end > REPLY)); then add_to lost $((end - REPLY)) "$dir"; fi
      if ((end > beat)); then add_to seconds $((end - beat)) "$dir"; fi
    fi
    rm -f "$file"
  done
}

# The last lines of a run in the log: what it took, and what to change.
sum_up() {
  local used saving
  heartbeat now
  used=$((spent > 0 ? spent : 1)) saving=$(sum_of saving)
  say "in all: $(counted "$attempt" attempt), $(hms "$spent") of $(hms "$CRFLOW_TOTAL")"
  say "checkpoints: $(sum_of checkpoints), $(hms "$saving") in all ($((saving * 100 / used)) % of the time)"
  say "work lost: $(hms "$(sum_of lost)")"
  if [[ -n ${CRFLOW_INTERVAL-} ]]; then say "advice on checkpoints: $(advice)"; fi
  tell_stale_files say
}

advice() {
  local cost lead percent
  read_count "$run/cost"
  cost=$REPLY percent=$((saving * 100 / used))
  lead=$((cost * 3 / 2 + 20)) # 1.5 times what the last checkpoint took until it was sealed, and 20 s
  if ((lead > CRFLOW_LEAD)); then
    printf 'a lead of %s s: the newest checkpoint took %s s until it was sealed, and the lead is %s s' "$lead" "$cost" "$CRFLOW_LEAD"
  elif [[ -z ${CRFLOW_MTBF-} ]] && ((percent > 5 && $(sum_of checkpoints) > attempt + 1)); then
    printf 'a longer interval, %s: checkpoints cost %s %% of the time' "$(hms $((CRFLOW_INTERVAL * percent / 5)))" "$percent"
  elif ((percent > 5 && attempt > 1)); then
    printf 'longer attempts (time): each ends with a checkpoint, and those cost %s %% of the time' "$percent"
  elif (($(sum_of lost) * 10 > used && $(sum_of lost) > CRFLOW_INTERVAL)); then
    printf 'find out why work was lost (the journal says when), or use a shorter %s' "$([[ -n ${CRFLOW_MTBF-} ]] && printf mtbf || printf interval)"
  else
    printf 'nothing to change'
  fi
}

# tell_stale_files COMMAND...: tells about them in one line.
tell_stale_files() {
  local first count
  IFS= read -r first 2>/dev/null <"$run/not-brought-back" || return 0
  count=$(wc -l <"$run/not-brought-back")
  "$@" "check $(counted "$count" file) that a restore did not bring back: $first$( ((count == 1)) || printf ', and those in %s' "$run/not-brought-back")"
}
