say() { printf 'crflow: %s\n' "$*"; }

fail() {
  say "$*" >&2
  exit 1
}

missing() {
  say "$1 is needed to build this image, and is not on PATH" >&2
  exit 3
}

usage() {
  cat <<END
usage: bash ${0##*/} [--no-proof] [--force] [--dry-run]

Builds $image, and brings it to where $runtime finds it. What is there already is left as it is.

  --no-proof  do not try in the build whether DMTCP works: under an emulated processor it never does
  --force     build it although it is there; the builder may still have parts of it in its cache
  --dry-run   say what would be done, and do nothing

CRFLOW_BUILD_OPTIONS has further options for the command that builds, with spaces between them.
Exit status: 0 done, 1 failed, 2 called wrongly, 3 a tool is missing.
END
}

read_arguments() {
  proof=yes force='' dry_run=''
  while (($#)); do
    case $1 in
      --no-proof) proof=no ;;
      --force) force=yes ;;
      --dry-run) dry_run=yes ;;
      --help)
        usage
        exit 0
        ;;
      *)
        say "there is no option $1" >&2
        usage >&2
        exit 2
        ;;
    esac
    shift
  done
  read -ra options <<<"${CRFLOW_BUILD_OPTIONS-}"
}

# carry_out COMMAND...: says it, and does it.
carry_out() {
  printf 'crflow: +%s\n' "$(printf ' %q' "$@")"
  [[ -n $dry_run ]] || "$@"
}

# Sets wanted, by which an image is known that is what this recipe and these sources make. Not by their times: a fresh
# clone has the same.
describe() {
  local input
  for input in "${inputs[@]}"; do
    [[ -e $input ]] || fail "$PWD/$input, which goes into the image, is not there"
  done
  wanted=$({ cksum <"$here/$recipe" && contents | LC_ALL=C sort; } | cksum | tr ' ' -) || fail "cannot read what goes into the image"
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
