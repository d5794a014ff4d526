# --- The container: what it sees of this host, and its identity ---

prepare_host() {
  prepare_environ
  need_scheduler
  need_tools timeout
  check_state
  are_set ${mount_variables[@]+"${mount_variables[@]}"} || leave 70 "$wrong"
  mount_paths
  find_image # the runtime's own function; sets image_id
  keep_image
  collect_binds
  prepare_container || leave 70 "cannot write to $run"
  journal container runtime "$runtime" image "$image" id "$image_id"
}

# A run continues in the image that it began in, because a restored program has that image's libraries in its memory.
keep_image() {
  local was='' named=$image
  [[ -r $run/image ]] && IFS= read -r was <"$run/image"
  if [[ -n $was && $was != "$image_id" ]] && ever_sealed; then
    is_kept "$was" ||
      leave_node 70 "this run needs another image: it began in $was, and $image is now $image_id. Put that image back $REPLY; or start a new run"
    say "$named means another image by now: this run continues in the one that it began in, $was"
    image_id=$was
  fi
  write_file "$run/image" "$image_id" || leave 70 "cannot write to $run"
}

# Sets binds: what the container sees of this host, three words each: from, to, and ro or nothing.
collect_binds() {
  local i from to
  binds=()
  for ((i = 0; i < ${#mounts[@]}; i += 3)); do
    from=${mounts[i]} to=${mounts[i + 1]}
    [[ $from == /* ]] || from=$home/$from
    [[ -e $from ]] || leave_node 70 "there is no $from to be mounted at $to"
    bind "$from" "$to" "${mounts[i + 2]}"
  done
  on_host "$workdir" || show "$workdir" 'the work folder'
  on_host "$output" || show "${output%/*}" 'the folder of the output'
  # The folders through which both halves talk have the same path inside and outside.
  for from in "$run" "$tmp_of_run"; do
    if ! on_host "$from" || [[ $REPLY != "$from" ]]; then bind "$from" "$from" ''; fi
  done
  note_places
  on_host "$output"
  [[ $REPLY == "$output" ]] || say "$output is $REPLY on this host"
  write_file "$run/paths" "$workdir"$'\n'"$output"$'\n'"$REPLY"
  claim_output "$REPLY"
  if [[ $engine == own ]]; then on_host "$workdir" && claim_files "$REPLY"; fi
}

# Sets places: the folders that a runtime creates on the host for mounts below other mounts; they are removed at the end.
note_places() {
  local i to
  places=()
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    to=${binds[i + 1]}
    on_host "${to%/*}" || continue
    to=$REPLY/${to##*/}
    while [[ ! -e $to ]]; do places+=("$to") to=${to%/*}; done
  done
}

# show FOLDER WORDS: mounts it at the same path.
show() {
  [[ -d $1 ]] || leave_node 70 "$2, $1, is neither on $HOSTNAME nor below a mount"
  bind "$1" "$1" ''
}

# bind FROM TO ro|'': a folder must come before those below it, or it would hide them.
bind() {
  local i
  [[ $1$2 != *[:,\;\"\\]* ]] || leave 70 "the path $1 holds a character that separates the parts of a mount"
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    [[ ${binds[i + 1]} != "$2"/* ]] || break
  done
  binds=(${binds[@]+"${binds[@]:0:i}"} "$1" "$2" "$3" ${binds[@]+"${binds[@]:i}"})
}

# on_host PATH: sets REPLY to its path outside the container; fails if no mount shows it.
on_host() {
  local i to longest=''
  REPLY=$1
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    to=${binds[i + 1]}
    if [[ $1/ == "$to"/* ]] && ((${#to} > ${#longest})); then longest=$to REPLY=${binds[i]}${1#"$to"}; fi
  done
  [[ -n $longest ]]
}

# Says which variables that the flow passes on are not set.
note_unset() {
  local pattern
  for pattern in ${pass[@]+"${pass[@]}"}; do
    [[ $pattern == *'*' ]] || grep -qz "^$pattern=" "$attempt_dir/environ" || say "\$$pattern, which the flow passes to the container, is not set here"
  done
}

# is_passed NAME: does the container get this variable of the environment?
is_passed() {
  local pattern
  is_of_scheduler "$1" && return
  for pattern in 'CRFLOW_*' ${pass[@]+"${pass[@]}"}; do
    # shellcheck disable=SC2053 # a pattern
    if [[ $1 == $pattern ]]; then return; fi
  done
  return 1
}

# write_entries FILE [ENTRY...]
write_entries() {
  local file=$1
  shift
  (umask 077 && if (($#)); then printf '%s\0' "$@"; fi >"$file")
}
