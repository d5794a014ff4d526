# --- A new generation: fill it, seal it, and remove older ones ---

# seal SECONDS: makes a generation of a complete checkpoint that took this long. Sets generation.
seal() {
  local partial bytes
  generation=$(($(newest_generation) + 1))
  partial=$run/generations/$generation.$attempt.partial # a superseded attempt may be writing one at the same time
  # Before anything else is written, because the job may end directly after the seal.
  if ((restored_from)); then : >"$run/proven"; fi
  if ! fill "$1" || ! put_in_place; then
    rm -rf "$partial"
    return 1
  fi
  say "sealed generation $generation ($(mib "$bytes") in $1 s)"
  journal sealed generation# "$generation" bytes# "$bytes" seconds# "$1"
  [[ -e $run/sealed ]] || : >"$run/sealed"
  note_size
  write_file "$run/cost" $((SECONDS - began)) # including checksums and flush
  work_is_saved "$1"
  prune || : # what cannot be removed now may be removed at the next seal
}

# Never into a generation with this number that a newer attempt has sealed in the meantime: a node that was cut off may come late.
put_in_place() { mv -T "$partial" "$run/generations/$generation" || checkpoint_fails 'it could not be moved into place'; }

# fill SECONDS: puts the whole generation into the folder $partial, and checks the lease once more.
fill() {
  rm -rf "$partial"
  why_not='its files could not be collected'
  { mkdir "$partial" && collect "$partial"; } || checkpoint_fails "$why_not" || return
  bytes=$(bytes_of "$partial")
  {
    printf '%s\n' "attempt $attempt" "time $taken" "bytes $bytes" "seconds $1" "work $((work + taken - since - suspended))" \
      ${facts[@]+"${facts[@]}"} >"$partial/facts" && checksums "$partial" >"$partial/seal" && flush "$partial"
  } || checkpoint_fails 'its facts and checksums could not be written' || return
  holds_lease || checkpoint_fails 'a newer attempt has taken over this run'
}

bytes_of() { find "$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

# Removes generations older than the `keep` newest, and incomplete ones. Those that are not intact, or could not be restored, do not count.
prune() {
  local entry number useless sealed=() left=0
  useless=$'\n'$(cat "$run"/attempts/*/{broken,failed} 2>/dev/null)$'\n'
  for entry in "$run/generations"/*; do
    number=${entry##*/}
    if ! is_count "$number"; then
      rm -rf "$entry"
    elif ((number <= generation)); then
      sealed[number]=$entry
      if [[ $useless != *$'\n'"$number"$'\n'* ]]; then left=$((left + 1)); fi
    fi
  done
  # The oldest first.
  for number in "${!sealed[@]}"; do
    ((left > keep)) || break
    if [[ $useless != *$'\n'"$number"$'\n'* ]]; then left=$((left - 1)); fi
    # Renamed first, so that a generation is there completely or not at all.
    entry=${sealed[number]}
    mv "$entry" "$entry.old" && rm -rf "$entry.old"
  done
}

# work_is_saved SECONDS: by a checkpoint that took this long.
work_is_saved() {
  work=$((work + taken - since - suspended)) suspended=0
  add_to checkpoints 1
  add_to saving "$1"
  work_begins
  write_file "$run/sealed" "$work" || : # last, because a kill must not charge it twice
}

# After the restore of an older generation, what newer ones had saved is lost as well. `sealed` holds the work that counts as saved: charged
# once, it is less, so that another restore of the same generation charges nothing. First, because a kill must not charge it twice.
charge_saved_work() {
  local counted
  read_count "$run/sealed"
  counted=$REPLY
  if is_count "$work" && ((work < counted)) && write_file "$run/sealed" "$work"; then add_to lost $((counted - work)); fi
}
