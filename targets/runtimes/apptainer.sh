# --- Apptainer ---

# An image that is named is fetched once, and then is a file beside the runs: no attempt depends on the registry, and none
# runs in another image.
find_image() {
  local file
  need_tools apptainer
  if [[ $image == docker://* ]]; then
    file=${image#docker://} file=${file//\//%}
    file=$state_root/images/${file//:/+}.sif # two names are never one file
    if [[ ! -e $file ]]; then fetch_image "$file" || leave 70 "cannot get the image $image; to get it by hand: apptainer pull $file $image"; fi
    image=$file
  fi
  [[ $image == /* ]] || image=$home/$image
  [[ -e $image ]] || leave 70 "there is no image $image"
  image_id=$(identity "$image")
}

# fetch_image FILE: within this attempt. Tasks of an array may all do so, and no two fetched files are the same to the
# byte: the first is everybody's, for a run ends where its image changes.
fetch_image() {
  local limit=0
  say "fetching $image to $1"
  read_clock
  if ((end_time)); then limit=$((end_time - now > CRFLOW_MARGIN ? end_time - now - CRFLOW_MARGIN : 1)); fi
  mkdir -p "${1%/*}" && rm -f "$1.$run_id" # what an attempt left that was ended in the middle of it
  timeout -k 5 "$limit" apptainer pull "$1.$run_id" "$image" </dev/null || return
  mv -n "$1.$run_id" "$1" 2>/dev/null
  rm -f "$1.$run_id"
  [[ -e $1 ]]
}

# In a process namespace of its own all of it ends with the runtime, also with one that is killed.
inside() {
  local i options=(--cleanenv --pid --pwd /)
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    options+=(--bind "${binds[i]}:${binds[i + 1]}${binds[i + 2]:+:ro}")
  done
  own_image
  exec apptainer exec "${options[@]}" ${runtime_options[@]+"${runtime_options[@]}"} "$image" "$@"
}
