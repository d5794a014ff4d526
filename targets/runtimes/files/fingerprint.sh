# fingerprint FILE: what an image file was made as. Its first bytes hold the time and the identity of a SIF or squashfs. Of
# a folder, which may be behind a link, the programs and libraries tell, without a look at each file. Not what is empty: it may
# be a place for a mount.
fingerprint() {
  if [[ -d $1 ]]; then
    printf 'folder-%s' "$(find "$1/" -mindepth 1 -maxdepth 4 -path '*/usr/share' -prune -o ! -type d -size +0 -printf '%P %s %T@\n' |
      LC_ALL=C sort | cksum | tr ' ' -)"
  else
    printf 'file-%s-%s' "$(wc -c <"$1" | tr -d ' ')" "$(head -c 4096 "$1" | cksum | tr ' ' -)"
  fi
}

# identity FILE: no two builds of a file are the same to the byte, so a note beside it says what is in the file that was
# made as this one.
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

# kept_as FILE IDENTITY: where an image is kept that another one took the place of.
kept_as() { if [[ ${1##*/} == *.* ]]; then printf '%s' "${1%.*}-$2.${1##*.}"; else printf '%s' "$1-$2"; fi; }
