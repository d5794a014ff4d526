# --- Files kept with each generation ---

# protected_files: those of workdir that the patterns name, each ended by NUL.
protected_files() {
  local pattern file IFS=$' \t\n'
  shopt -s nullglob globstar
  for pattern in ${protect[@]+"${protect[@]}"}; do
    IFS='' # no word is split; before the list above, bash 4.2 would make one word of it
    # shellcheck disable=SC2231 # a pattern
    for file in $pattern; do
      [[ -f $file ]] && printf '%s\0' "$file"
    done
  done
}

# keep_copies FOLDER: the computation has ended behind its checkpoint, so they are as it left them.
keep_copies() {
  mkdir "$1/protected" && (cd "$workdir" && protected_files | xargs -0 -r cp -a --parents -t "$1/protected" --)
}

# put_back FOLDER: as they were at the checkpoint.
put_back() {
  [[ -d $1/protected ]] || return 0
  cp -a "$1/protected/." "$workdir/" || return
  say "put back the protected files of generation $generation"
}
