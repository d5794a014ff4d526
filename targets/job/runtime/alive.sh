# --- A sign of life: the output grows ---

# look_for_life: has the output grown since the last look? The first size proves nothing: a program may hang when it is
# restored.
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

# If a program hangs, copies of the hanging program must not replace its good generations: only the first checkpoint
# after a sign of life may contain it.
lived_since_checkpoint() {
  look_for_life
  [[ -n $lived ]]
}

# life_is_saved SECONDS: after a checkpoint that took so long, in which there could be no sign of life.
life_is_saved() {
  look_for_life
  last_sign=$((last_sign + $1 < SECONDS ? last_sign + $1 : SECONDS)) lived=''
}
