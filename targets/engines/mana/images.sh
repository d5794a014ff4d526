# --- A generation: a folder for each rank ---
#
#   generations/7/ckpt_rank_0/ckpt_*.dmtcp   the image of rank 0, and so on
#   generations/7/ckpt_rank_0/header.mana    what MANA knows about it
#   generations/7/facts                      has the number of ranks, and the size of the output

# is_set FOLDER: does it have one image of each rank, and nothing else? Otherwise sets why_not.
is_set() {
  local rank images folders=("$1"/ckpt_rank_*)
  for ((rank = 0; rank < ranks; rank++)); do
    images=("$1/ckpt_rank_$rank"/*.dmtcp)
    why_not="rank $rank has no image"
    [[ -s ${images[0]} ]] || return
    why_not="rank $rank has ${#images[@]} images"
    ((${#images[@]} == 1)) || return
    why_not="the image of rank $rank is incomplete"
    if compgen -G "$1/ckpt_rank_$rank/*.temp" >/dev/null; then return 1; fi
    why_not="rank $rank has no header.mana"
    [[ -s $1/ckpt_rank_$rank/header.mana ]] || return
  done
  why_not="there are images of ${#folders[@]} ranks, and $ranks were started"
  ((${#folders[@]} == ranks))
}

collect() {
  is_set "$live" && mv "$live"/ckpt_rank_* "$1/" || return
  facts=("ranks $ranks" "output $size_then")
}
