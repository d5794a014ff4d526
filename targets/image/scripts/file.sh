# An image that is a file or a folder has no label: a note beside it says from what and as what it was made, and what is in it.
is_there() {
  local its_mark made_as
  [[ -e $image && -r $image.recipe ]] && read -r its_mark made_as _ <"$image.recipe" &&
    fits "$its_mark" && [[ $made_as == "$(fingerprint "$image")" ]]
}

# The new image replaces the old one only when it is complete. The old one is kept, because a run can continue only in the image
# that it began in. Meanwhile, the note is about both.
replace_image() {
  local new=$1 old=''
  if [[ -d $image && ! -e $image.recipe ]]; then fail "$image is a folder that was not made by this script, and is left alone"; fi
  printf '%s %s %s\n' "$(mark)" "$(fingerprint "$new")" "$(contents_of "$new")" >"$new.recipe" || fail "cannot write $new.recipe"
  if [[ -e $image ]]; then old=$(identity "$image"); fi
  if [[ -n $old && $old != "$(identity "$new")" ]]; then keep_image "$old"; fi
  if [[ -d $image ]]; then keep_image "$(fingerprint "$image")"; fi # jobs use files of it
  if [[ -r $image.recipe ]]; then cat "$image.recipe" >>"$new.recipe"; fi
  mv "$new.recipe" "$image.recipe" || fail "cannot write $image.recipe"
  mv "$new" "$image" || fail "$image could not be put in its place"
  say "built $image"
}

# keep_image IDENTITY
keep_image() {
  local kept
  kept=$(kept_as "$image" "$1")
  [[ ! -e $kept ]] || return 0
  if [[ -r $image.recipe ]]; then cp "$image.recipe" "$kept.recipe" || fail "cannot write $kept.recipe"; fi
  if [[ -d $image ]]; then mv "$image" "$kept"; else ln "$image" "$kept"; fi || fail "$image could not be kept as $kept"
  say "the image that was there is kept as $kept: runs that began in it continue in it; remove it when they are done"
}
