# srun: starts the tasks of a step as its own children, each with a process group of its own, and waits for them.
tell() { printf '%s %s\n' "$1" "$mark" 1<>"$folder/questions"; }

ended() { ! kill -0 "$1" 2>/dev/null; }

# shellcheck disable=SC2317 # a trap calls it
end_step() {
  printf 'srun: %s\nsrun: Job step aborted: Waiting up to 7 seconds for job step to finish.\n' "$1" >&4
  tell KILL
}

# As the shell names what has ended a task: Killed, Terminated.
signal_name() {
  case $(kill -l "$1") in
    KILL) printf Killed ;;
    TERM) printf Terminated ;;
    *) printf 'Signal %d' "$1" ;;
  esac
}

ask "$@"
[[ $status == step ]] || exit "$status"
tasks=1 skip=0 node='' kill_on_bad_exit=''
# shellcheck source=/dev/null
. "$box.step" # sets these, and exports the variables of the step
mark=${CRFLOW_REHEARSAL##*/}
shift "$skip"
if ! type -P -- "$1" >/dev/null; then
  printf 'slurmstepd-%s: error: execve(): %s: No such file or directory\nsrun: error: %s: task 0: Exited with exit code 2\n' "$node" "$1" "$node" >&2
  tell end
  exit 2
fi
set -m
tasks_running=()
for ((task = 0; task < tasks; task++)); do
  (SLURM_PROCID=$task SLURM_LOCALID=$task exec "$@") &
  tasks_running[task]=$!
done
exec 4>&2 2>/dev/null # or bash would report each task that a signal ends
for signal in USR1 USR2 ALRM; do
  # shellcheck disable=SC2064 # this signal
  trap "tell $signal" "$signal"
done
trap 'end_step "forcing job termination"' TERM HUP QUIT
trap 'printf "srun: got SIGCONT\n" >&4' CONT
result=0 aborted=''
while ((${#tasks_running[@]})); do
  wait -n
  for task in "${!tasks_running[@]}"; do
    ended "${tasks_running[task]}" || continue
    for _ in 1 2 3; do
      wait "${tasks_running[task]}"
      status=$?
      ((status >= 0)) && break # bash says -1 where a trap comes in between
    done
    unset -v 'tasks_running[task]'
    ((status == 0)) && continue
    ((status > result)) && result=$status
    if ((status > 128)); then
      printf 'srun: error: %s: task %d: %s\n' "$node" "$task" "$(signal_name $((status - 128)))" >&4
    else
      printf 'srun: error: %s: task %d: Exited with exit code %d\n' "$node" "$task" "$status" >&4
    fi
    if [[ -z $aborted ]] && ((${#tasks_running[@]})) && { ((status > 128)) || [[ -n $kill_on_bad_exit ]]; }; then
      aborted=yes
      tell KILL
    fi
  done
done
tell end
exit "$result"
