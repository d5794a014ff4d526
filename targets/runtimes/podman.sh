# --- Podman, and Podman-HPC, which hands all of this on to it ---

find_image() {
  local old way="to get it: $runtime pull $image"
  need_tools "$runtime"
  if [[ $image == localhost/* ]]; then way="it is built on each host that is to run it: bash $name.image.sh"; fi
  # What it warns of, with the time of day, is no part of an identity.
  if ! image_id=$(timeout -k 5 60 "$runtime" image inspect --format '{{.Id}}' "$image" 2>/dev/null); then
    image_id=$(timeout -k 5 60 "$runtime" image inspect --format '{{.Id}}' "$image" 2>&1)
    leave 70 "the image $image is not on $HOSTNAME (${image_id##*$'\n'}); $way"
  fi
  # Of an attempt that was killed with all that looked after it. Podman 4.3 learns only at the first try that one is dead
  # whose monitor is dead, too.
  for old in $(timeout -k 5 60 "$runtime" ps --all --quiet --filter "name=^${tmp_of_run##*/}-"); do
    remove_container "$old" 2>/dev/null || remove_container "$old"
  done
}

remove_container() { timeout -k 5 60 "$runtime" rm --force --time 0 "$1" >/dev/null; }

# The command is process 1 of its container, so all of it ends with the inner half. A second one of the same name would
# not start, so each start has its own.
inside() {
  local i place options=(--rm --name "${tmp_of_run##*/}-$attempt-$starts" --pull=never --entrypoint= --workdir=/)
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
  exec "$runtime" run "${options[@]}" ${runtime_options[@]+"${runtime_options[@]}"} "$image" "$@"
}
