# is_kept IDENTITY: NAME.image.sh keeps the image that a new one takes the place of.
is_kept() {
  local kept
  kept=$(kept_as "$image" "$1")
  REPLY="there, with its note $image.recipe if it has one, or as $kept"
  [[ -e $kept ]] && image=$kept
}

# Before each start: a new image may have taken the place of this run's in the middle of an attempt.
own_image() {
  if [[ $(identity "$image") == "$image_id" ]] || is_kept "$image_id"; then return; fi
  say "$image is no longer the image of this run, $image_id: put that one back $REPLY"
  exit 70
}
