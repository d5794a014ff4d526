#!/usr/bin/env bash
# The program of a rehearsal for engine = own, in the place of the flow's `run`: it counts and saves itself, in the files of the flow, and
# is asked in the way of the flow. saves.sh FOLDER SECONDS STATUS, and these lists, each as `NAME FILE`:
#
#   file FILE     is saved, whole, by a rename        grows FILE   gets a line with each number
#   done FILE     is made at the end                  text TEXT    is printed at the end, in the last line, or into `in FILE`
#   signal NAME   asks it to save                     asked FILE   the same, by a file
#   answer ends|continues                             every N      it saves by itself after N numbers
#
# It prints 1, 2, 3, ... one number each SECONDS. Once there is a file FOLDER/finish, it goes on to the next multiple of ten and ends.
set -u
folder=$1 unit=$2 status=$3 counter=0
shift 3
files=() grows=() finished=() text='' into='' asked_by='' answer=ends every=60 asked=''
while (($# > 1)); do
  case $1 in
    file) files+=("$2") ;;
    grows) grows+=("$2") ;;
    'done') finished+=("$2") ;;
    text) text=$2 ;;
    in) into=$2 ;;
    signal) trap 'asked=yes' "$2" ;;
    asked) asked_by=$2 ;;
    answer) answer=$2 ;;
    every) every=$2 ;;
    *) exit 2 ;;
  esac
  shift 2
done
printf '%s\0%s\0' "$(pwd -P)" "${CRFLOW_REHEARSAL_VALUE-}" >>"$folder/found"

save() {
  local file offset=0 name value
  while read -r name value; do
    if [[ $name == pos: ]]; then offset=$value; fi
  done </proc/$$/fdinfo/1
  for file in "${files[@]}"; do
    mkdir -p -- "$(dirname -- "$file")"
    printf '%s %s whole\n' "$counter" "$offset" >"$file.new" && mv -f -- "$file.new" "$file"
  done
}

rest() {
  sleep "$unit" &
  wait "$!"
}

if [[ -s ${files[0]} ]]; then
  read -r counter offset whole <"${files[0]}"
  [[ $whole == whole ]] || exit 3
  truncate -s "$offset" "/proc/$$/fd/1" # as programs do that append to their log
fi
until ((counter > 0 && counter % 10 == 0)) && [[ -e $folder/finish ]]; do
  counter=$((counter + 1))
  printf '%s\n' "$counter"
  for file in ${grows[@]+"${grows[@]}"}; do printf '%s\n' "$counter" >>"$file"; done
  if [[ -n $asked_by && -e $asked_by ]]; then asked=yes; fi
  if [[ -n $asked ]]; then
    save
    asked=''
    if [[ $answer == ends ]]; then exit 0; fi
    if [[ -n $asked_by ]]; then rm -f -- "$asked_by"; fi
  elif ((counter % every == 0)); then
    save
  fi
  rest
done
save
for file in ${finished[@]+"${finished[@]}"}; do
  mkdir -p -- "$(dirname -- "$file")"
  echo "$counter" >"$file"
done
if [[ -n $text && -n $into ]]; then echo "$text" >>"$into" && text=''; fi
echo "done${text:+ $text}"
exit "$status"
