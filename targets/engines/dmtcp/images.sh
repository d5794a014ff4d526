# --- Images: what DMTCP writes at a checkpoint, and the other files of a generation ---
#
#   generations/7/ckpt_*.dmtcp   the images of one checkpoint, and the folders that belong to some of them
#   generations/7/images         their names, as DMTCP listed them at the commit: nothing else is ever restored
#   generations/7/machine        where it was written: DMTCP, kernel, glibc, processor
#   generations/7/open           the files that the application had open, which are cut to the size that they had
#   generations/7/written        size and checksum of those that it may have been writing in place
#   generations/7/protected/     copies of the files that `protect` names

# collect FOLDER: collects the checkpoint that was committed in live/. Sets facts: the folder that it was written in, and whether it
# ended the application; sets why_not if something is wrong.
collect() {
  refuse_foreign_peers
  list_images >"$1/images" && collect_images "$1" && keep_files "$1" || return
  facts=("live $live")
  if [[ $how == end ]]; then facts+=('ended yes'); fi
  why_not='the application had just ended'
  application_is_in "$1/images"
}

# The images of the checkpoint just committed, one name per line. The restart script separates them by spaces, which paths
# may contain as well: each name is the text between one "/live/" and the next.
list_images() {
  local list
  list=$(grep -m 1 '^given_ckpt_files=' "$live/dmtcp_restart_script.sh") || return
  list=${list#given_ckpt_files=\"} list=${list%\"}
  [[ -n $list ]] || return
  while [[ $list == " $live/"* ]]; do
    list=${list#" $live/"}
    printf '%s\n' "${list%%" $live/"*}"
    if [[ $list == *" $live/"* ]]; then list=" $live/${list#*" $live/"}"; else list=''; fi
  done
  [[ -z $list ]]
}

# DMTCP names images by process ids that stay the same over restores: ckpt_NAME_HOST-PID-TIME.dmtcp. If the shell around
# the application is among them, the application must be as well, or its status is lost.
application_is_in() {
  local shell application
  { read -r shell && read -r application; } 2>/dev/null <"$run/shell"
  ! grep -q -e "-${shell:-none}-" "$1" || grep -q -e "-${application:-none}-" "$1"
}

keep_files() {
  mv "$live/open" "$live/written" "$1/" && printf '%s\n' "$machine" >"$1/machine" || return
  if keeps_files; then keep_copies "$1"; fi
}

# Moves the images just committed to a folder on the same file system. Copies their folders, because DMTCP does not write those anew.
collect_images() {
  local image files
  only_ours "$1/images" || attacked 'an image that is not of this computation is among those that DMTCP names'
  are_all "$1/images" || return
  while IFS= read -r image; do
    [[ -s $live/$image && ! -e $live/$image.temp ]] || return
    mv "$live/$image" "$1/" || return
    files=$live/${image%.dmtcp}_files
    if [[ -d $files ]]; then cp -a "$files" "$1/" || return; fi
  done <"$1/images"
  rm -f "$live"/*.dmtcp # of processes that have ended since
  discard_files_of_ended "$1/images"
}

# only_ours LIST: are its images files in live/ that belong to this user, each named once?
only_ours() {
  local image seen=$'\n'
  while IFS= read -r image; do
    [[ $image != */* && $seen != *$'\n'"$image"$'\n'* && -f $live/$image && ! -L $live/$image && -O $live/$image ]] || return
    seen+=$image$'\n'
  done <"$1"
}

# are_all LIST: was nothing else written? An image that is not named belongs to a process that would be missing.
are_all() {
  local file
  for file in "$live"/*.dmtcp; do
    grep -qxF -e "${file##*/}" "$1" || return
  done
}

# discard_files_of_ended LIST: removes those folders of images that no image in the list needs.
discard_files_of_ended() {
  local folder image
  for folder in "$live"/ckpt_*_files; do
    image=${folder##*/} image=${image%_files}.dmtcp
    if [[ -d $folder ]] && ! grep -qxF -e "$image" "$1"; then rm -rf "$folder"; fi
  done
}
