# --- A sign of life: the output grows ---

# look_for_life: sets last_sign to now where the output has another size than at the last look.
look_for_life() {
  local size=0
  [[ -r $output ]] && size=$(wc -c <"$output")
  if [[ $size != "${seen_size-}" ]]; then seen_size=$size last_sign=$SECONDS; fi
  next_look=$((SECONDS + CRFLOW_ALIVE / 10 + 1))
}

hangs() {
  ((SECONDS >= ${next_look:-0})) || return
  look_for_life
  ((SECONDS - last_sign > CRFLOW_ALIVE)) && journal hangs
}

# A program that hangs must not have its good generations pruned for copies of the hanging one.
lived_since_checkpoint() {
  look_for_life
  ((last_sign > ${last_copied:--1})) && last_copied=$SECONDS
}
