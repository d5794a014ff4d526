# ch-image changes an image in place, even while jobs run in it: only on request.
publish() {
  local named=${built//\//%} its_mark='' made_as='' folder note
  folder=${CH_IMAGE_STORAGE:-/var/tmp/${USER:=$(id -un)}.ch}/img/${named//:/+} note=$folder/usr/share/crflow-recipe
  describe
  if [[ -r $note ]]; then read -r its_mark made_as <"$note"; fi
  if fits "$its_mark" && [[ $made_as == "$(fingerprint "$folder")" ]]; then
    say "$built is built already, of this recipe and these sources"
    return
  fi
  if [[ -d $folder && -z $force ]]; then
    fail "$built exists, but was not built from this recipe and these sources. ch-image would change it in place, and no run that began in it could continue. Give the new image its own tag in the flow; or, if no run needs the old one: --force"
  fi
  build_image
  [[ -z $dry_run ]] || return 0
  [[ -d $folder ]] || fail "ch-image claims to have built $built, but does not have it"
  printf '%s %s\n' "$(mark)" "$(fingerprint "$folder")" >"$note" || fail "cannot write $note"
  say "built $built, in ch-image's own storage"
}
