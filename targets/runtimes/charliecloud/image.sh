# ch-image has its own storage, and knows which parts of an image have changed.
build_image() {
  command -v ch-image >/dev/null || missing ch-image
  # ch-image's own --force: package managers ask for root, and the user is not root.
  local command=(ch-image "${platform[@]}" build --force -t "$built" -f "$here/$recipe" --build-arg "CRFLOW_PROOF=$proof")
  if [[ -n $force ]]; then command+=(--rebuild); fi
  copy_inputs
  carry_out "${command[@]}" "${options[@]}" "$copied" ||
    fail "$built could not be built"
}

# What an image is made of besides its recipe and its sources.
made_with() { printf '%s\n' "${platform[*]}"; }
