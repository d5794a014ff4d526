# Builders that do not support a list of files to leave out get a copy of the files that go in.
copy_inputs() {
  local name exclude=()
  copied=$(mktemp -d) || fail 'cannot make a temporary folder'
  trap 'rm -rf "$copied"' EXIT
  ((${#inputs[@]})) || return 0
  for name in "${own[@]}"; do exclude+=("--exclude=$name"); done
  tar -cf - "${exclude[@]}" -- "${inputs[@]/#/./}" | tar -xf - -C "$copied" || fail 'cannot copy what goes into the image'
}
