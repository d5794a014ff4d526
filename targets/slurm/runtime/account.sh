# --- The account: time used, work saved and lost, checkpoints. One small file of each, an attempt ---

# heartbeat [now]: charges the time used by this attempt, so that a kill costs seconds of the account. True
# where it did, which is also when the lease is looked at.
heartbeat() {
  read_clock
  # A clock that was set back must not keep the lease from being looked at, nor give time for nothing.
  if ((now < last_beat)); then started=$((started + now - last_beat)) last_beat=$now last_shown=0; fi
  spent=$((spent_before + now - started))
  if ((now - last_beat < CRFLOW_HEARTBEAT)) && [[ -z ${1-} ]]; then return 1; fi
  last_beat=$now
  # Where the disk is full, it is a sign of life all the same.
  write_file "$attempt_dir/seconds" $((now - started)) || touch "$attempt_dir/seconds"
  if ((now - last_shown >= CRFLOW_REPORT)); then show_in_queue; fi
}

# Seconds of walltime charged to all attempts so far.
spent_so_far() { sum_of seconds; }

# sum_of FILE: of the first number in this file of every attempt.
sum_of() {
  local file sum=0
  for file in "$run"/attempts/*/"$1"; do
    read_count "$file"
    sum=$((sum + REPLY))
  done
  printf '%s' "$sum"
}

# add_to FILE SECONDS: of this attempt, or of the one whose folder is the third word.
add_to() {
  local file=${3-$attempt_dir}/$1
  read_count "$file"
  write_file "$file" $((REPLY + $2))
}

# Work counts from here, until it is sealed or lost. `since` is the moment, `work` what was done before it.
work_begins() {
  read_clock
  since=$now
  is_count "$work" || work=0
  write_file "$attempt_dir/since" "$since"
}

# work_is_saved SECONDS: by a checkpoint that took so long.
work_is_saved() {
  work=$((work + taken - since))
  add_to checkpoints 1
  add_to saving "$1"
  if ((restored_from)); then : >"$run/proven"; fi
  work_begins
}

# The computation is over: what it did since the last seal is lost, if it was not the last checkpoint that ended it.
charge_work() {
  read_count "$attempt_dir/since"
  if [[ $outcome != @(done|saved|again) ]] && ((REPLY)); then
    read_clock
    add_to lost $((now - REPLY))
  fi
  rm -f "$attempt_dir/since"
}

# The same for attempts that were killed: they lived until their last heartbeat.
charge_work_of_killed() {
  local file end
  for file in "$run"/attempts/*/since; do
    read_count "$file"
    ((REPLY)) || continue
    end=$(date -r "${file%since}seconds" +%s 2>/dev/null) && ((end > REPLY)) && add_to lost $((end - REPLY)) "${file%/since}"
    rm -f "$file"
  done
}

# The last lines of a run in the log: what it took, and what to change.
sum_up() {
  local used saving
  heartbeat now
  used=$((spent > 0 ? spent : 1)) saving=$(sum_of saving)
  say "in all: $attempt attempt(s), $(hms "$spent") of $(hms "$CRFLOW_TOTAL")"
  say "checkpoints: $(sum_of checkpoints), $(hms "$saving") in all ($((saving * 100 / used)) % of the time)"
  say "work lost: $(hms "$(sum_of lost)")"
  say "advice on checkpoints: $(advice)"
}

advice() {
  local newest lead
  newest=$(newest_fact seconds)
  lead=$((newest * 3 / 2 + 20)) # facts: 1.5 times the cost of the last checkpoint, and 20 s
  if ((lead > CRFLOW_LEAD)); then
    printf 'a lead of %s s: the newest checkpoint took %s s, and the lead is %s s' "$lead" "$newest" "$CRFLOW_LEAD"
  elif ((saving * 20 > used)) && ((saving > 60)); then
    printf 'a longer interval: checkpoints cost more than 5 %% of the time'
  elif (($(sum_of lost) * 10 > used && $(sum_of lost) > CRFLOW_INTERVAL)); then
    printf 'look why work was lost (the journal says when), or take a shorter interval'
  else
    printf 'nothing to change'
  fi
}
