# ch-image keeps an image of its own, and knows by itself which of its parts have changed.
build_image() {
  command -v ch-image >/dev/null || missing ch-image
  # Its own --force: packages are installed by a user who is not root, and ask for root.
  local command=(ch-image "${platform[@]}" build --force -t "$built" -f "$here/$recipe" --build-arg "CRFLOW_PROOF=$proof")
  if [[ -n $force ]]; then command+=(--rebuild); fi
  copy_inputs
  carry_out "${command[@]}" "${options[@]}" "$copied" ||
    fail "$built could not be built"
}

# What else an image is made of than its recipe and its sources.
made_with() { printf '%s\n' "${platform[*]}"; }
