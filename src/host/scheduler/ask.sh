# A command of a rehearsal's scheduler: says which process asks, and waits for the answer. The scheduler reads the words, the environment and the folder
# of the question from /proc. FOLDER and SCHEDULER (a process) come before this.
set +o posix
PATH=$PATH:/usr/bin:/bin
box=$folder/answers/$$.$RANDOM$RANDOM

gone() {
  local why='Unable to contact slurm controller (connect failure)'
  case ${0##*/} in
    sbatch) why="sbatch: error: Batch job submission failed: $why" ;;
    srun) why="srun: error: Unable to create step for job ${SLURM_JOB_ID-}: $why" ;;
    scancel) why="scancel: error: Kill job error on job id ${!#}: $why" ;;
    *) why="slurm_load_jobs error: $why" ;;
  esac
  printf '%s\n' "$why" >&2
  exit 1
}

# Sets status, and prints what there is to print.
ask() {
  local lines
  if ! { [[ -d /proc/$scheduler ]] && mkfifo -m 600 "$box" && exec 3<>"$box" && printf '%s %s\n' "$$" "${box##*/}" 1<>"$folder/questions"; } 2>/dev/null; then
    gone "$@"
  fi
  until read -r -t 5 status <&3; do [[ -d /proc/$scheduler ]] || gone "$@"; done
  exec 3>&-
  if [[ -e $box.out ]]; then mapfile lines <"$box.out" && printf '%s' "${lines[@]}"; fi
  if [[ -e $box.err ]]; then mapfile lines <"$box.err" && printf '%s' "${lines[@]}" >&2; fi
}
