# --- Shifter ---

# Slurm's plug-in looked the image up at submission, and names what it found in a variable.
find_image() {
  local option asked=()
  need_tools shifter
  # The plug-in's options are not repeated, because Shifter would set up a second instance.
  for option in ${runtime_options[@]+"${runtime_options[@]}"}; do
    [[ $option == --module=* && -n ${SLURM_SPANK_SHIFTER_MODULE-} ]] || asked+=("$option")
  done
  runtime_options=(${asked[@]+"${asked[@]}"})
  image_id=${SHIFTER_IMAGE:-${SLURM_SPANK_SHIFTER_IMAGE-}}
  if [[ -z $image_id ]]; then
    if ! image_id=$(timeout -k 5 60 shifterimg lookup "$image" 2>/dev/null); then
      image_id=$(timeout -k 5 60 shifterimg lookup "$image" 2>&1)
      leave_node 70 "Shifter does not know the image $image (${image_id##*$'\n'}); to get it: shifterimg pull $image"
    fi
    runtime_options+=("--image=$image")
  fi
}

# Over all requeues, Shifter keeps the image that it found at submission; a new job gets the current one.
is_kept() {
  REPLY='into the registry under its name, and pull it: shifterimg pull'
  return 1
}

# The site's file systems are visible under their own paths, and cannot be moved; only other folders are mounted.
# Shifter removes LD_* and TMPDIR from the environment and adds the image's variables, so it gets none.
enter() {
  local i volumes=()
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    if [[ ${binds[i]} == "${binds[i + 1]}" && -z ${binds[i + 2]} ]]; then continue; fi # which is there
    volumes+=("--volume=${binds[i]}:${binds[i + 1]}${binds[i + 2]:+:ro}")
  done
  exec shifter --clearenv --workdir=/ ${HOME:+"--env=HOME=$HOME"} \
    ${volumes[@]+"${volumes[@]}"} ${runtime_options[@]+"${runtime_options[@]}"} -- "$@"
}
