# --- Apptainer ---

# A named image is fetched once, and is then a file beside the runs: no attempt depends on the registry, and none
# runs in another image.
find_image() {
  local file
  need_tools apptainer
  if [[ $image == docker://* ]]; then
    file=${image#docker://} file=${file//\//%}
    own_place "$state_root/images"
    file=$REPLY/${file//:/+}.sif # two names never share a file
    if [[ -e $file && ! -O $file ]]; then leave 70 "the image $file belongs to somebody else"; fi
    if [[ ! -e $file ]]; then fetch_image "$file" || leave_node 70 "cannot get the image $image; to get it by hand: apptainer pull $file $image"; fi
    image=$file
  fi
  [[ $image == /* ]] || image=$home/${image#./}
  [[ -e $image ]] || leave_node 70 "there is no image $image"
  image_id=$(identity "$image")
}

# fetch_image FILE: within this attempt. Once for all: otherwise every task of an array would fetch it, and no two fetched files
# are byte-identical. One task does, in a folder that it touches while it lives; the others wait for the file.
fetch_image() {
  local lock=$1.fetching limit=0 tries=0 seen='' was='' since beat status=0
  (umask 077 && mkdir -p "${1%/*}") || return
  until [[ -e $1 ]] || mkdir "$lock" 2>/dev/null; do
    seen=$(date -r "$lock" +%s 2>/dev/null) || ((++tries < 5)) || return
    if [[ $seen != "$was" ]]; then
      [[ -n $was ]] || say "another job fetches $image: waiting for it"
      was=$seen since=$SECONDS
    elif ((SECONDS - since > 4 * CRFLOW_HEARTBEAT)) && mv -T "$lock" "$lock.$run_id" 2>/dev/null; then # nobody touches it any more
      rm -rf "$lock.$run_id"
    fi
    heartbeat || :
    ((end_time == 0 || now < end_time - CRFLOW_MARGIN)) || return
    sleep $((RANDOM % (CRFLOW_HEARTBEAT / 3 + 1) + 1)) # there may be thousands
  done
  [[ ! -e $1 ]] || return 0
  say "fetching $image to $1"
  while sleep "$CRFLOW_HEARTBEAT" && [[ -d /proc/$$ ]]; do touch "$lock" || break; done 2>/dev/null &
  beat=$!
  disown "$beat"
  read_clock
  if ((end_time)); then limit=$((end_time - now > CRFLOW_MARGIN ? end_time - now - CRFLOW_MARGIN : 1)); fi
  rm -f "$1.$run_id" # left by an attempt that was killed during the fetch
  (umask 077 && timeout -k 5 "$limit" apptainer pull "$1.$run_id" "$image" </dev/null) && mv -n "$1.$run_id" "$1" || status=$?
  rm -f "$1.$run_id"
  kill "$beat" 2>/dev/null
  rmdir "$lock"
  return "$status"
}

# enter COMMAND...: replaces this shell.
enter() {
  local i option options=(--cleanenv --pwd /)
  # Options that a flow must not use must not come from the environment either.
  for option in COMPAT CONTAIN CONTAINALL NO_INIT NO_PID WRITABLE WRITABLE_TMPFS; do
    unset -v "APPTAINER_$option" "SINGULARITY_$option"
  done
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    options+=(--bind "${binds[i]}:${binds[i + 1]}${binds[i + 2]:+:ro}")
  done
  add_options
  exec apptainer exec "${options[@]}" ${runtime_options[@]+"${runtime_options[@]}"} "$image" "$@"
}
