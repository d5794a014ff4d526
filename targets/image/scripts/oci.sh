build_options=()

# find_builder PROGRAM...: finds the first one that is installed.
find_builder() {
  local all="$*"
  for builder in "$@"; do
    if command -v "$builder" >/dev/null; then return; fi
  done
  missing "${all// / or }"
}

mark_of_image() { "$builder" image inspect --format '{{ index .Config.Labels "org.crflow.recipe" }}' "$image" 2>/dev/null; }

id_of_image() { "$builder" image inspect --format '{{ .Id }}' "$image" 2>/dev/null; }

# A run continues only in the image that it began in: an image that loses its name gets another one, or a prune would remove it.
keep_image() {
  local id=${1#sha256:}
  local kept=$image-${id:0:12}
  if [[ -z $id || $id == "$(id_of_image)" || sha256:$id == "$(id_of_image)" ]]; then return; fi
  if "$builder" tag "$id" "$kept"; then
    say "the image that had this name is kept as $kept: runs that began in it continue in it; $builder rmi $kept when they are done"
  fi
}

# user_of_base: the user of the base image, if the recipe does not name one.
user_of_base() {
  [[ -n ${base-} ]] || return 0
  "$builder" image inspect --format '{{ .Config.User }}' "$base" 2>/dev/null ||
    { "$builder" pull -q "$base" >/dev/null && "$builder" image inspect --format '{{ .Config.User }}' "$base"; }
}

# The commit of the image, if everything that goes into it is committed.
revision() {
  local files=("$here/$recipe" "${inputs[@]}")
  [[ -z $(git status --porcelain -- "${files[@]}" 2>/dev/null) ]] && git log -1 --format=%H -- "${files[@]}" 2>/dev/null
}

build_image() {
  local was user commit
  local command=("$builder" build -f "$here/$recipe" -t "$image" --label "org.crflow.recipe=$(mark)" "${platform[@]}" "${build_options[@]}")
  if fits "$(mark_of_image)"; then
    say "$image is built already, of this recipe and these sources"
    return
  fi
  was=$(id_of_image)
  if [[ -z $dry_run ]]; then
    user=$(user_of_base) || fail "$builder cannot get $base, which the image extends"
    if [[ -n $user ]]; then command+=(--build-arg "CRFLOW_USER=$user"); fi
  fi
  commit=$(revision)
  if [[ -n $commit ]]; then command+=(--label "org.opencontainers.image.revision=$commit"); fi
  # It contains no time of day: built twice, on two hosts, from the same packages, it is the same image.
  # 1980 is the earliest year for zip and gzip. With a file from 1970, gzip ends with 2, and so does DMTCP's `make install`.
  [[ ${SOURCE_DATE_EPOCH-} =~ ^[1-9][0-9]*$ ]] || SOURCE_DATE_EPOCH=315532800
  export SOURCE_DATE_EPOCH
  if [[ $builder == docker ]]; then
    export DOCKER_BUILDKIT=1 # it finds $recipe.dockerignore by itself
  else
    command+=(--ignorefile "$here/$recipe.dockerignore" --timestamp "$SOURCE_DATE_EPOCH")
  fi
  carry_out "${command[@]}" --build-arg "CRFLOW_PROOF=$proof" "${options[@]}" . || fail "$image could not be built"
  [[ -z $dry_run ]] || return 0
  [[ $(mark_of_image) == "$(mark)" ]] || fail "$builder claims to have built $image, but does not have it"
  say "built $image"
  keep_image "$was"
}

# What an image is made of besides its recipe and its sources.
made_with() { printf '%s\n' "${platform[*]}"; }
