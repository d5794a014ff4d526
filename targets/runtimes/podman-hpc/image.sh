# The status of a migration says nothing: podman-hpc always ends with 0. A migrated image is in the list
# a second time, read-only.
is_migrated() {
  local id list
  id=$(podman-hpc image inspect --format '{{ .Id }}' "$image" 2>/dev/null) && [[ -n $id ]] &&
    list=$(podman-hpc images --no-trunc --format '{{ .ID }} {{ .ReadOnly }}' 2>/dev/null) && [[ $list == *"$id true"* ]]
}

# From where it was built to where the nodes see it.
migrate_image() {
  if is_migrated; then
    say "$image is migrated already"
    return
  fi
  carry_out podman-hpc migrate "$image" || fail "$image could not be migrated"
  [[ -z $dry_run ]] || return 0
  is_migrated || fail "$image was not migrated; podman-hpc --log-level=debug migrate $image says why"
  say "migrated $image"
}

publish() {
  describe
  find_builder podman-hpc
  build_image
  migrate_image
}
