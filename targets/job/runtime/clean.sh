# --- The command: clean ---

# clean [RUN] [--yes]: removes the folders of finished runs; without --yes, says what it would remove. A run that can be
# resumed is removed only by name, and a run that is running or queued is never removed.
clean() {
  local word wanted='' yes='' entry freed=0
  for word; do
    if [[ $word == --yes ]]; then yes=yes; else wanted=$word; fi
  done
  locate_state || refuse "$wrong"
  check_settings || refuse "$wrong"
  if [[ -n $wanted ]]; then
    find_run "$wanted" || refuse "no run $wanted of $name in $state"
    clean_run "$REPLY"
  else
    for entry in "$state"/*/attempts; do
      entry=${entry%/attempts}
      if is_run_id "${entry##*/}"; then clean_run "${entry##*/}"; fi
    done
  fi
  if [[ -n $yes ]]; then
    find "$state/.scripts" -name 'job-*.sbatch' -links 1 -delete 2>/dev/null # no run uses it any more
    printf '%s removed\n' "$(mib $((freed * 1024)))"
  else
    printf '%s would be removed; nothing was. To remove it: bash %s clean %s--yes\n' "$(mib $((freed * 1024)))" "$0" "${wanted:+$wanted }"
  fi
}

# clean_run RUN: removes its folder, or says why not.
clean_run() {
  local size verdict='stopped, and can be resumed' kept='' job_state=''
  run_id=$1 run=$state/$1 holder='' holder_cluster='' holder_job=''
  if [[ ! -O $run || -L $run ]]; then
    kept='it belongs to somebody else'
  elif status_is_recorded; then
    verdict="done, with status $recorded_status"
  else
    [[ -r $run/lease ]] && read -r _ holder _ holder_cluster holder_job <"$run/lease"
    if [[ -n $holder ]]; then job_state=$(queue_state); fi
    if [[ -n $job_state ]]; then
      kept="its job $holder is $job_state"
    elif [[ -z $wanted ]]; then
      kept="it has stopped and can be resumed (clean $run_id removes it)"
    fi
  fi
  if [[ -n $kept ]]; then
    printf 'run %s: kept, because %s\n' "$run_id" "$kept"
    return
  fi
  size=$(du -sk "$run" 2>/dev/null) size=${size%%[!0-9]*}
  freed=$((freed + ${size:-0}))
  printf 'run %s: %s; %s %s\n' "$run_id" "$verdict" "$(mib $((${size:-0} * 1024)))" "${yes:+removed}"
  if [[ -n $yes ]]; then
    pass_on_locks # a killed run has left them
    rm -rf "$run" || refuse "cannot remove $run"
  fi
}
