# --- Generations: complete checkpoints, sealed ---
#
#   generations/7/facts  attempt, time, bytes, seconds, work done by then, and what the engine has to say
#   generations/7/seal   size and checksum of the facts and of all that the engine has put there

newest_generation() { newest_number "$run/generations"; }

# Also where it is gone since: the program is not started anew onto its old output.
ever_sealed() { (($(newest_generation) > 0)) || [[ -e $run/sealed ]]; }

# generation_fact N KEY
generation_fact() {
  local key value
  while read -r key value; do
    if [[ $key == "$2" ]]; then printf '%s' "$value"; fi
  done 2>/dev/null <"$run/generations/$1/facts"
}

# generation_count N KEY: one that is a number; 0 where it is not there, or is none.
generation_count() {
  local value
  value=$(generation_fact "$1" "$2")
  is_count "$value" || value=0
  printf '%s' "$value"
}

# newest_fact KEY: of the newest generation that can be read; 0 where there is none.
newest_fact() {
  local number value
  for ((number = $(newest_generation); number > 0; number--)); do
    value=$(generation_fact "$number" "$1")
    if is_count "$value"; then printf '%s' "$value" && return; fi
  done
  printf 0
}

# Size and checksum of every file of a generation. A CRC: it finds torn and flipped files, which is what
# happens, at a tenth of the cost of a hash that could also face an enemy.
checksums() {
  (set -o pipefail && cd "$1" && find . -type f ! -name seal -exec cksum {} + | LC_ALL=C sort -k 3)
}

# Sets generation to the newest that is whole and has not failed in this attempt.
newest_good_generation() {
  for ((generation = $(newest_generation); generation > 0; generation--)); do
    [[ -d $run/generations/$generation ]] || continue
    if grep -qsx "$generation" "$attempt_dir/failed"; then continue; fi
    if is_whole "$run/generations/$generation"; then return; fi
    say "generation $generation is not whole; passing it over"
    journal passed_over generation# "$generation"
  done
  return 1
}

is_whole() { [[ -s $1/seal && $(checksums "$1" 2>/dev/null) == "$(<"$1/seal")" ]]; }
