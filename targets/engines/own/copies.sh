# --- The files of the application: copied, and put back as they were ---
#
#   generations/7/files/   copies of what `files` names
#   generations/7/grown    a line "SIZE SUM FILE" for the output and for each file that `grows` names: its length, and the checksum of
#                          its first and last 64 KiB
#   before/                the same, from before the first start

own_files() { files_like "$workdir" ${saved_files[@]+"${saved_files[@]}"}; }

# What these files look like from outside: it is equal only if nothing was written in between.
signature() { own_files | (cd "$workdir" && xargs -0 -r stat -c '%n %s %y %i' --) 2>/dev/null | LC_ALL=C sort; }

# The file that was written last.
newest_file() {
  own_files | (cd "$workdir" && xargs -0 -r stat -c '%.9Y %n' --) 2>/dev/null | LC_ALL=C sort -n | tail -n 1 | cut -d ' ' -f 2-
}

# has_file FOLDER PATTERN: is there a file that matches?
has_file() {
  local file
  IFS= read -r -d '' file < <(files_like "$@" 2>/dev/null)
}

# Is there a file for each pattern of `files` for which the newest generation has one, and any at all? Without one of them a
# program may begin anew over its results, with status 0, as GROMACS does without md.cpt.
nothing_is_missing() {
  local pattern any='' newest
  newest=$(newest_generation)
  for pattern in ${saved_files[@]+"${saved_files[@]}"}; do
    if has_file "$workdir" "$pattern"; then
      any=yes
    elif [[ -d $run/generations/$newest/files ]] && has_file "$run/generations/$newest/files" "$pattern"; then
      checkpoint_fails "no file matches '$pattern' of \`files\` any more, and generation $newest has one"
      return 1
    fi
  done
  [[ -z $any ]] || return 0
  checkpoint_fails "none of \`files\` is there"
  return 1
}

# A pattern that has matched nothing so far may be wrong, or stand for what comes later.
tell_unmatched() {
  local pattern
  for pattern in ${saved_files[@]+"${saved_files[@]}"}; do
    has_file "$run/generations/$generation/files" "$pattern" ||
      say "no file matches '$pattern' of \`files\`: no checkpoint has it so far"
  done
}

# Waits until nothing changes for a while, by this node's clock, because the files' times come from another. An ended program writes nothing more.
# Sets quiet_as: only files that still look like that are complete.
await_quiet() {
  local was since=$SECONDS limit=$((SECONDS + 20 * CRFLOW_QUIET + 20))
  quiet_as=$(signature)
  while goes_on && ((SECONDS - since <= CRFLOW_QUIET)); do
    ((SECONDS < limit)) || return
    pause
    was=$quiet_as quiet_as=$(signature)
    if [[ $quiet_as != "$was" ]]; then since=$SECONDS; fi
  done
  goes_on || quiet_as=$(signature)
}

collect() {
  facts=()
  copy_files "$1" "$quiet_as"
}

# copy_files FOLDER SIGNATURE: fails if the files do not look like this before and after they are copied.
copy_files() {
  local was=$2
  still_looks_like "$was" && mkdir "$1/files" && own_files | (cd "$workdir" && xargs -0 -r cp --reflink=auto --preserve=mode,timestamps --parents -t "$1/files" --) || return
  if [[ -z $grown_then || (-z $noted && $was != "$seen_as") ]]; then grown_then=$(grown); fi
  printf '%s' "${grown_then:+$grown_then$'\n'}" >"$1/grown" || return
  still_looks_like "$was"
}

still_looks_like() {
  [[ $(signature) != "$1" ]] || return 0
  why_not='the files of the application changed while they were copied'
  return 1
}

# Lengths and checksums of the files that the application only appends to.
grown() {
  local file
  tell_size "$output"
  while IFS= read -r -d '' file; do tell_size "$workdir/$file"; done < <(files_like "$workdir" ${grown_files[@]+"${grown_files[@]}"})
}

tell_size() {
  local size
  [[ -f $1 ]] || return 0
  size=$(stat -c %s -- "$1") && printf '%s %s %s\n' "$size" "$(sum_of_ends "$1" "$size")" "$1"
}

# put_back FOLDER: restores all files as they were. Newer files are set aside, because programs use the newest that they find.
put_back() {
  local file
  while IFS= read -r -d '' file; do
    [[ -e $1/files/$file ]] || set_aside "$file" || return
  done < <(own_files)
  while IFS= read -r -d '' file; do
    file=${file#./}
    cmp -s -- "$1/files/$file" "$workdir/$file" && continue
    # Renamed into place, so that the file is there completely or not at all.
    mkdir -p "$workdir/$(dirname -- "$file")" && cp --preserve=mode,timestamps -- "$1/files/$file" "$workdir/$file.crflow" &&
      mv -fT -- "$workdir/$file.crflow" "$workdir/$file" || return
  done < <(cd "$1/files" && find . -type f -print0)
  cut_back "$1/grown"
}

# set_aside FILE: with the folders that it leaves empty, because those may look like a checkpoint, as that of a time does to OpenFOAM. A
# folder whose name is written out in a pattern may have to be there.
set_aside() {
  local to=$live/set-aside folder=$1
  mkdir -p "$to/$(dirname -- "$1")" && mv -f -- "$workdir/$1" "$to/$1" || return
  say "set aside, because it is newer than the checkpoint from which the application continues: $1 (in $to)"
  while [[ $folder == */* ]]; do
    folder=${folder%/*}
    if is_written_out "$folder" || ! rmdir -- "$workdir/$folder" 2>/dev/null; then break; fi
  done
}

is_written_out() {
  local pattern
  for pattern in ${saved_files[@]+"${saved_files[@]}"} ${grown_files[@]+"${grown_files[@]}"}; do
    if [[ $pattern/ == "$1"/* ]]; then return; fi
  done
  return 1
}

# cut_back LIST: cuts the files that are only appended to back to the length that they had. Sets aside those that did not exist yet.
cut_back() {
  local size sum file length told=$'\n'
  while read -r size sum file; do
    told+=$file$'\n'
    length=$(stat -c %s -- "$file" 2>/dev/null) || length=-1
    if ((length < size)) || [[ $(sum_of_ends "$file" "$size") != "$sum" ]]; then
      say "$file is not what it was at the checkpoint, when it had $size bytes: the checkpoint does not fit it"
      return 1
    fi
    if ((length > size)); then
      tail -c "+$((size + 1))" -- "$file" | tail -c 65536 >>"$live/cut-off" # for whoever looks for the program's last messages
      truncate -s "$size" -- "$file" || return
    fi
  done <"$1"
  while IFS= read -r -d '' file; do
    [[ $told == *$'\n'"$workdir/$file"$'\n'* ]] || set_aside "$file" || return
  done < <(files_like "$workdir" ${grown_files[@]+"${grown_files[@]}"})
}

# The size of a checkpoint, in bytes.
checkpoint_size() { own_files | (cd "$workdir" && xargs -0 -r stat -c %s --) | awk '{ sum += $1 } END { printf "%.0f", sum }'; }
