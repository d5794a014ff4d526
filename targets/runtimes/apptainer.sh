# --- Apptainer ---

# An image that is named is fetched once, and then is a file beside the runs: no attempt depends on the registry, and none
# runs in another image.
find_image() {
  local file
  need_tools apptainer
  if [[ $image == docker://* ]]; then
    file=$state_root/images/$(printf '%s' "${image#docker://}" | tr -c 'A-Za-z0-9._-' _).sif
    if [[ ! -e $file ]]; then
      say "fetching $image to $file"
      if ! { mkdir -p "${file%/*}" && apptainer pull "$file.$run_id" "$image" </dev/null && mv -f "$file.$run_id" "$file"; }; then
        leave 70 "cannot get the image $image; to get it by hand: apptainer pull $file $image"
      fi
    fi
    image=$file
  fi
  [[ $image == /* ]] || image=$home/$image
  [[ -e $image ]] || leave 70 "there is no image $image"
  image_id=$(fingerprint "$image")
}

# In a process namespace of its own all of it ends with the runtime, also with one that is killed.
inside() {
  local i options=(--cleanenv --pid --pwd /)
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    options+=(--bind "${binds[i]}:${binds[i + 1]}${binds[i + 2]:+:ro}")
  done
  exec apptainer exec "${options[@]}" ${runtime_options[@]+"${runtime_options[@]}"} "$image" "$@"
}
