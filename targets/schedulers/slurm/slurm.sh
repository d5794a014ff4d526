# --- Slurm. Its controller can be slow or gone, so every question has a time limit ---

# Asks for times with their zone, because an hour occurs twice each autumn, and the user may have another format.
ask_slurm() { SLURM_TIME_FORMAT=%FT%T%z timeout -k 5 "$CRFLOW_SLURM_LIMIT" scontrol "$@" 2>&1; }

need_scheduler() { need_tools scontrol srun; }

# ask_about JOB: by its raw number, because for an array task's id the controller lists the whole array.
ask_about() { ask_slurm show job "$1"; }

# read_job TEXT JOB: sets job to the fields of this job between those that users can name: its own name comes first, and its
# command may contain anything; and tres, which comes after those. Sets array_task if it is one. Fails if the text is no answer. If asked
# about the job that gave an array its number, Slurm lists all tasks.
read_job() {
  array_task='' tres=''
  job=$'\n\n'$1
  [[ $job == *$'\n\n'"JobId=$2 "* ]] || return
  job=${job#*$'\n\n'"JobId=$2 "}
  job=${job%%$'\n\n'JobId=*}
  if [[ $job =~ ^ArrayJobId=([0-9]+)\ ArrayTaskId=([0-9]+)\  ]]; then array_task=${BASH_REMATCH[1]}_${BASH_REMATCH[2]}; fi
  if [[ $job == *$'\n   TresPerNode='* ]]; then tres=${job##*$'\n'   TresPerNode=} tres=${tres%%[[:space:]]*}; fi
  job=${job##*$'\n'   UserId=}
  job=" ${job%%$'\n'   Command=*}"
  job=${job//$'\n'/ }
}

# job_fact KEY: sets REPLY to a field of job; empty if Slurm has no value.
job_fact() {
  REPLY=''
  [[ $job =~ \ $1=([^ ]*) ]] && REPLY=${BASH_REMATCH[1]}
  [[ $REPLY != @(|None|N/A|Unknown|\(null\)) ]] || { REPLY='' && return 1; }
}

# job_time KEY: the same, in epoch seconds.
job_time() { job_fact "$1" && REPLY=$(date -d "$REPLY" +%s 2>/dev/null) && is_count "$REPLY"; }

# Is this the batch shell of a job? Slurm gives its script this name.
is_batch_job() { [[ ${0##*/} == slurm_script && -n ${SLURM_JOB_ID-} ]]; }

submission_folder() { printf '%s' "${SLURM_SUBMIT_DIR:-$PWD}"; }

# Finds out which job this is. If sbatch is called within a job, it passes that job's SLURM_ variables on: only Slurm knows whose
# array, restart or end they name. Sets job_number; job_id, the same or ARRAY_TASK; cluster, node, restarts and end_time.
identify() {
  local try
  job_number=${SLURM_JOB_ID-} job_id=$job_number restarts=0 end_time=0 cluster='' node=${SLURMD_NODENAME:-$HOSTNAME}
  is_count "$job_number" || leave 70 'SLURM_JOB_ID does not contain the number of a job'
  if [[ ${SLURM_CLUSTER_NAME-} =~ ^[A-Za-z0-9_-]+$ ]]; then cluster=$SLURM_CLUSTER_NAME; fi
  # Since Slurm 23.02. If nothing is in doubt, a thousand tasks that start at once do not ask a thousand questions.
  if is_count "${SLURM_JOB_END_TIME-}"; then end_time=$SLURM_JOB_END_TIME; fi
  if ((end_time)) && [[ -z ${SLURM_ARRAY_TASK_ID-}${SLURM_RESTART_COUNT-} ]]; then return; fi
  for try in 1 2 3; do
    if read_job "$(ask_about "$job_number")" "$job_number"; then
      job_id=${array_task:-$job_id}
      if job_fact Restarts && is_count "$REPLY"; then restarts=$REPLY; fi
      if job_time EndTime; then end_time=$REPLY; fi
      return
    fi
    ((try == 3)) || sleep $((RANDOM % 10 + 1))
  done
  say 'Slurm does not say which job this is; using what the environment says'
  # A flow without an array is not a task, unless somebody resumes one: then the named run decides.
  if ((is_array)) && is_count "${SLURM_ARRAY_JOB_ID-}" && is_count "${SLURM_ARRAY_TASK_ID-}"; then
    job_id=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
  fi
  if is_count "${SLURM_RESTART_COUNT-}"; then restarts=$SLURM_RESTART_COUNT; fi
}

# Asks Slurm about this job in the background, because a controller can be slow or gone. The answer has arrived when its file exists.
ask_why() {
  [[ -z ${question-} ]] || return 0
  rm -f "$answer"
  { ask_about "$job_number" >"$answer.new" && mv -f "$answer.new" "$answer"; } 7>&- 8>&- 9>&- &
  know_process "$!" && question=$REPLY
  disown "$!"
}

# Sets cause if there is a clear answer, otherwise to nothing.
hear_answer() {
  cause=''
  [[ -n ${question-} ]] && ! lives "$question" || return 0
  question=''
  if [[ -e $answer ]]; then find_cause "$(<"$answer")"; fi
}

ask_cause() { find_cause "$(ask_about "$job_number")"; }

# find_cause ANSWER: sets cause, the reason for a signal, from what Slurm says about this job, because no signal's name reveals it. As
# measured on Slurm 22.05, 24.11 and 26.05. Empty: no answer, or the job is changing from one state to another.
#
#   limit      the time limit          preemption  with a grace period, or for good
#   cancelled  scancel                 requeued    by a preemption without grace, an administrator, or a node that failed
#   early      no reason yet
find_cause() {
  local state preempted='' end=0 known=$end_time
  cause=''
  read_job "$1" "$job_number" && job_fact JobState || return 0
  state=$REPLY
  if job_time PreemptTime; then preempted=$REPLY; fi
  if job_time EndTime; then end=$REPLY; fi
  if job_fact Restarts && is_count "$REPLY" && ((REPLY > restarts)); then
    cause=requeued
    return
  fi
  case $state in
    RUNNING | SIGNALING | SUSPENDED | STOPPED)
      # A preemption's grace period ends before the time limit, which itself may have been changed.
      if ((end)); then end_time=$end; fi
      if [[ -n $preempted ]]; then
        cause=preemption
      elif [[ $state != RUNNING ]]; then
        cause=''
      elif near_the_end; then
        cause=limit
      else
        cause=early
      fi
      ;;
    COMPLETING | CANCELLED | PREEMPTED | TIMEOUT | COMPLETED | FAILED)
      # A cancelled job ends before its time, even in a preemption's grace period; a job preempted for good ends at the preemption.
      if job_fact Reason && [[ $REPLY == TimeLimit ]]; then
        cause=limit
      elif [[ -z $preempted ]] || ((end != preempted && end < known)); then
        cause=cancelled
      else
        cause=preemption
      fi
      ;;
    *) ;;
  esac
}

# Slurm sends its warning up to 60 s early, and checks every 30 s.
near_the_end() {
  read_clock
  ((end_time && now >= end_time - CRFLOW_LEAD - 90))
}

# For people who look at the queue: the user's comment, and how the run is doing. Each update locks the controller, so it is
# not done often, and not for each task of an array.
show_in_queue() {
  local saved='nothing saved yet' sealed
  last_shown=$now
  if ((is_array)) || [[ $job_id == *_* ]]; then return; fi
  sealed=$(newest_fact time)
  ((sealed)) && printf -v saved 'saved %(%H:%M)T' "$sealed"
  tell_queue "crflow: attempt $attempt, $((spent * 100 / CRFLOW_TOTAL)) % of total, $saved" </dev/null >/dev/null 7>&- 8>&- 9>&- &
  disown "$!"
}

# tell_queue WORDS: after the user's own comment, which stays.
tell_queue() {
  local theirs
  theirs=$(timeout -k 5 "$CRFLOW_SLURM_LIMIT" squeue --noheader --jobs="$job_number" --format=%k 2>/dev/null) || return
  theirs=${theirs%%crflow: attempt *} theirs=${theirs%% | }
  [[ $theirs != '(null)' ]] || theirs=''
  ask_slurm update "JobId=$job_number" "Comment=${theirs:+$theirs | }$1"
}

# Fails, and says so, if Slurm refuses; fails with 2 if Slurm does not answer.
requeue() {
  local answer
  answer=$(ask_slurm requeue "$job_id") && return
  [[ $answer != @(|*'ontact slurm controller'*|*'timed out'*|*onnection*|*'ero Bytes'*|*'nexpected message'*) ]] || return 2
  say "Slurm does not requeue this job: $answer"
  return 1
}

# resubmit [NODE,...]: if a requeue is refused, another job continues this run after this one has ended, on none of these nodes. The
# script does not contain the options of the command line, so the new job gets what Slurm knows about this one. Sets next_job.
resubmit() {
  local options=() option avoid=${1-}
  if read_job "$(ask_about "$job_number")" "$job_number"; then
    for option in time:TimeLimit time-min:TimeMin partition:Partition account:Account qos:QOS reservation:Reservation \
      constraint:Features nodelist:ReqNodeList licenses:Licenses wckey:WCKey \
      mem:MinMemoryNode mem-per-cpu:MinMemoryCPU cpus-per-task:CPUs/Task nice:Nice; do
      if job_fact "${option#*:}" && [[ $REPLY != 0 ]]; then options+=("--${option%%:*}=$REPLY"); fi
    done
    if [[ -n $tres ]]; then options+=("--gres=${tres//gres[:\/]/}"); fi
    if job_fact ExcNodeList; then avoid+=$REPLY; fi
    if job_fact OverSubscribe && [[ $REPLY == NO ]]; then options+=(--exclusive); fi
  fi
  if [[ -n $avoid ]]; then options+=("--exclude=${avoid%,}"); fi
  # Only this task of an array.
  if [[ $job_id == *_* ]]; then options+=("--array=${job_id#*_}"); fi
  is_this_script "$script" || keep_script || return
  [[ -e $attempt_dir/submission ]] || keep_submission || return
  next_job=$(cd "$home" && in_environment "$attempt_dir/submission" \
    timeout -k 5 "$CRFLOW_SLURM_LIMIT" sbatch --parsable \
    --dependency="afterany:$job_number" ${options[@]+"${options[@]}"} "$script" continue "$run_id") || :
  next_job=${next_job%%;*}
  is_count "$next_job" || { next_job='' && return 1; }
  journal resubmitted reason "$reason" job "$next_job"
  # Newer versions requeue a preempted job that ends in its grace period: then two jobs would continue.
  ask_slurm update "JobId=$job_number" Requeue=0 >/dev/null || :
}

# A preemption with grace sends TERM to the steps of a job at once, but to the batch shell only when the grace period is over,
# which is too late. So one step only listens. The work itself is in no step, because a signal to a step goes to every
# process in it. The step sees end of file on a pipe when this shell is gone.
listen_for_preemption() {
  listened=$SECONDS heard=$tmp_of_run/heard.$attempt
  srun --job-name=crflow-listens --overlap --nodes=1 --ntasks=1 --cpus-per-task=1 --mem=0 --cpu-bind=none \
    bash -p "$script" listen "$open_pipe" "$$" "$heard" </dev/null >>"$attempt_dir/listener.log" 2>&1 7>&- 8>&- 9>&- &
  know_process "$!" && listener=$REPLY
  disown "$!"
}

# The step: records that it was told to end, and wakes the shell as often as it may need.
listen() {
  local told=''
  trap 'told=yes' TERM
  : >"$3.up" && kill -s CONT "$2"
  exec 6<>"$1"
  exec 5<"$1" 6>&-
  cat <&5 5<&- &
  exec 5<&-
  wait "$!"
  if [[ -n $told ]]; then
    : >"$3"
    kill -s CONT "$2"
    sleep 1
    kill -s CONT "$2"
  fi
}

# Reacts when the listening step has ended: it got a signal, or somebody ended it, or it cannot work here.
watch_listener() {
  [[ -n $listener ]] || return 0
  if [[ -e $heard.up ]]; then
    rm -f "$heard.up"
    ask_why # about anything that came before it listened
  fi
  if [[ -e $heard ]]; then
    listener=''
    note_signal TERM
  elif ! lives "$listener"; then
    listener=''
    if ((SECONDS - listened < 10 && ++deaths >= 3)); then
      say "no step listens for preemption (see $attempt_dir/listener.log): a preemption is noticed only at the end of its grace period"
      journal deaf
    else
      ask_why # there may have been more to it
      listen_for_preemption
    fi
  fi
}

# The state in the queue of the job that holds the run's lease: nothing if it has ended, UNKNOWN if nobody answers, ELSEWHERE
# if it is in another cluster. Any state that is neither final nor known means a job in the queue: held, being requeued, and so on.
queue_state() {
  local answer
  if [[ $holder_cluster != - && $(this_cluster) != "$holder_cluster" ]]; then
    printf 'ELSEWHERE'
    return
  fi
  answer=$(ask_about "$holder_job")
  if ! read_job "$answer" "$holder_job"; then
    [[ $answer == *'Invalid job id'* ]] || printf 'UNKNOWN'
    return 0
  fi
  job_fact JobState || return 0
  case $REPLY in
    BOOT_FAIL | CANCELLED | COMPLETED | DEADLINE | FAILED | NODE_FAIL | OUT_OF_MEMORY | PREEMPTED | TIMEOUT | REVOKED) ;;
    *) printf '%s' "$REPLY" ;;
  esac
}

this_cluster() {
  local answer
  if [[ -n ${SLURM_CLUSTER_NAME-} ]]; then
    printf '%s' "$SLURM_CLUSTER_NAME"
  elif answer=$(ask_slurm show config) && [[ $answer =~ ClusterName[[:blank:]]*=[[:blank:]]*([^[:space:]]+) ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
  fi
}

# The request is a file; this makes the job look for it now instead of at its next heartbeat.
wake_job() { timeout 30 scancel --batch --signal=CONT "$holder" || :; }

# how_to resume [SCRIPT]: prints the command that continues this run.
how_to() {
  local task=${run_id%%.*}
  if [[ $task == *_* ]]; then task="--array=${task#*_} "; else task=''; fi
  printf 'sbatch %s%s %s %s' "$task" "${2-$name.sbatch}" "$1" "$run_id"
}
