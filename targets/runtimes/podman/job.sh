# --- Podman, and Podman-HPC, which hands all of this on to it ---

find_image() {
  local old way="to get it: $runtime pull $image"
  need_tools "$runtime"
  # A service would run the container outside of the job, and another mapping would give its files to somebody else.
  unset -v CONTAINER_HOST CONTAINER_CONNECTION PODMAN_USERNS
  if [[ $image == localhost/* ]]; then
    way="images of Podman are on one host: build it here, bash $name.image.sh, or bring it from the host that has it: podman save $image | ssh $HOSTNAME podman load"
    if [[ $runtime == podman-hpc ]]; then way="on a login node: bash $name.image.sh, which builds it and migrates it to where the nodes see it"; fi
  fi
  if ! image_id=$(look_up "$image" 2>/dev/null); then
    image_id=$(look_up "$image" 2>&1)
    leave_node 70 "the image $image is not on $HOSTNAME (${image_id##*$'\n'}); $way"
  fi
  # Of an attempt that was killed with all that looked after it. Podman 4.3 learns only at the first try that one is dead
  # whose monitor is dead, too.
  for old in $(timeout -k 5 60 "$runtime" ps --all --quiet --filter "name=^$mark-"); do
    remove_container "$old" 2>/dev/null || remove_container "$old"
  done
}

# is_kept ID: Podman keeps an image whose name another one got.
is_kept() {
  REPLY="from a host that has it: podman save $1 | ssh $HOSTNAME podman load"
  if [[ $runtime == podman-hpc ]]; then REPLY="on the login node that has it: podman-hpc tag $1 $image && podman-hpc migrate $image"; fi
  look_up "$1" >/dev/null 2>&1
}

remove_container() { timeout -k 5 60 "$runtime" rm --force --time 0 "$1" >/dev/null; }

# By its identity, for its name may be another image's by now.
# The command is process 1 of its container, so all of it ends with the inner half. A second one of the same name would
# not start, so each start has its own.
inside() {
  local i place options=(--rm --name "$mark-$attempt-$starts" --pull=never --entrypoint= --workdir=/)
  # What a program writes into its container would be gone with it at the next restore, and in the end, and nobody would know.
  # So the image is read-only, as it is in other runtimes, and temporary files are the host's.
  options+=(--read-only)
  for place in /tmp /var/tmp; do
    on_host "$place" || options+=(--mount "type=bind,source=$place,target=$place")
  done
  # The coordinator is reached by the node's name; SELinux would hide the mounts.
  # Files must be the user's own, whatever user the image names: without root outside, that is root inside.
  options+=(--network=host --security-opt=label=disable --user=0:0)
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    options+=(--mount "type=bind,source=${binds[i]},target=${binds[i + 1]}${binds[i + 2]:+,readonly}")
  done
  exec "$runtime" run "${options[@]}" ${runtime_options[@]+"${runtime_options[@]}"} "$image_id" "$@"
}
