# --- Modules ---

# Runs in a shell with the submission's environment, where the site defines `module`. The environment after loading is for
# the program; this script's own commands get only the paths.
load_modules() {
  local entry entries loader
  loader=$(declare -f load_in_turn)
  in_environment "$attempt_dir/environ" bash -c "$loader"$'\n''load_in_turn "$@"' bash "$attempt_dir/environ.new" ${modules[@]+"${modules[@]}"} ||
    leave_node 70 "cannot load the modules on $HOSTNAME; the lines above may say why"
  mv -f "$attempt_dir/environ.new" "$attempt_dir/environ"
  read_environ "$attempt_dir/environ"
  for entry in ${entries[@]+"${entries[@]}"}; do
    if [[ $entry == @(PATH|LD_LIBRARY_PATH)=* ]]; then export "${entry?}"; fi
  done
}

# load_in_turn FILE MODULE...: writes the resulting environment to FILE. `module` is a function in login shells, and in batch
# shells if the site exports it.
load_in_turn() {
  local file=$1 init name
  shift
  for init in "${MODULESHOME-}/init/bash" "${LMOD_PKG-}/init/bash" /etc/profile.d/lmod.sh /etc/profile.d/modules.sh; do
    command -v module >/dev/null && break
    # shellcheck disable=SC1090 # where the site keeps it
    if [[ -r $init ]]; then . "$init"; fi
  done
  if ! command -v module >/dev/null; then
    echo "there is no module command to load $1 with" >&2
    return 1
  fi
  for name; do
    module load "$name" || { echo "module load $name failed" >&2 && return 1; }
  done
  (umask 077 && env -0 >"$file")
}
