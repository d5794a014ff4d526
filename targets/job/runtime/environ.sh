# --- The program's environment: the submission's, byte for byte ---

# read_environ FILE: sets entries to its NAME=VALUE entries, which end with NUL. Some, such as functions, are not variables to a shell.
read_environ() {
  local entry
  entries=()
  while IFS= read -r -d '' entry; do
    if [[ $entry == ?*=* ]]; then entries+=("$entry"); fi
  done <"$1"
}

# Saves the environment in which Slurm started this shell, because bash may change what it passes on.
keep_submission() { (umask 077 && cat "/proc/$$/environ" >"$attempt_dir/submission"); }

# Makes the program's environment: the submission's plus the flow's modules.
prepare_environ() {
  (keep_submission && umask 077 && cp "$attempt_dir/submission" "$attempt_dir/environ") || leave 70 "cannot write to $attempt_dir"
  if [[ -n ${modules-} ]]; then load_modules; fi
}

# in_environment FILE COMMAND...: for sbatch, for example, which passes on the environment in which it is started.
in_environment() {
  local entries
  read_environ "$1"
  shift
  env -i -- ${entries[@]+"${entries[@]}"} "$@"
}

# sets NAME: does the flow set this variable?
sets() { has "$1" ${set_variables[@]+"${set_variables[@]}"}; }

# has NAME ENTRY...: is this variable among the entries?
has() {
  local variable_name=$1 entry
  shift
  for entry; do
    [[ $entry != "$variable_name="* ]] || return 0
  done
  return 1
}
