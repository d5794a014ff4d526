#!/usr/bin/env bash
# saves-itself.sh LAST STEP_SECONDS [OPTION...]: a program with its own checkpoints, as badly behaved as real ones. It adds a line
# a step to steps.log, goes on from save.txt, and writes result.txt when all is done.
#   term=ends|dies|deaf   what TERM does: saves and ends (default); kills it, as without a handler; nothing
#   usr1=saves            USR1 saves, and it goes on
#   stop=FILE             a FILE that appears: it saves and ends
#   every=N               saves by itself each N steps
#   next                  after each of those waits until a file next-N is there, N the step
#   place                 saves in place, slowly: torn for half a second each time
#   status=N              what it ends with where it was stopped (default 0)
#   early=N               ends at step N with status 0, saved
#   loses=first|yes       removes save.txt: at its start; when it is asked, instead of saving
#   hold=FILE             waits half way until FILE is there, or it is asked
#   appends               does not cut steps.log when it goes on
#   fresh                 begins anew whatever is there, over its old results
#   rejects=N         ends with 3 where save.txt is of step N
#   tears=FILE        half way, once there is a FILE, leaves save.txt torn and waits for ever
#   breaks=N:STATUS       dies at step N with STATUS, until `mended` is there
set -u
last=$1 step=$2
shift 2
declare -A option=([term]=ends [usr1]=dies [stop]='' [every]=0 [status]=0 [early]=-1 [hold]='' [breaks]='-1:0')
for word; do option[${word%%=*}]=${word#*=}; done
n=0
if [[ -e save.txt && -z ${option[fresh]-} ]]; then
  read -r n check <save.txt
  if [[ $check != "whole" ]]; then echo "save.txt is broken" && exit 3; fi
  if [[ $n == "${option[rejects]-}" ]]; then exit 3; fi
  echo "going on from step $n"
  if [[ -z ${option[appends]-} ]]; then
    head -n "$n" steps.log >steps.new
    cat steps.new >steps.log
  fi
else
  : >steps.log
fi
if [[ ${option[loses]-} == first ]]; then rm -f save.txt; fi
save() {
  if [[ -n ${option[place]-} ]]; then
    printf '%s ' "$n" >save.txt
    sleep 0.5
    echo whole >>save.txt
  else
    echo "$n whole" >save.new && mv save.new save.txt
  fi
}
asked=''
case ${option[term]} in
  ends) trap 'asked=yes' TERM ;;
  deaf) trap '' TERM ;;
  *) ;;
esac
if [[ ${option[usr1]} == saves ]]; then trap save USR1; fi
while ((n < last)); do
  sleep "$step" &
  wait "$!"
  n=$((n + 1))
  echo "$n" >>steps.log
  echo "step $n"
  while [[ -n ${option[hold]} && ! -e ${option[hold]} && -z $asked && ! -e ${option[stop]:-/none} ]] && ((n == last / 2)); do
    if [[ -n ${option[tears]-} && -e ${option[tears]} ]]; then
      printf '%s ' "$n" >save.txt
      echo torn
      while :; do sleep 1; done
    fi
    sleep 0.1
  done
  if ((option[every] && n % option[every] == 0)); then
    save
    until [[ -z ${option[next]-} || -e next-$n ]]; do sleep 0.1; done
  fi
  if [[ $n == "${option[breaks]%:*}" && ! -e mended ]]; then exit "${option[breaks]#*:}"; fi
  if [[ -n $asked || (-n ${option[stop]} && -e ${option[stop]}) ]]; then
    if [[ ${option[loses]-} == yes ]]; then rm -f save.txt; else save; fi
    echo "asked to stop at step $n"
    exit "${option[status]}"
  fi
  if ((n == option[early])); then save && exit 0; fi
done
echo "$last steps" >result.txt
echo 'all done'
exit 7
