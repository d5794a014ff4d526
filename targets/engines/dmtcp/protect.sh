# --- Files kept with each generation ---

# The files of workdir that the patterns match, each ended by NUL. Changes to workdir in a subshell.
protected_files() { files_like "$workdir" ${protect[@]+"${protect[@]}"}; }

# keep_copies FOLDER: the computation has ended with its checkpoint, so the files are as it left them.
keep_copies() {
  mkdir "$1/protected" && protected_files | (cd "$workdir" && xargs -0 -r cp -aL --no-preserve=links --parents -t "$1/protected" --)
}

# put_back FOLDER: restores them as they were at the checkpoint. A newer file whose name begins with that of one of them is moved
# away first, because a database would replay a newer journal into the older file.
put_back() {
  local file
  [[ -d $1/protected ]] || return 0
  while IFS= read -r -d '' file; do
    if [[ ! -e $1/protected/$file ]] && goes_with "$1/protected/$file"; then
      mkdir -p "$attempt_dir/set-aside" && mv -f -- "$workdir/$file" "$attempt_dir/set-aside/" || return
      say "set aside, because it is newer than generation $generation: $file"
    fi
  done < <(protected_files)
  # One by one, because a folder may be a link in workdir.
  (cd "$1/protected" && find . ! -type d -print0 | xargs -0 -r cp -a --no-preserve=links --parents -t "$workdir" --) || return
  say "put back the protected files of generation $generation"
}

# goes_with FILE: does it belong to another file there, as FILE-journal does?
goes_with() {
  local other
  for other in "${1%/*}"/*; do
    [[ -f $other && $1 == "$other"* ]] && return
  done
  return 1
}
