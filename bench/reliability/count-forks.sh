#!/usr/bin/env bash
# count-forks.sh LAST STEP STATUS PROGRESS: what count.pl does, in the way of shell scripts, which start a process for everything.
last=$1 step=$2 status=$3 progress=$4
number=0
while ((number < last)); do
  number=$(expr "$number" + 1)
  printf '%s\n' "$number"
  printf '%s %s %s\n' "$number" "$(date +%s.%3N)" "${SLURM_CLUSTER_NAME:--}" >>"$progress"
  for _ in 1 2 3; do
    [[ $(printf '%s\n' 3 1 2 | sort -n | tail -n 1) == 3 ]] || exit 1
    sleep "$(awk -v step="$step" 'BEGIN { print step / 3 }')"
  done
done
exit "$status"
