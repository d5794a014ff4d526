# --- Shifter ---

# Slurm's plug-in looked the image up at submission, and says by its variable what it found.
find_image() {
  local option asked=()
  need_tools shifter
  # What the plug-in was told is not said again: Shifter would set up a second instance.
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

# Shifter keeps what it found at submission over all requeues, and a new job gets what is there then.
is_kept() {
  REPLY='into the registry under its name, and pull it: shifterimg pull'
  return 1
}

# The site's file systems are there as they are, and nothing else can be: only what is elsewhere is asked for.
# Shifter takes LD_* and TMPDIR out of the environment and puts the image's variables in, so it is given none.
inside() {
  local i volumes=()
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    if [[ ${binds[i]} == "${binds[i + 1]}" && -z ${binds[i + 2]} ]]; then continue; fi # that is there
    volumes+=("--volume=${binds[i]}:${binds[i + 1]}${binds[i + 2]:+:ro}")
  done
  exec shifter --clearenv --workdir=/ ${HOME:+"--env=HOME=$HOME"} \
    ${volumes[@]+"${volumes[@]}"} ${runtime_options[@]+"${runtime_options[@]}"} -- "$@"
}
