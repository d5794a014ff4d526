# --- Files by patterns ---

# files_like FOLDER PATTERN...: the files in FOLDER that match, each ended by NUL; of a folder, all files in it. Changes to FOLDER in a subshell.
files_like() {
  local pattern file IFS=$' \t\n'
  cd "$1" || return
  shopt -s nullglob globstar
  for pattern in "${@:2}"; do
    IFS='' # no word is split; set before the list above, it would make bash 4.2 join the list
    # shellcheck disable=SC2231 # a pattern
    for file in $pattern; do
      [[ $file != -* ]] || file=./$file # not an option of find
      if [[ -d $file ]]; then find "$file" -type f -print0; elif [[ -f $file ]]; then printf '%s\0' "$file"; fi
    done
  done
}
