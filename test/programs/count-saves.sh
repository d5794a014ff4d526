#!/usr/bin/env bash
# count-saves.sh LAST STEP_SECONDS STATUS: counts to LAST, a number each STEP_SECONDS, a line each in steps.log, and ends with STATUS. It
# saves itself to save.txt, in place and slowly, each fourth number and while it waits; TERM makes it save and end with 0. It goes on from
# save.txt, to which it cuts steps.log, and ends with 3 if that is torn or changed, or if steps.log is too short for it.
#   COUNT_GATE        half way it waits until there is a file of this name
#   COUNT_SAVES       seconds between two saves while it waits (4)
#   COUNT_SAVING      seconds in which a save is torn (0.1); 0: it is renamed into place
#   COUNT_EVERY       numbers between two saves (4)
#   COUNT_ASKED       its status after TERM (0)
#   COUNT_MAX         seconds after which it saves and ends with 0, done or not
#   COUNT_PROGRESS    a file that gets each number, and that nothing takes it back from
#   COUNT_WITNESS     a folder: a file in it, by the number's name, gets the time of each number's last printing. Once there is a file
#                     `go` in it, the next multiple of ten is the last number
set -u
last=$1 step=$2 status=$3
witness=${COUNT_WITNESS-} gate=${COUNT_GATE-} asked='' n=0 size=0
trap 'asked=yes' TERM
if [[ -e save.txt ]]; then
  read -r n size check <save.txt || exit 3 # the line has no end
  [[ $n =~ ^[0-9]+$ && $size =~ ^[0-9]+$ && $check == "$n-$size" ]] && (($(wc -c <steps.log) >= size)) || exit 3
  truncate -s "$size" steps.log
else
  : >steps.log
fi

save() {
  size=$(wc -c <steps.log)
  if [[ ${COUNT_SAVING-} == 0 ]]; then
    printf '%s %s %s\n' "$n" "$size" "$n-$size" >save.new && mv -f save.new save.txt
    return
  fi
  printf '%s ' "$n" >save.txt
  rest "${COUNT_SAVING:-0.1}"
  printf '%s %s\n' "$size" "$n-$size" >>save.txt
}

rest() {
  sleep "$1" &
  wait "$!"
}

stop_if_asked() {
  if [[ -n $asked ]]; then save && exit "${COUNT_ASKED:-0}"; fi
  if [[ -n ${COUNT_MAX-} ]] && ((SECONDS >= COUNT_MAX)); then save && exit 0; fi
}

wait_half_way() {
  local since=$SECONDS
  [[ -n $gate ]] || return 0
  until [[ -e $gate ]]; do
    stop_if_asked
    rest 0.2
    if ((SECONDS - since >= ${COUNT_SAVES:-4})); then save && since=$SECONDS; fi
  done
}

while ((n < last)); do
  if ((n == last / 2)); then wait_half_way; fi
  stop_if_asked
  n=$((n + 1))
  printf '%s\n' "$n" >>steps.log
  if [[ -n $witness ]]; then
    : >"$witness/$n"
    if [[ -e $witness/go ]] && ((n % 10 == 0)); then last=$n; fi
  fi
  if [[ -n ${COUNT_PROGRESS-} ]]; then printf '%s\n' "$n" >>"$COUNT_PROGRESS"; fi
  if ((n % ${COUNT_EVERY:-4} == 0)); then save; fi
  if ((n < last)); then rest "$step"; fi
done
echo "$last" >result.txt
exit "$status"
