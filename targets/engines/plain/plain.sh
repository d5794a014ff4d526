# --- The application as it is: started, found and ended without a checkpoint library ---

# start_application BLOCK [ENTRY...]: with these variables in addition to the user's. Sets computation; this half gets a message at its end.
start_application() {
  local block=$1
  shift
  ending=$attempt_dir/ended marked_since=()
  rm -f "$ending" "$tmp/application" "$run/shell"
  "$block" >"$run/run.sh" && write_rank && keep_environ "$@" && write_file "$run/started-by" "$attempt" || return
  (
    trap : TERM # not ignored, because the program would inherit that and could have no handler
    set -m      # `&` alone would make it ignore INT and QUIT
    cd "$workdir" || exit
    CRFLOW_MARK=$mark.$attempt bash -p "$script" application "$run" "$workdir" "$output" "$ending" &
    write_file "$tmp/application" "$!"
    wait "$!"
    tell_this_half over
  ) </dev/null >>"$attempt_dir/application.log" 2>&1 8<&- &
  disown "$!"
  wait_until 30 test -s "$tmp/application" && know_process "$(<"$tmp/application")" && computation=$REPLY
}

# keep_environ ENTRY...
keep_environ() {
  local left
  left=$(time_left)
  {
    program_environ
    printf '%s\0' "CRFLOW_MARK=$mark.$attempt" "CRFLOW_RANK=$run/rank" "CRFLOW_SECONDS_LEFT=$left" "CRFLOW_HOURS_LEFT=$(awk -v s="$left" 'BEGIN { printf "%.4f", s / 3600 }')" "$@"
    step_variables
  } >"$run/environ"
}

# write_rank: a program that starts each rank; rank_text prints what it does.
write_rank() { { printf '#!/bin/bash\n' && rank_text; } >"$run/rank" && chmod 700 "$run/rank"; }

# is_alone COMMAND...: a rank that would take itself for the only one. MPICH knows the others by PMI alone; where srun offers
# none, each rank is rank 0 of 1, all of them write the same files, and the status is 0 (measured, Slurm 22.05 and MPICH 4.0). The
# program may come after others in the command, such as taskset.
is_alone() {
  local word libraries
  ((${SLURM_STEP_NUM_TASKS:-1} > 1)) && [[ -z ${PMI_RANK-}${PMI_FD-}${PMI_CONTROL_PORT-} ]] || return
  for word; do
    word=$(type -P -- "$word") || continue
    libraries=$(ldd "$word" 2>/dev/null)
    if [[ $libraries == *@(libmpich.so|libmpi.so.12)* && $libraries != *libpmix* ]]; then
      REPLY="$word is linked with MPICH, and srun does not tell its ranks of each other: each would run alone, as rank 0 of 1. mpi = pmi2 helps"
      return
    fi
  done
  return 1
}

# Seconds until the application has to be saved: until the lead before the time limit, or the end of the budget.
time_left() {
  local left
  left=$((CRFLOW_TOTAL - $(spent_so_far)))
  read_clock
  read_count "$attempt_dir/ends"
  if ((REPLY && REPLY - CRFLOW_LEAD - now < left)); then left=$((REPLY - CRFLOW_LEAD - now)); fi
  printf '%s' $((left > 0 ? left : 0))
}

computation_lives() { [[ -n ${computation-} ]] && lives "$computation"; }

has_ended() { [[ -s ${ending-} ]]; }

# Concludes where its ranks would not have worked together. Sets ended_with: 137 if the shell around it, which records the status, was killed as well.
read_ending() {
  if [[ -s $attempt_dir/alone ]]; then conclude missing "$(<"$attempt_dir/alone")"; fi
  wait_until 5 has_ended
  read -r ended_with 2>/dev/null <"$ending" && [[ $ended_with =~ ^(0|[1-9][0-9]{0,2})$ ]] || ended_with=137
}

# If the job is being ended, the application got the same signal, and the reason may not have arrived here yet.
await_reason() { [[ ${request-} == finish* ]] || wait_until 10 requested || :; }

# conclude_done STATUS WORDS: ends the run.
conclude_done() {
  write_file "$run/status" "$1" && flush "$run/status"
  conclude 'done' "$2"
}

add_variables() { :; }

