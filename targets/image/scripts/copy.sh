# Builders that know no list of what to leave out are shown a copy of what goes in.
copy_inputs() {
  local name exclude=()
  copied=$(mktemp -d) || fail 'cannot make a temporary folder'
  trap 'rm -rf "$copied"' EXIT
  ((${#inputs[@]})) || return 0
  for name in "${own[@]}"; do exclude+=("--exclude=$name"); done
  tar -cf - "${exclude[@]}" -- "${inputs[@]/#/./}" | tar -xf - -C "$copied" || fail 'cannot copy what goes into the image'
}
