# is_kept IDENTITY: NAME.image.sh keeps an image that a new one replaces.
is_kept() {
  local kept
  kept=$(kept_as "$image" "$1")
  REPLY="there, with its note $image.recipe if it has one, or as $kept"
  [[ -e $kept ]] && image=$kept
}
