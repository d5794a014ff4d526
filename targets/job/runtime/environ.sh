# --- The program's environment: that of the submission, to the byte ---

# read_environ FILE: sets entries, the NAME=VALUE in it, each ended by NUL. Some are no variables to a shell, such as functions.
read_environ() {
  local entry
  entries=()
  while IFS= read -r -d '' entry; do
    if [[ $entry == ?*=* ]]; then entries+=("$entry"); fi
  done <"$1"
}

# write_entries FILE [ENTRY...]
write_entries() {
  local file=$1
  shift
  (umask 077 && if (($#)); then printf '%s\0' "$@"; fi >"$file")
}

# What Slurm started this shell with, for bash itself can change what it hands on.
keep_submission() { (umask 077 && cat "/proc/$$/environ" >"$attempt_dir/submission"); }

# The same with the flow's modules.
prepare_environ() {
  (keep_submission && umask 077 && cp "$attempt_dir/submission" "$attempt_dir/environ") || leave 70 "cannot write to $attempt_dir"
  if [[ -n ${modules-} ]]; then load_modules; fi
}

# in_environment FILE COMMAND...: sbatch, for one, hands on what it is started with.
in_environment() {
  local entries
  read_environ "$1"
  shift
  env -i -- ${entries[@]+"${entries[@]}"} "$@"
}

# sets NAME: does the flow?
sets() { has "$1" ${set_variables[@]+"${set_variables[@]}"}; }

# has NAME ENTRY...
has() {
  local name_of_it=$1 entry
  shift
  for entry; do
    [[ $entry != "$name_of_it="* ]] || return 0
  done
  return 1
}
