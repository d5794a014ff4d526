# --- Podman, and Podman-HPC, which passes all of this on to it ---

find_image() {
  local old way="to get it: $runtime pull $image"
  need_tools "$runtime"
  # A service would run the container outside of the job, and another user mapping would give its files to somebody else.
  unset -v CONTAINER_HOST CONTAINER_CONNECTION PODMAN_USERNS
  if [[ $image == localhost/* ]]; then
    way="images of Podman are on one host: build it here, bash $name.image.sh, or bring it from the host that has it: podman save $image | ssh $HOSTNAME podman load"
    if [[ $runtime == podman-hpc ]]; then way="on a login node: bash $name.image.sh, which builds it and migrates it to where the nodes see it"; fi
  fi
  if ! image_id=$(look_up "$image" 2>/dev/null); then
    image_id=$(look_up "$image" 2>&1)
    leave_node 70 "the image $image is not on $HOSTNAME (${image_id##*$'\n'}); $way"
  fi
  # Removes the container of an attempt that was killed with everything that looked after it. Podman 4.3 notices only at the first
  # try that a container is dead if its monitor is dead as well.
  for old in $(timeout -k 5 60 "$runtime" ps --all --quiet --filter "name=^$mark-"); do
    remove_container "$old" 2>/dev/null || remove_container "$old"
  done
}

# is_kept ID: Podman keeps an image whose name was given to another.
is_kept() {
  REPLY="from a host that has it: podman save $1 | ssh $HOSTNAME podman load"
  if [[ $runtime == podman-hpc ]]; then REPLY="on the login node that has it: podman-hpc tag $1 $image && podman-hpc migrate $image"; fi
  look_up "$1" >/dev/null 2>&1
}

remove_container() { timeout -k 5 60 "$runtime" rm --force --time 0 "$1" >/dev/null; }

# By its id, because its name may mean another image by now.
enter() {
  local i place options=(--rm --pull=never --entrypoint= --workdir=/)
  add_options
  # Files that a program writes in its container would be silently lost at the next restore, and at the end. So the image is
  # read-only, as in other runtimes, and temporary files are the host's.
  options+=(--read-only)
  for place in /tmp /var/tmp; do
    on_host "$place" || options+=(--mount "type=bind,source=$place,target=$place")
  done
  # The node's name reaches the coordinator; SELinux would hide the mounts.
  # Files must belong to the user, whatever user the image names: without root outside, that is root inside.
  options+=(--network=host --security-opt=label=disable --user=0:0)
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    options+=(--mount "type=bind,source=${binds[i]},target=${binds[i + 1]}${binds[i + 2]:+,readonly}")
  done
  exec "$runtime" run "${options[@]}" ${runtime_options[@]+"${runtime_options[@]}"} "$image_id" "$@"
}
