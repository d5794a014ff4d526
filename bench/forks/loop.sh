#!/usr/bin/env bash
# loop.sh FOLDER: what job scripts do all day: $(…), a pipeline, a sleep; for ever. Each result is checked: a line in FOLDER/wrong
# for one that is not right, with the status of the child, and a number in FOLDER/count for each round.
set -uo pipefail
n=0
wrong() { printf '%s\n' "$*" >>"$folder/wrong"; }
folder=$1
while :; do
  next=$(expr "$n" + 1) || wrong "expr: status $?"
  n=$((n + 1))
  [[ $next == "$n" ]] || wrong "expr: '$next' instead of $n"
  last=$(printf '%s\n' 3 1 2 | sort -n | tail -n 1) || wrong "pipeline: status $?"
  [[ $last == 3 ]] || wrong "pipeline: '$last' instead of 3"
  sleep 0.1 || wrong "sleep: status $?"
  printf '%s\n' "$n" >"$folder/count"
done