# Ends every process of this attempt's application on this node. The command that started its ranks ends those on other nodes if it is told
# to end, but not if it is killed.
end_computation() {
  local pid launchers=()
  for pid in $(processes_of "$mark\\.$attempt\$"); do
    if starts_ranks "$pid"; then launchers+=("$pid"); fi
  done
  if ((${#launchers[@]})); then
    kill -s TERM ${launchers[@]+"${launchers[@]}"} 2>/dev/null
    wait_until 10 none_lives ${launchers[@]+"${launchers[@]}"} || :
  fi
  end_all processes_of "$mark\\.$attempt\$"
  rm -rf "$tmp"
}

none_lives() {
  local pid
  for pid; do
    [[ ! -e /proc/$pid ]] || return
  done
}

# Sets REPLY to the processes with the attempt's mark: the ranks are no descendants of this half. What has it keeps it, so it is looked for
# once in each.
find_first() {
  local pid environment found=''
  for pid in "${!born[@]}"; do
    if [[ ${marked_since[pid]-} != "${born[pid]}" ]]; then
      environment=''
      { IFS= read -r -N 1048576 environment <"/proc/$pid/environ"; } 2>/dev/null
      [[ $environment == *"CRFLOW_MARK=$mark.$attempt"* ]] || continue
      marked_since[pid]=${born[pid]}
    fi
    found+="$pid "
  done
  REPLY=$found
}

processes_of_run() { processes_of "$mark\\."; }

# processes_of PATTERN: the processes whose environment has a mark that begins with it, and all in the same sessions.
processes_of() {
  local pid stat own_session sessions=' ' all=''
  own_processes
  read_stat "$$" && own_session=${stat[3]}
  for pid in $(cd /proc && grep -lsz -e "^CRFLOW_MARK=$1" "${own_pids[@]/%//environ}"); do
    pid=${pid%/*}
    read_stat "$pid" || continue
    sessions+="${stat[3]} " all+="$pid"$'\n'
  done
  [[ -n $all ]] || return 0
  for pid in "${own_pids[@]}"; do
    read_stat "$pid" || continue
    if [[ ${stat[0]} != Z && $sessions == *" ${stat[3]} "* && ${stat[3]} != "$own_session" ]] && ! is_step_daemon "$pid"; then all+="$pid"$'\n'; fi
  done
  sort -u <<<"${all%$'\n'}"
}

# tell_application SIGNAL: signals the first programs below `run` that have a handler for it; it would kill those that have none.
# The command that starts ranks passes on to them all signals except TERM, which it takes for an order to end them.
tell_application() {
  local application='' pid told=1 steps=()
  { read -r _ && read -r application; } 2>/dev/null <"$run/shell"
  is_count "$application" || return
  for pid in $(first_handlers "$1" "$application"); do
    if starts_ranks "$pid"; then
      steps+=("$pid")
    else
      kill -s "$1" "$pid" 2>/dev/null && told=0
    fi
  done
  if ((${#steps[@]})); then
    # In a preemption Slurm itself has TERMed them. A program may take a second TERM for haste, and GROMACS aborts at the third.
    if [[ $1 == TERM && ${request-} == *preemption ]] && wait_until 5 has_gone; then
      told=0
    elif ranks_handle "$1"; then
      if [[ $1 == TERM ]]; then signal_steps TERM; else kill -s "$1" ${steps[@]+"${steps[@]}"} 2>/dev/null; fi && told=0
    fi
  fi
  return "$told"
}

# ranks_handle SIGNAL: does a rank on this node handle it? Those on other nodes run the same program.
ranks_handle() {
  local pid ranks=()
  for pid in $(processes_of "$mark\\.$attempt\$"); do
    if is_rank "$pid"; then ranks+=("$pid"); fi
  done
  ((${#ranks[@]} == 0)) || [[ -n $(first_handlers "$1" ${ranks[@]+"${ranks[@]}"}) ]]
}

# first_handlers SIGNAL PROCESS...: prints those that handle it, or else the first below them that do. What starts ranks on this node is told
# if they handle it and it passes it on. Open MPI's passes on only USR1 and USR2, and kills them 2 s after a TERM: they are told themselves.
first_handlers() {
  local number pid stat parents=() via=() level next child starter
  number=$(kill -l "$1")
  own_processes
  for pid in "${own_pids[@]}"; do
    if read_stat "$pid"; then parents[pid]=${stat[1]}; fi
  done
  level="${*:2}"
  while [[ -n $level ]]; do
    next=''
    for pid in $level; do
      starter=${via[pid]-}
      if [[ $(name_of "$pid") == @(mpirun|mpiexec|orterun|prterun|orted|prted|hydra_)* ]]; then
        if [[ -z $starter ]] && handles "$pid" "$number" && { [[ $1 == USR[12] ]] || ! is_open_mpi "$pid"; }; then starter=$pid; fi
      elif handles "$pid" "$number"; then
        printf '%s\n' "${starter:-$pid}"
        continue
      fi
      for child in ${!parents[*]}; do
        if [[ ${parents[child]} == "$pid" ]]; then
          next+=" $child"
          if [[ -n $starter ]]; then via[child]=$starter; fi
        fi
      done
    done
    level=${next# }
  done | sort -u
}

# is_open_mpi PROCESS: is this mpirun a link to its launcher, or the other program that this one starts?
is_open_mpi() { [[ $(readlink "/proc/$1/exe") == */@(orterun|prterun) ]]; }

# handles PROCESS NUMBER: by a handler; or one of its threads waits for it, and the others block it, as in srun.
handles() {
  local key mask
  while read -r key mask; do
    if [[ $key == Sig@(Blk|Cgt): ]] && (((16#${mask: -8} >> ($2 - 1)) & 1)); then return; fi
  done 2>/dev/null <"/proc/$1/status"
  return 1
}
