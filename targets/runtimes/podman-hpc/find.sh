# look_up NAME|ID: on a compute node, only `images` and `run` see migrated images; `image inspect` knows only the node's own
# storage, where there is nothing. An image that is in both is listed twice, and `run` takes the node's own.
look_up() {
  local image_list='' its_readonly its_id its_digest found_here='' found_shared='' by_name=()
  [[ $1 != *:* || $1 == *@* ]] || by_name=(--filter "reference=$1")
  image_list=$(timeout -k 5 60 podman-hpc images --no-trunc --format '{{.ReadOnly}} {{.ID}} {{.Digest}}' ${by_name[@]+"${by_name[@]}"}) || return
  while read -r its_readonly its_id its_digest; do
    its_id=${its_id#sha256:}
    [[ -n ${by_name[*]-} || $1 == "$its_id" || $1 == *"@$its_digest" ]] || continue
    if [[ $its_readonly == true ]]; then found_shared=$its_id; else found_here=$its_id; fi
  done <<<"$image_list"
  printf '%s' "${found_here:-$found_shared}"
  [[ -n $found_here$found_shared ]] || { printf 'podman-hpc images does not list it\n' >&2 && return 1; }
}

# How a node gets an image that no registry has, and (way_to_return ID) one that lost its name.
way_to_build() { printf '%s' "on a login node: bash $name.image.sh, which builds it and migrates it to where the nodes see it"; }
way_to_return() { printf '%s' "on the login node that has it: podman-hpc tag $1 $image && podman-hpc migrate $image"; }
