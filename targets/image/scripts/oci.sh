build_options=()

# find_builder PROGRAM...: the first that is there.
find_builder() {
  local all="$*"
  for builder in "$@"; do
    if command -v "$builder" >/dev/null; then return; fi
  done
  missing "${all// / or }"
}

mark_of_image() { "$builder" image inspect --format '{{ index .Config.Labels "org.crflow.recipe" }}' "$image" 2>/dev/null; }

build_image() {
  local command=("$builder" build -f "$here/$recipe" -t "$image" --label "org.crflow.recipe=$(mark)" "${build_options[@]}")
  if fits "$(mark_of_image)"; then
    say "$image is built already, of this recipe and these sources"
    return
  fi
  if [[ $builder == docker ]]; then
    export DOCKER_BUILDKIT=1 # it finds $recipe.dockerignore by itself
  else
    command+=(--ignorefile "$here/$recipe.dockerignore")
  fi
  carry_out "${command[@]}" --build-arg "CRFLOW_PROOF=$proof" "${options[@]}" . || fail "$image could not be built"
  [[ -z $dry_run ]] || return 0
  [[ $(mark_of_image) == "$(mark)" ]] || fail "$builder claims to have built $image, but does not have it"
  say "built $image"
}
