contents_of() { apptainer exec --containall "$1" cat "$contents_note" 2>/dev/null; }

publish() {
  local command=(apptainer build --force) new=$image.new
  command -v apptainer >/dev/null || missing apptainer
  describe
  if is_there; then
    say "$image is there already, of this recipe and these sources"
    return
  fi
  carry_out mkdir -p "$(dirname "$image")" || fail "cannot make the folder of $image"
  copy_inputs
  cd "$copied" || fail "cannot go to $copied"
  if [[ $proof == no ]]; then command+=(--notest); fi
  carry_out "${command[@]}" "${options[@]}" "$new" "$here/$recipe" || fail "$image could not be built"
  [[ -z $dry_run ]] || return 0
  [[ -s $new ]] || fail "apptainer claims to have built $image, but wrote nothing"
  replace_image "$new"
}
