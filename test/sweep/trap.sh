# shellcheck shell=bash
# Read by the emitted script, which takes nothing from BASH_ENV, in its line `set -u`, so that its lines keep their numbers. Before each
# command of the two halves and of the shell around the application it is asked: is this where the power goes?
#
#   CRFLOW_SWEEP          a folder of the test's own: trace, hits, mark, group
#   CRFLOW_SWEEP_AT       ROLE:LINE#K, K the occurrence over all attempts; nothing: only write the trace
#   CRFLOW_SWEEP_COMMAND  the command as bash prints it (BASH_COMMAND): a line can hold several
#   CRFLOW_SWEEP_MODE     all: everything of the job dies; alone: only the half that is about to run the command
#
# What the script can see must not change: no process is started, no pattern is matched (BASH_REMATCH), nothing printed.
if [[ $- == *p* ]]; then
  __sweep_words=()
  while IFS= read -r -d '' __sweep_word; do __sweep_words+=("$__sweep_word"); done </proc/self/cmdline
  __sweep_role=''
  case ${__sweep_words[2]-}:${__sweep_words[3]-} in
    */slurm_script:*) __sweep_role=outer ;;
    */job-*.sbatch:inner_half) __sweep_role=inner ;;
    */job-*.sbatch:application) __sweep_role=application ;;
    *) ;;
  esac
  unset __sweep_words __sweep_word
fi

if [[ -n ${__sweep_role-} ]]; then
  # The process group of the attempt: all but what `timeout` starts is in it.
  if [[ $__sweep_role == outer ]]; then printf '%s' "$$" >"$CRFLOW_SWEEP/group"; fi

  # __sweep_look LINE COMMAND
  __sweep_look() {
    if [[ -z ${CRFLOW_SWEEP_AT-} ]]; then
      printf '%s\t%s\t%s\t%s\t%s\t%s\0' "$__sweep_role" "$1" "${FUNCNAME[1]-}" "$BASHPID" "${#FUNCNAME[@]}" "$2" >>"$CRFLOW_SWEEP/trace"
      return
    fi
    [[ $__sweep_role:$1 == "${CRFLOW_SWEEP_AT%#*}" && $2 == "$CRFLOW_SWEEP_COMMAND" ]] || return 0
    local hits group
    printf x >>"$CRFLOW_SWEEP/hits"
    IFS= read -r hits <"$CRFLOW_SWEEP/hits"
    ((${#hits} == ${CRFLOW_SWEEP_AT#*#})) || return 0
    printf '%s' "$CRFLOW_SWEEP_MODE" >"$CRFLOW_SWEEP/mark"
    if [[ $CRFLOW_SWEEP_MODE == all ]]; then
      IFS= read -r group <"$CRFLOW_SWEEP/group"
      kill -9 -- "-$group"
    fi
    kill -9 "$$" "$BASHPID"
  }
  # The trap runs tens of thousands of times a run: the line is compared before a function is called, and what starts
  # after the kill needs no trap any more.
  if [[ -z ${CRFLOW_SWEEP_AT-} ]]; then
    set -o functrace
    trap '__sweep_look "$LINENO" "$BASH_COMMAND"' DEBUG
  elif [[ $__sweep_role == "${CRFLOW_SWEEP_AT%%:*}" && ! -e $CRFLOW_SWEEP/mark ]]; then
    __sweep_line=${CRFLOW_SWEEP_AT#*:}
    set -o functrace
    trap "[[ \$LINENO != ${__sweep_line%#*} ]] || __sweep_look \"\$LINENO\" \"\$BASH_COMMAND\"" DEBUG
    unset __sweep_line
  fi
fi
