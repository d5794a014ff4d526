contents_of() { if [[ -d $1 ]]; then cat "$1$contents_note"; else ch-run "$1" -- cat "$contents_note"; fi 2>/dev/null; }

publish() {
  local new=${image%/*}/new-${image##*/} # the suffix of its name says what kind of image it is
  describe
  if is_there; then
    say "$image exists already, built from this recipe and these sources"
    return
  fi
  build_image
  command -v ch-convert >/dev/null || missing ch-convert
  carry_out mkdir -p "$(dirname "$image")" || fail "cannot make the folder of $image"
  [[ -n $dry_run ]] || rm -rf "$new"
  carry_out ch-convert -i ch-image "$built" "$new" || fail "$built could not be made into $image"
  [[ -z $dry_run ]] || return 0
  [[ -e $new ]] || fail "ch-convert claims to have made $image, but did not"
  replace_image "$new"
}
