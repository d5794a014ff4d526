# --- The inner half in the container ---

# Selects what the container gets of the submission's environment. In a file, because each runtime passes on something else, and
# an image's own variables would take precedence.
prepare_container() {
  local entry entries passed=()
  note_unset
  read_environ "$attempt_dir/environ"
  for entry in ${entries[@]+"${entries[@]}"}; do
    if is_passed "${entry%%=*}"; then passed+=("$entry"); fi
  done
  write_entries "$attempt_dir/passed" ${passed[@]+"${passed[@]}"} && printf '%s\n%s\n' "$image_id" "$image" >"$attempt_dir/image"
}

# The inner half's first steps.
begin_inner_half() {
  local entry entries
  { IFS= read -r image_id && IFS= read -r image; } <"$attempt_dir/image"
  read_environ "$attempt_dir/passed"
  for entry in ${entries[@]+"${entries[@]}"}; do
    if [[ $entry =~ ^CRFLOW_[A-Z_]+= ]]; then export "${entry?}"; fi
  done
  where="in the image $image"
  if [[ -z ${dmtcp-} ]]; then return; fi # another engine
  PATH=$dmtcp/bin:$PATH where+=", with DMTCP in $dmtcp"
  # Not any other DMTCP on the image's PATH, because a restore needs the one that wrote the checkpoint.
  [[ -x $dmtcp/bin/dmtcp_launch ]] || conclude missing "there is no $dmtcp/bin/dmtcp_launch in the image $image: the flow's dmtcp is to name DMTCP's prefix in it"
}

# The environment in which the application starts: the image's own variables, and those that are passed on.
program_environ() { cat "/proc/$$/environ" "$attempt_dir/passed"; }

inside() { enter "$@"; }
