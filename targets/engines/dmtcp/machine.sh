# --- The machine that a generation was written on ---

# A restore needs the same again.
describe_machine() {
  local key value
  if [[ -n ${image_id-} ]]; then printf 'image %s\n' "$image_id"; fi
  printf 'dmtcp %s\n' "$(dmtcp_version)"
  printf 'kernel %s\n' "$(uname -r)"
  printf 'glibc %s\n' "$(getconf GNU_LIBC_VERSION 2>/dev/null)"
  while IFS=$':\t ' read -r key value; do
    case $key in
      flags | Features) printf 'processor %s\n' "$value" && break ;;
      *) ;;
    esac
  done </proc/cpuinfo
}

# The last word of "dmtcp_launch (DMTCP) 4.1.1".
dmtcp_version() {
  local version=''
  read -r version < <(dmtcp_launch --version 2>/dev/null)
  printf '%s' "${version##* }"
}

# name_differences FILE: from the machine described there. The restore is tried all the same: if it fails, an older generation is used.
name_differences() {
  local key was is missing flag
  while read -r key was; do
    is=$(grep -m 1 "^$key " <<<"$machine") is=${is#"$key "}
    if [[ $key == processor ]]; then
      missing=''
      for flag in $was; do
        [[ " $is " == *" $flag "* ]] || missing+=" $flag"
      done
      was=${missing:+a processor with$missing} is=${missing:+one without}
    fi
    [[ $was != "$is" ]] || continue
    say "generation $generation was written on another kind of node: $key $was; here: $is"
    journal differs generation# "$generation" what "$key" was "$was" is "$is"
  done 2>/dev/null <"$1"
}
