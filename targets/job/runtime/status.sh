# --- The commands: status, checkpoint, stop, help ---

# status [RUN] [--json]
status() {
  local spent newest left='' job_state='' number word wanted='' json=''
  for word; do
    if [[ $word == --json ]]; then json=yes; else wanted=$word; fi
  done
  locate_run "$wanted"
  attempt=$(newest_number "$run/attempts")
  spent=$(spent_so_far)
  newest=$(newest_generation)
  [[ -r $run/attempts/$attempt/left ]] && read -r left <"$run/attempts/$attempt/left"
  if [[ -n $json ]]; then
    tell_as_json
    return
  fi
  if status_is_recorded; then
    printf 'run %s of %s: done, with status %s\n' "$run_id" "$name" "$recorded_status"
  else
    job_state=$(queue_state)
    case $job_state in
      RUNNING*) printf 'run %s of %s: running, attempt %s\n' "$run_id" "$name" "$attempt" ;;
      UNKNOWN) printf 'run %s of %s: Slurm does not answer; %s\n' "$run_id" "$name" "$(sign_of_life)" ;;
      ELSEWHERE) printf 'run %s of %s: in cluster %s, whose Slurm does not answer here; %s\n' "$run_id" "$name" "$holder_cluster" "$(sign_of_life)" ;;
      '') printf 'run %s of %s: stopped: %s\n' "$run_id" "$name" "${left:+status }${left:-its last attempt was killed}" ;;
      *) printf 'run %s of %s: in the queue (%s), attempt %s is next\n' "$run_id" "$name" "$job_state" $((attempt + 1)) ;;
    esac
  fi
  printf '  used       %s of %s (%s %%), in %s\n' "$(hms "$spent")" "$(hms "$CRFLOW_TOTAL")" \
    $((spent * 100 / (CRFLOW_TOTAL + !CRFLOW_TOTAL))) "$(counted "$attempt" attempt)"
  if ((newest > 0)); then
    read_clock
    printf '  saved      generation %s, %s ago, %s\n' "$newest" \
      "$(hms $((now - $(generation_count "$newest" time))))" "$(mib "$(generation_count "$newest" bytes)")"
    printf '  cost       %s, %s in all\n' "$(counted "$(sum_of checkpoints)" checkpoint)" "$(hms "$(sum_of saving)")"
  else
    printf '  saved      nothing yet\n'
  fi
  printf '  lost       %s of work\n' "$(hms "$(sum_of lost)")"
  for ((number = attempt > 5 ? attempt - 4 : 1; number <= attempt; number++)); do
    tell_attempt "$number"
  done
  tell_stale_files printf '  files      %s\n'
  printf '  output     %s\n' "${shown:-$output}"
  # A run that was resumed, or that another job continued, has several logs.
  cat "$run"/attempts/*/log 2>/dev/null | awk '/^\// && !told[$0]++ { print "  log        " $0 }'
  printf '  state      %s\n' "$run"
  status_is_recorded || [[ -n $job_state ]] || printf '  to resume  %s\n' "$(how_to resume "$0")"
}

# All that is known about the run, for `crc report` on any machine: one JSON object. The lines of the journal are texts, because the
# last one may be incomplete.
tell_as_json() {
  local comma='' line file pairs
  status_is_recorded || job_state=$(queue_state)
  pairs=(workflow "$name" run "$run_id" engine "$engine" queue "$job_state")
  if status_is_recorded; then pairs+=(status# "$recorded_status"); fi
  fixed_interval
  json_members "${pairs[@]}" total# "$CRFLOW_TOTAL" lead# "$CRFLOW_LEAD" ${REPLY:+interval# "$REPLY"} \
    output "${shown:-$output}" folder "$run"
  printf '{"format":1%s,\n"attempts":[' "$REPLY"
  for ((number = 1; number <= attempt; number++)); do
    [[ -d $run/attempts/$number ]] || continue
    pairs=(attempt# "$number")
    for file in seconds lost checkpoints saving; do
      read_count "$run/attempts/$number/$file"
      pairs+=("$file#" "$REPLY")
    done
    left=''
    [[ -r $run/attempts/$number/left ]] && read -r left <"$run/attempts/$number/left"
    json_members "${pairs[@]}" left "$left"
    printf '%s\n{%s}' "$comma" "${REPLY#,}"
    comma=,
  done
  printf '],\n"journal":['
  comma=''
  while IFS= read -r line || [[ -n $line ]]; do
    json_text "$line"
    printf '%s\n"%s"' "$comma" "$REPLY"
    comma=,
  done 2>/dev/null <"$run/journal.jsonl"
  printf ']}\n'
}

sign_of_life() {
  local at
  if [[ -n $left ]]; then
    printf 'attempt %s has left, with status %s' "$attempt" "$left"
  elif at=$(date -r "$run/attempts/$attempt/seconds" +%s 2>/dev/null); then
    read_clock
    printf 'the last sign of life of attempt %s is %s old' "$attempt" "$(hms $((now - at)))"
  else
    printf 'attempt %s has given no sign of life' "$attempt"
  fi
}

tell_attempt() {
  local left='' dir=$run/attempts/$1
  read_count "$dir/seconds"
  if [[ -r $dir/left ]]; then
    read -r _ left <"$dir/left"
  elif (($1 == attempt)) && [[ $job_state == @(RUNNING|UNKNOWN|ELSEWHERE) ]]; then
    left='running'
    if [[ $job_state != RUNNING ]]; then left='running, or killed'; fi
  else
    left='killed before it could record a status'
  fi
  printf '  attempt %-3s%s  %s\n' "$1" "$(hms "$REPLY")" "$left"
}

# ask_run checkpoint|stop [RUN]: asks a run that is running or, for stop, waiting in the queue.
ask_run() {
  local job_state
  locate_run "$2"
  [[ -O $run ]] || refuse "run $run_id belongs to somebody else"
  ! status_is_recorded || refuse "run $run_id is done"
  job_state=$(queue_state)
  case $1/$job_state in
    checkpoint/RUNNING)
      write_file "$run/attempts/$(newest_number "$run/attempts")/request" checkpoint
      wake_job
      printf 'asked run %s for a checkpoint: status shows when it is saved\n' "$run_id"
      ;;
    stop/RUNNING)
      write_file "$run/stop" "${USER-}"
      wake_job
      printf 'asked run %s to checkpoint and stop\n' "$run_id"
      ;;
    stop/PENDING | stop/CONFIGURING | stop/SUSPENDED | stop/COMPLETING) # COMPLETING: it is being requeued
      write_file "$run/stop" "${USER-}"
      printf 'run %s stops as soon as it starts again; nothing is lost\n' "$run_id"
      ;;
    */ELSEWHERE) refuse "run $run_id is in cluster $holder_cluster: ask there" ;;
    */UNKNOWN) refuse "Slurm does not answer, so nobody knows whether run $run_id is running" ;;
    *) refuse "run $run_id is not running${job_state:+ but $job_state}" ;;
  esac
}

