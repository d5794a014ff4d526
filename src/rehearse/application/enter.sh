#!/usr/bin/env bash
# The command of a container runtime in a rehearsal: the container that the job starts for its inner half sees the folder of the rehearsal, and
# finds its commands before all others. enter.sh FOLDER COMMAND ARGUMENT...
set -u
folder=$1 command=$2
shift 2
options=("--bind=$folder:$folder")
case ${command##*/} in
  podman*) options=(--mount "type=bind,source=$folder,target=$folder") ;;
  shifter) options=("--volume=$folder:$folder") ;;
  ch-run) options=() ;; # the folder is below /tmp, which Charliecloud always shows
esac
before=()
while (($# > 0)); do
  # inside bash -p SCRIPT inner_half RUN ...
  if [[ $1 == bash && ${2-} == -p && ${4-} == inner_half ]]; then
    # The containers of some runtimes are not children of the job, so the scheduler finds them by its mark.
    # shellcheck disable=SC2016 # for the shell in the container
    begin='export PATH=$1:$PATH CRFLOW_REHEARSAL=$2; shift 2; exec "$@"'
    set -- bash -c "$begin" bash "$folder/bin" "${CRFLOW_REHEARSAL-}" "$@"
    if [[ ${before[0]-} == @(run|exec) ]]; then options=("${before[0]}" ${options[@]+"${options[@]}"}) before=("${before[@]:1}"); fi
    exec "$command" ${options[@]+"${options[@]}"} ${before[@]+"${before[@]}"} "$@"
  fi
  before+=("$1")
  shift
done
exec "$command" ${before[@]+"${before[@]}"}
