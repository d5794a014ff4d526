# --- Generations: complete checkpoints, sealed ---
#
#   generations/7/facts  attempt, time, bytes, seconds, work done until then, and facts of the engine
#   generations/7/seal   size and checksum of the facts and of all files of the engine

newest_generation() { newest_number "$run/generations"; }

# True even if it is gone since, because the program must not start anew onto its old output.
ever_sealed() { [[ -e $run/sealed ]] || (($(newest_generation) > 0)); }

# generation_fact N KEY: prints the value.
generation_fact() {
  local key value
  while read -r key value; do
    if [[ $key == "$2" ]]; then printf '%s' "$value"; fi
  done 2>/dev/null <"$run/generations/$1/facts"
}

# generation_count N KEY: prints a number; 0 if there is none.
generation_count() {
  local value
  value=$(generation_fact "$1" "$2")
  is_count "$value" || value=0
  printf '%s' "$value"
}

# newest_fact KEY: from the newest readable generation; 0 if there is none.
newest_fact() {
  local number value
  for ((number = $(newest_generation); number > 0; number--)); do
    value=$(generation_fact "$number" "$1")
    if is_count "$value"; then printf '%s' "$value" && return; fi
  done
  printf 0
}

# Size and checksum of every file of a generation. A CRC finds truncated and corrupted files, which are what
# happens, at a tenth of the cost of a hash that also resists an attacker.
checksums() {
  (set -o pipefail && cd "$1" && find . -type f ! -name seal -exec cksum {} + | LC_ALL=C sort -k 3)
}

# Sets generation to the newest one that is intact and has not failed in this attempt.
newest_good_generation() {
  for ((generation = $(newest_generation); generation > 0; generation--)); do
    [[ -d $run/generations/$generation ]] || continue
    if grep -qsx "$generation" "$attempt_dir/failed"; then continue; fi
    if is_whole "$run/generations/$generation"; then return; fi
    say "generation $generation is not intact; skipping it"
    journal passed_over generation# "$generation"
    printf '%s\n' "$generation" >>"$attempt_dir/broken" || : # on a full disk
  done
  return 1
}

# The newest generation that has not been found damaged in this attempt.
newest_usable() {
  local number
  for ((number = $(newest_generation); number > 0; number--)); do
    if [[ -d $run/generations/$number ]] && ! grep -qsx "$number" "$attempt_dir/broken"; then break; fi
  done
  printf '%s' "$number"
}

is_whole() { [[ -s $1/seal && $(checksums "$1" 2>/dev/null) == "$(<"$1/seal")" ]]; }
