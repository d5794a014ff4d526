# --- An end that comes again, and last words ---

# If the status comes for the third time at about the same point of the work, it is the application's own: the second time, the run went
# on from the newest generation, the third time from the previous one. Sets came to the number of times before this one.
came_again() {
  local status at point near=$((CRFLOW_INTERVAL + 60))
  came=0
  read_clock
  point=$((work + now - since))
  while read -r status at; do
    if [[ $status == "$ended_with" ]] && is_count "$at" && ((at >= point - near && at <= point + near)); then came=$((came + 1)); fi
  done 2>/dev/null <"$run/ended-early"
  journal ended_early status# "$ended_with" generation# "$(newest_usable)"
  printf '%s\n' "$ended_with $point" >>"$run/ended-early" || return 0
  if ((came == 1)); then write_file "$run/doubted" "$(newest_usable)"; fi
  ((came >= 2))
}

# After two such ends, that generation is not used again, in this attempt or a later one, unless the user goes back to it.
pass_over_doubted() {
  read_count "$run/doubted"
  ((REPLY)) && [[ ! $run/resumed -nt $run/doubted ]] && is_one_before "$REPLY" || return 0
  grep -qsx "$REPLY" "$attempt_dir/failed" || printf '%s\n' "$REPLY" >>"$attempt_dir/failed"
}

last_words() {
  local words
  words=$(tail -n 5 -- "$output" 2>/dev/null | tr -d '\0')
  [[ -n $words ]] || return 0
  say 'the last words of the application:'
  printf '%s\n' "$words"
}
