# --- Generations: complete checkpoints, sealed ---
#
#   generations/7/ckpt_*.dmtcp   the images of one checkpoint, and the folders that go with some of them
#   generations/7/images         their names, as DMTCP listed them at the commit: nothing else is ever restored
#   generations/7/facts          attempt, time, bytes, seconds, work behind it, and the folder it was written in
#   generations/7/machine        what it was written on: DMTCP, kernel, glibc, processor
#   generations/7/open           the files that the application had open, which are cut to the size that they had
#   generations/7/written        size and checksum of those among them that it can have been writing in place
#   generations/7/protected/     copies of the files that `protect` names
#   generations/7/seal           size and checksum of all of the above

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

# seal SECONDS: makes a generation of the checkpoint that was committed in live/ and took so long. Sets generation.
seal() {
  local partial bytes
  generation=$(($(newest_generation) + 1))
  partial=$run/generations/$generation.$attempt.partial # an attempt that was taken over may be writing one, too
  # Before anything else is written: all can end right behind the seal.
  if ((restored_from)); then : >"$run/proven"; fi
  if ! fill "$1" || ! put_in_place; then
    rm -rf "$partial"
    return 1
  fi
  say "sealed generation $generation ($(mib "$bytes") in $1 s)"
  journal sealed generation# "$generation" bytes# "$bytes" seconds# "$1"
  [[ -e $run/sealed ]] || : >"$run/sealed"
  note_size
  write_file "$run/cost" $((SECONDS - began)) # with checksum and flush
  work_is_saved "$1"
  prune || : # what cannot be removed now may be at the next seal
}

# Not into a generation of this number that a newer attempt has sealed meanwhile: a node that was cut off may come to this late.
put_in_place() {
  mv -T "$partial" "$run/generations/$generation" && return
  checkpoint_fails 'it could not be put in its place'
  return 1
}

# fill SECONDS: puts all of the generation into the folder $partial, and looks once more whether it is ours to seal.
fill() {
  local ended=''
  if [[ $how == -kc ]]; then ended=yes; fi
  rm -rf "$partial"
  refuse_foreign_peers
  if ! { mkdir "$partial" && list_images >"$partial/images" && collect_images "$partial" && keep_files "$partial"; }; then
    checkpoint_fails 'its files could not be collected'
    return 1
  fi
  if ! application_is_in "$partial/images"; then
    checkpoint_fails 'the application had just ended'
    return 1
  fi
  bytes=$(bytes_of "$partial")
  if ! { printf '%s\n' "attempt $attempt" "time $taken" "bytes $bytes" "seconds $1" "work $((work + taken - since - suspended))" \
    "live $live" ${ended:+"ended yes"} >"$partial/facts" && checksums "$partial" >"$partial/seal" && flush "$partial"; }; then
    checkpoint_fails 'its facts and checksums could not be written'
    return 1
  fi
  holds_lease && return
  checkpoint_fails 'a newer attempt has taken over this run'
  return 1
}

# The images of the checkpoint just committed, a name a line. The restart script's own list is split by
# spaces, and so may be our path: each name is what stands between one "/live/" and the next.
list_images() {
  local list
  list=$(grep -m 1 '^given_ckpt_files=' "$live/dmtcp_restart_script.sh") || return
  list=${list#given_ckpt_files=\"} list=${list%\"}
  [[ -n $list ]] || return
  while [[ $list == " $live/"* ]]; do
    list=${list#" $live/"}
    printf '%s\n' "${list%%" $live/"*}"
    if [[ $list == *" $live/"* ]]; then list=" $live/${list#*" $live/"}"; else list=''; fi
  done
  [[ -z $list ]]
}

# DMTCP names images by process ids that stay the same over restores: ckpt_NAME_HOST-PID-TIME.dmtcp. Where the
# shell around the application is among them, the application must be, or its status is lost.
application_is_in() {
  local shell application
  { read -r shell && read -r application; } 2>/dev/null <"$run/shell"
  ! grep -q -e "-${shell:-none}-" "$1" || grep -q -e "-${application:-none}-" "$1"
}

# The other files of a generation.
keep_files() {
  mv "$live/open" "$live/written" "$1/" && printf '%s\n' "$machine" >"$1/machine" || return
  if keeps_files; then keep_copies "$1"; fi
}

# Moves the images just committed to a folder on the same file system, and copies what goes with them: DMTCP
# writes its images anew each time, but not those folders.
collect_images() {
  local image files
  only_ours "$1/images" || attacked 'an image that is not of this computation is among those that DMTCP names'
  are_all "$1/images" || return
  while IFS= read -r image; do
    [[ -s $live/$image && ! -e $live/$image.temp ]] || return
    mv "$live/$image" "$1/" || return
    files=$live/${image%.dmtcp}_files
    if [[ -d $files ]]; then cp -a "$files" "$1/" || return; fi
  done <"$1/images"
  rm -f "$live"/*.dmtcp # of processes that have ended since
  discard_files_of_ended "$1/images"
}

# Size and checksum of every file of a generation. A CRC: it finds torn and flipped files, which is what
# happens, at a tenth of the cost of a hash that could also face an enemy.
checksums() {
  (set -o pipefail && cd "$1" && find . -type f ! -name seal -exec cksum {} + | LC_ALL=C sort -k 3)
}

bytes_of() { find "$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

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

# Removes generations older than the `keep` newest, and half-made ones.
prune() {
  local entry number
  for entry in "$run/generations"/*; do
    number=${entry##*/}
    if is_count "$number"; then
      ((number + keep > generation)) && continue
      # Renamed first: a generation is there whole, or not at all.
      mv "$entry" "$entry.old" && entry=$entry.old
    fi
    rm -rf "$entry"
  done
}
