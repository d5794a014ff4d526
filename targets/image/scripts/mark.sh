# Sets wanted, which identifies the image that this recipe and these sources make. It does not contain times, so that a fresh
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

# fits MARK: does it belong to the wanted image? A mark without a proof is enough only if no proof is wanted.
fits() { [[ -z $force ]] && { [[ $1 == "$wanted" ]] || [[ $proof == no && $1 == "$wanted-unproven" ]]; }; }

mark() { if [[ $proof == yes ]]; then printf '%s' "$wanted"; else printf '%s' "$wanted-unproven"; fi; }
