# --- The files of the application: copied, and put back as they were ---
#
#   generations/7/files/   copies of what `files` names
#   generations/7/links    the links among them: FILE and what is written in it, each ended by NUL
#   generations/7/grown    a line "SIZE SUM FILE" for the output and for each file that `grows` names: its length, and the checksum of
#                          its first and last 64 KiB
#   before/                the same, from before the first start
#   set-aside/             what was there when a generation was put back, and is not in it: of each name, the two newest

held='' # files that the program always has open for writing
aside=0 # how many files were set aside

own_files() { files_like "$workdir" ${saved_files[@]+"${saved_files[@]}"} | LC_ALL=C sort -zu; }

own_links() { list_like links "$workdir" ${saved_files[@]+"${saved_files[@]}"}; }

# What these files look like from outside: it is equal only if nothing was written in between.
signature() {
  list_like looks "$workdir" ${saved_files[@]+"${saved_files[@]}"} |
    (cd "$workdir" && xargs -0 -r stat -c '%n %s %y %i' --) 2>/dev/null | LC_ALL=C sort -u
}

# The file that was written last.
newest_file() {
  own_files | (cd "$workdir" && xargs -0 -r stat -L -c '%.9Y %n' --) 2>/dev/null | LC_ALL=C sort -n | tail -n 1 | cut -d ' ' -f 2-
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
    elif is_in_generation "$newest" "$pattern"; then
      checkpoint_fails "no file matches '$pattern' of \`files\` any more, and generation $newest has one"
      return 1
    fi
  done
  [[ -z $any ]] || return 0
  checkpoint_fails "none of \`files\` is there"
  return 1
}

