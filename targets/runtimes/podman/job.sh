# --- Podman, and Podman-HPC, which passes all of this on to it; find.sh has what differs ---

find_image() {
  local old way="to get it: $runtime pull $image"
  need_tools "$runtime"
  # A service would run the container outside of the job, and another user mapping would give its files to somebody else.
  unset -v CONTAINER_HOST CONTAINER_CONNECTION PODMAN_USERNS
  if [[ $image == localhost/* ]]; then
    way=$(way_to_build)
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
  REPLY=$(way_to_return "$1")
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
