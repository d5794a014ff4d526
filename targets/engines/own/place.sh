# --- The place of the application's files ---

# claim_files FOLDER: the work folder, on this host. Two runs that save in the same files would take each other's for their own.
claim_files() {
  local pattern place
  place=$(readlink -e -- "$1") || return 0 # the inner half says that it is not there
  for pattern in ${saved_files[@]+"${saved_files[@]}"} ${grown_files[@]+"${grown_files[@]}"} ${cleared_files[@]+"${cleared_files[@]}"}; do
    refuse_state "$place" "$pattern"
  done
  for pattern in ${saved_files[@]+"${saved_files[@]}"}; do
    pattern=${pattern#./}
    claim "$place/.${pattern//\//,}.crflow" "$pattern (\`files\`) in $1" 'workdir'
  done
}

# refuse_state FOLDER PATTERN: each checkpoint would contain those before it, and what is removed or cut would be the run's own.
refuse_state() {
  local file inside
  inside=$(readlink -e -- "$run")
  [[ $inside == "$1"/* ]] || return 0
  inside=${inside#"$1"/}
  {
    if [[ $2 == ?(./)'**'* ]]; then file=$inside/files; else file=''; fi # it will match the copies
    while [[ ${file#./} != "$inside"/* ]]; do IFS= read -r -d '' file || return 0; done
  } < <(files_like "$1" "$2" 2>/dev/null)
  leave 70 "the pattern '$2' includes the run's own folder, $run: name the files of the program alone, or give this flow a \`state\` outside of its work folder"
}
