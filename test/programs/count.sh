#!/usr/bin/env bash
# count.sh LAST STEP_SECONDS [STATUS]: prints 1..LAST, one a line, STEP_SECONDS apart, and ends with STATUS (0).
#
# A checkpointer that saves memory needs no help from it. The stand-in for DMTCP (test/standin) cannot save any, so
# where DMTCP_STANDIN_MEMORY names a file, the counter lives there too, replaced by a rename after each line:
#   COUNTER OFFSET PID     the last line printed, where standard output ended after it, and whose memory this is
# With COUNT_GATE, half way it waits for a file of that name; with COUNT_TERM a TERM ends it, with status 0.
set -u
last=$1 step=$2 status=${3:-0}
memory=${DMTCP_STANDIN_MEMORY:-}
counter=0
if [[ -n ${COUNT_TERM-} ]]; then trap 'exit 0' TERM; fi

# remember [OFFSET]: nothing was printed to a file that was just opened, so its own position would be 0.
remember() {
  local name value offset=${1:-0}
  # Bash opens this file itself, so the position is that of its own standard output, and no process is started.
  while [[ -z ${1-} ]] && read -r name value; do
    if [[ $name == pos: ]]; then offset=$value; fi
  done </proc/$$/fdinfo/1
  printf '%s %s %s\n' "$counter" "$offset" "$$" >"$memory.tmp" && mv -f -- "$memory.tmp" "$memory"
}

if [[ -n $memory && -s $memory ]]; then
  read -r counter offset _ <"$memory"
  # The wrapper around this program was run again as well: what it printed meanwhile was printed before.
  if [[ -f /proc/$$/fd/1 ]]; then truncate -s "$offset" "/proc/$$/fd/1"; fi
  remember "$offset"
  if ((counter < last)); then sleep "$step"; fi
fi

while ((counter < last)); do
  while ((counter == last / 2)) && [[ -n ${COUNT_GATE-} && ! -e $COUNT_GATE ]]; do sleep 1; done
  counter=$((counter + 1))
  printf '%s\n' "$counter"
  if [[ -n $memory ]]; then remember; fi
  if ((counter < last)); then sleep "$step"; fi
done
exit "$status"
