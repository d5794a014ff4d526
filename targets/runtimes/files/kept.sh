# is_kept IDENTITY: NAME.image.sh keeps an image that a new one replaces.
is_kept() {
  local kept
  kept=$(kept_as "$image" "$1")
  REPLY="there, with its note $image.recipe if it has one, or as $kept"
  [[ -e $kept ]] && image=$kept
}

# Before each start, because a new image may have replaced this run's during an attempt.
own_image() {
  if [[ $(identity "$image") == "$image_id" ]] || is_kept "$image_id"; then return; fi
  say "$image is no longer the image of this run, $image_id: put that one back $REPLY"
  exit 70
}
