# Before each start, because a new image may have replaced this run's during an attempt.
own_image() {
  if [[ $(identity "$image") == "$image_id" ]] || is_kept "$image_id"; then return; fi
  say "$image is no longer the image of this run, $image_id: put that one back $REPLY"
  exit 70
}
