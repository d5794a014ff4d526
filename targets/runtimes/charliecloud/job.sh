# --- Charliecloud ---

# A named image is a folder of its storage.
find_image() {
  local named=${image//\//%}
  need_tools ch-run
  if [[ $image != [/.]* && ! -e $image ]]; then
    image=${CH_IMAGE_STORAGE:-/var/tmp/${USER:=$(id -un)}.ch}/img/${named//:/+}
  fi
  [[ $image == /* ]] || image=$home/${image#./}
  [[ -e $image ]] || leave_node 70 "there is no image $image"
  image_id=$(identity "$image")
}

# The host's /tmp is always there, and nothing can be mounted in it. Elsewhere, a mount needs a folder in the image. In an
# image that is a folder it is created (a file for a file); over an image that is a file, newer versions can create it.
enter() {
  local i to options=(--unset-env='*' "--set-env=HOME=${HOME:-/}" --set-env=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
  add_options
  export USER=${USER:-$(id -un)} TMPDIR=/tmp
  # The image's own variables, if it has any. To look into an image that is a file, it has to be started.
  if timeout -k 5 60 ch-run --set-env "$image" -- true </dev/null >/dev/null 2>&1; then options+=(--set-env); fi
  if [[ ! -d $image && $(ch-run --help 2>&1) == *--write-fake* ]]; then options+=(--write-fake); fi
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    to=${binds[i + 1]}
    if [[ $to == /tmp/* && ${binds[i]} == "$to" ]]; then continue; fi
    if [[ -d $image && ! -e $image$to ]]; then
      mkdir -p "$image${to%/*}"
      if [[ -d ${binds[i]} ]]; then mkdir -p "$image$to"; else : >"$image$to"; fi
    fi
    options+=(--bind "${binds[i]}:$to")
  done
  exec ch-run "${options[@]}" ${runtime_options[@]+"${runtime_options[@]}"} "$image" -- "$@"
}
