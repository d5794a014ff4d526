# ch-image keeps an image of its own, and knows by itself which of its parts have changed.
build_image() {
  command -v ch-image >/dev/null || missing ch-image
  copy_inputs
  # --force: it installs packages as a user who is not root, and root is what they ask for.
  carry_out ch-image build --force -t "$built" -f "$here/$recipe" --build-arg "CRFLOW_PROOF=$proof" "${options[@]}" "$copied" ||
    fail "$built could not be built"
}
