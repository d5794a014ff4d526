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
  looked_for_peers=''
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
  local image files named=$'\n' images=() folders=()
  only_ours "$1/images" || attacked 'an image that is not of this computation is among those that DMTCP names'
  are_all || return
  while IFS= read -r image; do
    [[ -s $live/$image && ! -e $live/$image.temp ]] || return
    images+=("$live/$image") files=$live/${image%.dmtcp}_files
    if [[ -d $files ]]; then folders+=("$files"); fi
  done <"$1/images"
  mv -t "$1/" -- "${images[@]}" || return
  ((${#folders[@]} == 0)) || cp -a -t "$1/" -- ${folders[@]+"${folders[@]}"} || return
  discard_files_of_ended
}

# only_ours LIST: are its images files in live/ that belong to this user, each named once? Adds them to named, a line each.
only_ours() {
  local image
  while IFS= read -r image; do
    [[ $image != */* && -f $live/$image && ! -L $live/$image && -O $live/$image ]] && ! is_named "$image" || return
    named+=$image$'\n'
  done <"$1"
}

is_named() { [[ $named == *$'\n'"$1"$'\n'* ]]; }

# Was nothing else written? An image that is not named belongs to a process that would be missing.
are_all() {
  local file
  for file in "$live"/*.dmtcp; do
    is_named "${file##*/}" || return
  done
}

# Removes those folders of images that no image needs.
discard_files_of_ended() {
  local folder image
  for folder in "$live"/ckpt_*_files; do
    image=${folder##*/} image=${image%_files}.dmtcp
    if [[ -d $folder ]] && ! is_named "$image"; then rm -rf "$folder"; fi
  done
}
