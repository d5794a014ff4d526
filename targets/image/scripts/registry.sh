# Without skopeo, there is no cheap way to find out what a registry has: then the image is built and pushed, which costs little if
# nothing has changed.
is_in_registry() {
  command -v skopeo >/dev/null && fits "$(skopeo inspect --format '{{ index .Labels "org.crflow.recipe" }}' "docker://$image" 2>/dev/null)"
}

push_image() {
  describe
  if is_in_registry; then
    say "the registry already has $image, built from this recipe and these sources"
    return
  fi
  find_builder podman docker podman-hpc
  # Older gateways and converters read only Docker's own format, and docker writes no other.
  if [[ $builder != docker ]]; then build_options=(--format docker); fi
  build_image
  carry_out "$builder" push "$image" || fail "$image could not be pushed; '$builder login ${image%%/*}' may be what is missing"
  [[ -n $dry_run ]] || say "pushed $image"
}
