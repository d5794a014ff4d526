# fingerprint FILE: identifies an image file. The first bytes of a SIF or squashfs hold its time and identity. A folder,
# possibly behind a link, is identified by its programs and libraries, without a look at each file. Empty files are left out, because they
# may be mount points.
fingerprint() {
  if [[ -d $1 ]]; then
    printf 'folder-%s' "$(find "$1/" -mindepth 1 -maxdepth 4 -path '*/usr/share' -prune -o ! -type d -size +0 -printf '%P %s %T@\n' |
      LC_ALL=C sort | cksum | tr ' ' -)"
  else
    printf 'file-%s-%s' "$(wc -c <"$1" | tr -d ' ')" "$(head -c 4096 "$1" | cksum | tr ' ' -)"
  fi
}

# identity FILE: no two builds of a file are byte-identical, so a note beside the file says what is in it, and for which
# file it was written.
identity() {
  local made_as contents is
  is=$(fingerprint "$1")
  if [[ -r $1.recipe ]]; then
    while read -r _ made_as contents; do
      if [[ $made_as == "$is" && -n $contents ]]; then is=contents-$contents; fi
    done <"$1.recipe"
  fi
  printf '%s' "$is"
}

# kept_as FILE IDENTITY: where an image is kept after another one has replaced it.
kept_as() { if [[ ${1##*/} == *.* ]]; then printf '%s' "${1%.*}-$2.${1##*.}"; else printf '%s' "$1-$2"; fi; }
