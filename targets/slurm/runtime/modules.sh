# --- Modules ---

# load_module NAME. `module` is a function that login shells have, and batch shells where the site exports it.
load_module() {
  local init
  for init in "${MODULESHOME-}/init/bash" "${LMOD_PKG-}/init/bash" /etc/profile.d/lmod.sh /etc/profile.d/modules.sh; do
    command -v module >/dev/null && break
    # shellcheck disable=SC1090 # where the site keeps it
    if [[ -r $init ]]; then set +u && . "$init" && set -u; fi
  done
  command -v module >/dev/null || leave 70 "there is no module command on $HOSTNAME to load $1 with"
  set +u # a site's module command may use variables that are not set
  module load "$1" || leave 70 "module load $1 failed"
  set -u
}
