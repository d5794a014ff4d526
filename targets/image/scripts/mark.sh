# Sets wanted, by which an image is known that is what this recipe and these sources make. Not by their times: a fresh
# clone has the same.
describe() {
  wanted=$({ cksum <"$here/$recipe" && made_with && contents | LC_ALL=C sort; } | cksum | tr ' ' -) || fail "cannot read what goes into the image"
}

contents() {
  local name prune=()
  ((${#inputs[@]})) || return 0
  for name in "${own[@]}"; do prune+=(-name "$name" -prune -o); done
  find "${inputs[@]/#/./}" "${prune[@]}" -type f -exec cksum {} + &&
    find "${inputs[@]/#/./}" "${prune[@]}" -type f -perm -100 -print &&
    find "${inputs[@]/#/./}" "${prune[@]}" -type l -print -exec readlink {} \;
}

# fits MARK: is it that of the image that is wanted? One that was not proven does only for whoever wants no proof.
fits() { [[ -z $force ]] && { [[ $1 == "$wanted" ]] || [[ $proof == no && $1 == "$wanted-unproven" ]]; }; }

mark() { if [[ $proof == yes ]]; then printf '%s' "$wanted"; else printf '%s' "$wanted-unproven"; fi; }
