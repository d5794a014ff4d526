# --- What a generation was written on, and what a restore does not bring back ---

# A restore wants to find the same again.
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

# name_differences FILE: from the machine that is described there. They are said, and the restore is tried: it
# is watched, and a failure falls back.
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

# The files that the computation has open.
open_files() {
  local pid
  for pid in $(computation); do
    find "/proc/$pid/fd" -type l -printf '%l\n' 2>/dev/null
  done | grep '^/' | sort -u
}

# DMTCP brings back memory, and the files that are open, as they were. A file that was changed since and is not open in
# the generation stays as it is now: that is said, for it may be wrong. Quick, and at most twenty; hidden ones are not
# looked at.
name_changed_files() {
  local file count=0
  [[ -n $(generation_fact "$generation" ended) ]] && return # nothing ran since
  while IFS= read -r -d '' file; do
    if grep -qsFx -e "$file" "$from/open"; then continue; fi
    journal changed_since generation# "$generation" file "$file"
    ((++count > 5)) || say "changed since generation $generation, and not brought back: $file"
    ((count < 20)) || break
  done < <(timeout 20 find "$workdir_real" \( -path "${run_real%/*/*}" -o -path "${image:-//}*" -o -name "${tmp_of_run##*/}" -o -name '.?*' \) -prune -o \
    -type f -newer "$from/open" ! -path "$output" ! -name "$name-*.log" ! -name "$name-*.out" -print0 2>/dev/null)
}
