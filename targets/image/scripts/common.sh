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

# carry_out COMMAND...: prints the command and runs it.
carry_out() {
  printf 'crflow: +%s\n' "$(printf ' %q' "$@")"
  [[ -n $dry_run ]] || "$@"
}

look_for_inputs() {
  local input
  for input in "${inputs[@]}"; do
    [[ -e $input ]] || fail "$PWD/$input, which goes into the image, is not there"
  done
}