# is_in_generation GENERATION PATTERN: is there a file in it that matches, or did the pattern name a link?
is_in_generation() {
  local link from=$run/generations/$1
  if [[ -d $from/files ]] && has_file "$from/files" "$2"; then return; fi
  while IFS= read -r -d '' link && IFS= read -r -d '' _; do
    # shellcheck disable=SC2053 # a pattern
    if [[ $link == $2 || $2 == "$link"/* ]]; then return; fi
  done 2>/dev/null <"$from/links"
  return 1
}

# A pattern that has matched nothing so far may be wrong, or stand for what comes later.
tell_unmatched() {
  local pattern
  for pattern in ${saved_files[@]+"${saved_files[@]}"}; do
    is_in_generation "$generation" "$pattern" ||
      say "no file matches '$pattern' of \`files\`: no checkpoint has it so far"
  done
}

# await_quiet on|end: waits until nothing changes for a while, by this node's clock, because the files' times come from another, and until the
# application has closed them. An ended program writes nothing more. Sets quiet_as: only files that still look like that are complete. Fails
# with the reason in `restless`, or with none as soon as a regular checkpoint stands in the way of a request.
await_quiet() {
  local was since=$SECONDS limit=$((SECONDS + 20 * CRFLOW_QUIET + 20)) open=''
  quiet_as=$(signature) restless=''
  while computation_lives && { ((SECONDS - since <= CRFLOW_QUIET)) || is_being_written; }; do
    if [[ $1 == on && -e $attempt_dir/request ]]; then return 1; fi
    # At the end there is less time.
    if ((SECONDS >= limit)) || { [[ $1 == end ]] && ((SECONDS - since > 5 * CRFLOW_QUIET)); }; then
      restless='the files of the application do not stop changing'
      ((SECONDS - since > CRFLOW_QUIET)) || return
      held+=$open$'\n'
      say "${open%%$'\n'*} stays open for writing: from now on a save counts if nothing changes in it for $CRFLOW_QUIET s (CRFLOW_QUIET)"
      break
    fi
    pause
    was=$quiet_as quiet_as=$(signature)
    if [[ $quiet_as != "$was" ]]; then since=$SECONDS; fi
  done
  computation_lives || quiet_as=$(signature)
}

# Has a process of the application on this node one of its files open for writing, other than those in `held`? Sets `open` to them. Those
# of ranks on other nodes cannot be seen.
is_being_written() {
  local at file key value processes=()
  open=''
  mapfile -t processes < <(processes_of "$mark\\.$attempt\$")
  [[ -n $quiet_as ]] && ((${#processes[@]})) || return
  while read -r at file; do
    while read -r key value; do
      if [[ $key == flags: ]] && ((8#$value & 3)) && [[ $'\n'$held != *$'\n'"$file"$'\n'* ]]; then open+=$file$'\n'; fi
    done 2>/dev/null <"/proc/${at/fd/fdinfo}"
  done < <(awk 'NR == FNR { name[$1] = substr($0, length($1) + 2); next } $1 in name { print $2, name[$1] }' \
    <(own_files | (cd "$workdir" && xargs -0 -r stat -L -c '%d:%i %n' --) 2>/dev/null) \
    <(cd /proc && find -L "${processes[@]/%//fd}" -maxdepth 1 -type f -printf '%D:%i %p\n' 2>/dev/null))
  [[ -n $open ]]
}

collect() {
  facts=("ranks $(count_ranks)")
  copy_files "$1" "$quiet_as"
}

# copy_files FOLDER SIGNATURE: fails if the files do not look like this before and after they are copied.
copy_files() {
  local was=$2
  still_looks_like "$was" && mkdir "$1/files" && own_links >"$1/links" &&
    own_files | (cd "$workdir" && xargs -0 -r cp -L --reflink=auto --preserve=mode,timestamps --parents -t "$1/files" --) || return
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
  in_a_line "$1"
  size=$(stat -L -c %s -- "$1") && printf '%s %s %s\n' "$size" "$(sum_of_ends "$1" "$size")" "$REPLY"
}

# in_a_line FILE: sets REPLY to the path, or, if it has a line end in it, to something that begins with %.
in_a_line() {
  REPLY=$1
  if [[ $1 == *$'\n'* ]]; then REPLY=${1//%/%25} REPLY=%${REPLY//$'\n'/%0A}; fi
}

# put_back FOLDER: restores all files as they were. What is there instead, or is newer, is set aside, because programs use the newest that
# they find, and because it may be the user's.
put_back() {
  local file to aside=0
  put_links "$1" || return
  while IFS= read -r -d '' file; do
    [[ -e $1/files/$file ]] || set_aside "$file" 'is newer than' || return
  done < <(own_files)
  while IFS= read -r -d '' file; do
    file=${file#./}
    cmp -s -- "$1/files/$file" "$workdir/$file" && continue
    if [[ -e $workdir/$file ]]; then set_aside "$file" 'differs from' || return; fi
    to=$workdir/$file
    if [[ -L $to ]]; then to=$(readlink -f -- "$to") || return; fi
    # Renamed into place, so that the file is there completely or not at all. A folder may be a link that leads nowhere.
    { [[ -d ${to%/*} ]] || mkdir -p -- "$(readlink -m -- "${to%/*}")"; } && cp --preserve=mode,timestamps -- "$1/files/$file" "$to.crflow" &&
      mv -fT -- "$to.crflow" "$to" || return
  done < <(cd "$1/files" && find . -type f -print0)
  cut_back "$1/grown" || return
  if ((aside > 5)); then say "… and $((aside - 5)) more files"; fi
}

# put_links FOLDER: first, so that the files come to where they were. An older crflow did not write down the links.
put_links() {
  local link text place
  local -A texts=()
  [[ -e $1/links ]] || return 0
  while IFS= read -r -d '' link && IFS= read -r -d '' text; do texts[$link]=$text; done <"$1/links"
  while IFS= read -r -d '' link && IFS= read -r -d '' text; do
    [[ -n ${texts[$link]-} ]] || set_aside "$link" 'is newer than' link || return
  done < <(own_links)
  ((${#texts[@]})) || return 0
  for link in "${!texts[@]}"; do
    text=${texts[$link]} place=$workdir/$link
    if [[ -L $place && $(readlink -- "$place") == "$text" ]]; then continue; fi
    if [[ -e $place && ! -L $place ]]; then set_aside "$link" 'differs from' || return; fi
    mkdir -p -- "${place%/*}" && ln -sfT -- "$text" "$place" || return
  done
}

# set_aside FILE WORDS [link]: with the folders that it leaves empty, because those may look like a checkpoint, as that of a time does to
# OpenFOAM. A folder whose name is written out in a pattern may have to be there. Of a link, what it leads to, or the link itself.
set_aside() {
  local from=$workdir/$1 to=$run/set-aside/$1 folder=$1 backup=simple
  if [[ -L $from && -z ${3-} ]]; then from=$(readlink -f -- "$from"); fi
  if [[ -d $from && ! -L $from ]]; then backup=numbered; fi
  { [[ -d ${to%/*} ]] || mkdir -p -- "${to%/*}"; } && mv -fT --backup="$backup" -- "$from" "$to" || return
  ((++aside > 5)) || say "set aside, because it $2 the checkpoint from which the application continues: $1 (in $run/set-aside)"
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
  local line size sum file length told=$'\n'
  while IFS= read -r line; do
    size=${line%% *} line=${line#* } sum=${line%% *} file=${line#* }
    is_count "$size" || return
    told+=$file$'\n'
    if [[ $file == %* ]]; then file=${file#%} file=${file//%0A/$'\n'} file=${file//%25/%}; fi
    length=$(stat -L -c %s -- "$file" 2>/dev/null) || length=-1
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
    in_a_line "$workdir/$file"
    [[ $told == *$'\n'"$REPLY"$'\n'* ]] || set_aside "$file" 'is newer than' || return
  done < <(files_like "$workdir" ${grown_files[@]+"${grown_files[@]}"})
}

# The size of a checkpoint, in bytes.
checkpoint_size() { own_files | (cd "$workdir" && xargs -0 -r stat -L -c %s --) | awk '{ sum += $1 } END { printf "%.0f", sum }'; }
