# --- Slurm. Its controller can be slow, and can be gone: every question has a time limit ---

# Its times are told with their zone: an hour comes twice each autumn, and the user may have another format.
ask_slurm() { SLURM_TIME_FORMAT=%FT%T%z timeout -k 5 "$CRFLOW_SLURM_LIMIT" scontrol "$@" 2>&1; }

# Epoch seconds of this job's time limit; 0 where Slurm does not say.
slurm_end_time() {
  local job
  job=$(ask_slurm show job -o "$slurm_id") && job_end || printf 0
}

# Epoch seconds of the end of the job in $job; fails where it has none.
job_end() {
  local end
  end=$(job_fact EndTime) && date -d "${end:-none}" +%s 2>/dev/null
}

# job_fact KEY: a field of the `scontrol show job -o` in $job.
job_fact() { [[ $job =~ \ $1=([^ ]*) ]] && printf '%s' "${BASH_REMATCH[1]}"; }

# Sets cause: why were we signalled? JobState and PreemptTime tell (measured on Slurm 22.05); the signal's name does
# not. Where it is a preemption, the end of its grace is the job's new end; and a time limit may have been lowered, or not been told
# at the start.
why_signalled() {
  local job='' job_state preempted end
  cause=request
  if [[ -e $run/stop ]]; then
    return
  elif job=$(ask_slurm show job -o "$slurm_id"); then
    job_state=$(job_fact JobState) preempted=$(job_fact PreemptTime)
    end=$(job_end) && end_time=$end
    case $job_state/${preempted:-None} in
      COMPLETING/*) cause=cancelled ;;
      RUNNING/None) if near_the_end; then cause=limit; fi ;;
      RUNNING/* | PREEMPTED/*) cause=preemption ;;
      *) ;; # somebody is doing something to this job: save, and stop
    esac
  elif near_the_end; then
    cause=limit
  fi
}

# For those who look at the queue. Slurm may take its time, and the signals must be heard: so in the background.
show_in_queue() {
  local saved='nothing saved yet' sealed
  last_shown=$now
  sealed=$(newest_fact time)
  ((sealed)) && printf -v saved 'saved %(%H:%M)T' "$sealed"
  ask_slurm update "JobId=$slurm_id" \
    "Comment=attempt $attempt, $((spent * 100 / CRFLOW_TOTAL)) % of total, $saved" </dev/null >/dev/null &
  disown "$!"
}

# Where a requeue is refused, another job goes on with this run once this one has ended. What was asked for on
# the command line is not in the script, so what Slurm knows of it is asked for again. Sets next_job.
resubmit() {
  local job='' options=() option value
  job=$(ask_slurm show job -o "$slurm_id")
  for option in time:TimeLimit partition:Partition account:Account qos:QOS; do
    value=$(job_fact "${option#*:}")
    [[ ${value:-N/A} == @(N/A|\(null\)) ]] || options+=("--${option%%:*}=$value")
  done
  # Of an array, this task alone.
  if [[ -n ${SLURM_ARRAY_TASK_ID-} ]]; then options+=("--array=$SLURM_ARRAY_TASK_ID"); fi
  next_job=$(cd "$home" && timeout -k 5 "$CRFLOW_SLURM_LIMIT" sbatch --parsable \
    --dependency="afterany:$SLURM_JOB_ID" ${options[@]+"${options[@]}"} "$script" continue "$run_id")
  next_job=${next_job%%;*}
  is_count "$next_job" || { next_job='' && return 1; }
  journal resubmitted reason "$reason" job "$next_job"
}

# Slurm sends its warning up to 60 s early, and looks every 30 s.
near_the_end() {
  read_clock
  ((end_time && now >= end_time - CRFLOW_LEAD - 90))
}

# A preemption with grace TERMs the steps of a job at once, the batch shell only when the grace is over, when it
# is too late. So one step listens, beside the work, and leaves word on this node. The work itself is in no step:
# a signal to a step goes to every process in it.
listen_for_preemption() {
  local began=$SECONDS
  listener=$tmp_of_run/listener.$attempt
  rm -f "$listener.heard"
  : >"$listener"
  mkfifo -m 600 "$idle" 2>/dev/null # see pause
  {
    srun --overlap --nodes=1 --ntasks=1 --cpus-per-task=1 --mem=0 --cpu-bind=none \
      bash "$script" listen "$listener" "$idle" </dev/null >"$attempt_dir/listener.log" 2>&1
    if [[ -e $listener ]] && ((SECONDS - began < 10)); then # later, the whole job is being ended
      say "no step listens for preemption (see $attempt_dir/listener.log): one is noticed at the end of its grace only"
      journal deaf
    fi
  } &
  disown "$!"
}

# The step.
listen() {
  local file=$1 heard=$1.heard
  idle=$2
  # Slurm ends this step with the same signal: where nobody listens any more, no word is left.
  trap 'if [[ -e $file ]]; then : >"$heard"; fi' TERM
  while [[ -e $1 ]]; do pause; done
}

preemption_heard() { [[ -e $listener.heard ]]; }

# It sees its file go, and ends. Not by a signal to srun: that would end the step before it hears of anything.
stop_listening() {
  if [[ -n ${listener-} ]]; then rm -f "$listener" "$listener.heard" "$idle"; fi
  if [[ -n ${tmp_of_run-} ]]; then rm -rf "$tmp_of_run" "$attempt_dir/tmp"; fi
  if [[ -n ${places[*]-} ]] && holds_lease; then rmdir "${places[@]}" 2>/dev/null; fi # else a newer attempt's
}
