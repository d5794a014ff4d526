# --- A sign of life: the output grows ---

# look_for_life: has the output grown since the last look? What it was at first is no sign: a program can be restored
# as one that hangs.
look_for_life() {
  local size=0
  [[ -r $output ]] && size=$(wc -c <"$output")
  if [[ -z ${seen_size-} ]]; then
    last_sign=$SECONDS lived=''
  elif [[ $size != "$seen_size" ]]; then
    last_sign=$SECONDS lived=yes
  fi
  seen_size=$size next_look=$((SECONDS + CRFLOW_ALIVE / 10 + 1))
}

hangs() {
  ((SECONDS < ${next_look:-0})) || look_for_life
  ((SECONDS - last_sign > CRFLOW_ALIVE)) && journal hangs
}

# A program that hangs must not have its good generations pruned for copies of the hanging one: only the first
# checkpoint behind a sign of life can hold it.
lived_since_checkpoint() {
  look_for_life
  [[ -n $lived ]]
}

# life_is_saved SECONDS: that it took. There could be no sign of life while all stood still.
life_is_saved() {
  look_for_life
  last_sign=$((last_sign + $1 < SECONDS ? last_sign + $1 : SECONDS)) lived=''
}
