#!/usr/bin/env bash
# count.sh LAST STEP_SECONDS [STATUS] [OPTION...]: prints 1..LAST, one a line, STEP_SECONDS apart, and ends with STATUS (0).
#   hold=FILE   waits, half way, until there is such a file: so a test's fault is never too late, however slow the machine
#   hang=FILE   half way, where there is no such file, makes it and goes no further
#   sum=FILE    keeps "COUNTER SUM" in a file that is written in place, and ends with 9 where that is of a later step
#   witness=FOLDER   a file in it, by the number's name, gets the time of each number's last printing, and is closed at once,
#               so that no restore takes it back. Once there is a file `go` in it, the next multiple of ten is the last number
#
# A checkpointer that saves memory needs no help from it. The stand-in for DMTCP (standin) cannot save any, so
# where DMTCP_STANDIN_MEMORY names a file, the counter lives there too, replaced by a rename after each line:
#   COUNTER OFFSET PID     the last line printed, where standard output ended after it, and whose memory this is
# With COUNT_GATE, half way it waits for a file of that name; with COUNT_TERM a TERM ends it, with status 0.
set -u
last=$1 step=$2 status=${3:-0}
hold=${COUNT_GATE-} hang='' sum='' witness=''
for option in "${@:4}"; do
  case $option in
    hold=*) hold=${option#*=} ;;
    hang=*) hang=${option#*=} ;;
    sum=*) sum=${option#*=} ;;
    witness=*) witness=${option#*=} ;;
    *) exit 2 ;;
  esac
done
memory=${DMTCP_STANDIN_MEMORY:-}
counter=0
if [[ -n ${COUNT_TERM-} ]]; then trap 'exit 0' TERM; fi

remember() {
  local name value
  offset=0
  # Bash opens this file itself, so the position is that of its own standard output, and no process is started.
  while read -r name value; do
    if [[ $name == pos: ]]; then offset=$value; fi
  done </proc/$$/fdinfo/1
  write_memory
}

write_memory() { printf '%s %s %s\n' "$counter" "$offset" "$$" >"$memory.tmp" && mv -f -- "$memory.tmp" "$memory"; }

half_way() {
  if [[ -n $hang && ! -e $hang ]]; then
    : >"$hang"
    while :; do sleep 1; done
  fi
  if [[ -n $hold ]]; then
    # Not more often: DMTCP 4.1 can lose a process that forks just behind a checkpoint.
    until [[ -e $hold ]]; do sleep 0.4; done
  fi
}

add() {
  local done=0 value=0
  if [[ -e $sum ]]; then read -r done value <"$sum"; fi
  if ((done > counter)); then exit 9; fi
  # The stand-in may have stopped us behind this, and before the counter was remembered.
  # In place, and not emptied first: the stand-in may stop us between the two, and cannot bring the rest of it back.
  if ((done < counter)); then printf '%s %s\n' "$counter" $((value + counter)) 1<>"$sum"; fi
}

if [[ -n $memory && -s $memory ]]; then
  read -r counter offset _ <"$memory"
  # The wrapper around this program was run again as well: what it printed meanwhile was printed before.
  if [[ -f /proc/$$/fd/1 ]]; then truncate -s "$offset" "/proc/$$/fd/1"; fi
  write_memory # its position is not known before the first line
  if ((counter < last)); then sleep "$step"; fi
fi

while ((counter < last)); do
  if ((counter == last / 2)); then half_way; fi
  counter=$((counter + 1))
  printf '%s\n' "$counter"
  if [[ -n $sum ]]; then add; fi
  if [[ -n $witness ]]; then
    : >"$witness/$counter"
    if [[ -e $witness/go ]] && ((counter % 10 == 0)); then last=$counter; fi
  fi
  if [[ -n $memory ]]; then remember; fi
  if ((counter < last)); then sleep "$step"; fi
done
exit "$status"