# Sets run and run_id to the run that was named, or the newest.
locate_run() {
  shown='' looking=yes
  locate_state || refuse "$wrong"
  run=''
  if [[ -n $1 ]]; then
    find_run "$1" && run=$state/$REPLY
  else
    newest_run && run=$state/$REPLY
  fi
  [[ -n $run && -r $run/lease ]] || refuse "no run ${1:+$1 }of $name in $state (relative paths start at the folder you are in; a job that never started has no run, and scancel ends it)"
  run_id=${run##*/}
  read -r _ holder _ holder_cluster holder_job <"$run/lease"
  # The third line, if there is one, is the path of the output outside the container.
  { IFS= read -r workdir && IFS= read -r output && IFS= read -r shown; } <"$run/paths"
  check_settings || refuse "$wrong"
  read_total
}

refuse() {
  printf '%s: %s\n' "$name" "$1" >&2
  exit 2
}

help() {
  local blank=${name//?/ } # so that both kinds of lines explain in the same column
  cat <<HELP
  sbatch $name.sbatch                   start a run
  bash   $name.sbatch status [RUN]      how a run is doing, and what comes next; the newest run, if none is named
         … status [RUN] --json     ${blank}all that is known about it, for \`crc report\` on any machine
  bash   $name.sbatch checkpoint [RUN]  checkpoint now, and continue
  bash   $name.sbatch stop [RUN]        checkpoint now, and stop
  bash   $name.sbatch clean [RUN]       the space that finished runs still take; clean --yes frees it
  sbatch $name.sbatch resume RUN        continue a stopped run; of an array: sbatch --array=TASK $name.sbatch resume JOB_TASK
         … resume RUN GENERATION   ${blank}the same, from an older generation; later ones no longer count
         … resume RUN --total +2h  ${blank}the same, with two hours more (or with a new total: --total 6h)

The job ends with the application's own status, or with one of these:
  70  something is missing or not writable; the log says what
  71  stopped on request, checkpointed
  72  the run has used its total, or its attempts
  73  no progress over the last attempts
  74  the application was lost, and restoring it did not help
  75  unfinished; the log says whether Slurm requeued the job, or another job continues
  76  a newer attempt has taken over this run
  77  cancelled
  78  the application cannot be checkpointed and restored as it is; the log says why
  79  files have changed that a restore would leave as they are (strict = yes); the log names them
HELP
}
