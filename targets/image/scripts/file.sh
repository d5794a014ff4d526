# An image that is a file or a folder has no label: a note beside it says what it was made of.
is_there() {
  local its_mark its_size
  [[ -e $image && -r $image.recipe ]] && read -r its_mark its_size <"$image.recipe" &&
    fits "$its_mark" && [[ $its_size == "$(size_of_image)" ]]
}

size_of_image() { if [[ -f $image ]]; then wc -c <"$image" | tr -d ' '; else printf 'folder'; fi; }

# The new one takes the place of the old one only when it is whole; jobs that have the old one open keep it.
replace_image() {
  if [[ -d $image ]]; then
    [[ -e $image.recipe ]] || fail "$image is a folder that was not made by this script, and is left alone"
    rm -rf "$image"
  fi
  rm -f "$image.recipe"
  mv "$1" "$image" || fail "$image could not be put in its place"
  printf '%s %s\n' "$(mark)" "$(size_of_image)" >"$image.recipe" || fail "cannot write $image.recipe"
  say "built $image"
}
