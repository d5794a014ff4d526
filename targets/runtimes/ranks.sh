# --- Each rank in a container: what $IN_CONTAINER names ---

# Both halves and `run` are on this host, where the application's folders may have other paths.
prepare_container() {
  # Without quotes, bash would split it.
  if [[ $run == *[[:space:]*?[]* && $(run_block && "${again:-:}") == *[^\"]\$IN_CONTAINER* ]]; then
    leave 70 "the folder of the run, $run, has a name with blanks or patterns, so write \"\$IN_CONTAINER\" in \`run\`, with the quotes"
  fi
  note_unset
  write_in_container || return
  on_host "$workdir" && workdir=$REPLY
  on_host "$output" && output=$REPLY
}

program_environ() {
  cat "$attempt_dir/environ"
  printf 'IN_CONTAINER=%s\0' "$run/in-container"
}

# Writes two commands: one for this host, which starts the other in a container. Both contain all that they need, and are short:
# thousands of ranks may start at once.
write_in_container() {
  {
    printf '#!/bin/bash -p\n# Starts a rank of %s in its container.\n' "$name"
    declare -p run attempt_dir attempt mark runtime image image_id runtime_options binds pass set_variables default_variables
    declare -f in_container choose_environ read_environ write_entries is_passed is_of_scheduler sets has on_host enter add_options
    if declare -F ranks_here >/dev/null; then declare -f ranks_here; fi
    printf 'in_container "$@"\n'
  } >"$run/in-container.new" && chmod 700 "$run/in-container.new" && mv "$run/in-container.new" "$run/in-container" || return
  {
    printf '#!/bin/bash -p\n# A rank of %s in its container: ENVIRONMENT FOLDER COMMAND...\n' "$name"
    declare -p default_variables
    declare -f take_environ
    printf 'take_environ "$@"\nshift 2\n'
    if declare -F watch_client >/dev/null; then declare -f know_process lives read_stat watch_client && printf 'watch_client\n'; fi
    rank_text
  } >"$run/rank-inside"
}

# in_container COMMAND...: in the same folder, as the container sees it.
in_container() {
  local i to folder=$PWD longest='' passed=() environ=$attempt_dir/environ.$HOSTNAME.$$
  if (($# == 0)); then printf '%s needs a command\n' "$0" >&2 && exit 64; fi
  # MPICH talks to Slurm through this descriptor, and Podman passes on only the first ones.
  if [[ -n ${PMI_FD-} ]]; then exec 3<&"$PMI_FD" && PMI_FD=3; fi
  choose_environ
  if [[ -n ${PMI_FD-} ]]; then passed+=("PMI_FD=$PMI_FD"); fi
  # The folder in the container.
  for ((i = 0; i < ${#binds[@]}; i += 3)); do
    if [[ $PWD/ == "${binds[i]}"/* ]] && ((${#binds[i]} > ${#longest})); then longest=${binds[i]} folder=${binds[i + 1]}${PWD#"${binds[i]}"}; fi
  done
  # PMIx talks to Slurm through files in these folders.
  for to in "${PMIX_SERVER_TMPDIR-}" "${PMIX_SYSTEM_TMPDIR-}"; do
    if [[ -d $to ]] && ! on_host "$to"; then binds+=("$to" "$to" ''); fi
  done
  write_entries "$environ" ${passed[@]+"${passed[@]}"} && enter bash -p "$run/rank-inside" "$environ" "$folder" "$@"
}

# Sets passed: what the flow, `run`, Slurm and srun have set; and what `pass` names of the submission. The image has its own paths.
choose_environ() {
  local entry name entries
  local -A submitted
  read_environ "$attempt_dir/environ"
  for entry in ${entries[@]+"${entries[@]}"}; do submitted[${entry%%=*}]=$entry; done
  read_environ "/proc/$$/environ"
  for entry in ${entries[@]+"${entries[@]}"}; do
    name=${entry%%=*}
    if is_passed "$name" || sets "$name" || [[ $name == PMI@(_|X_)* ]]; then
      passed+=("$entry")
    elif [[ ${submitted[$name]-} != "$entry" && " ${default_variables[*]-} " != *" $entry "* && $name != @(PATH|LD_*|PWD|OLDPWD|SHLVL|_|HOME|SHELL|TMPDIR|IN_CONTAINER|BASH*) ]]; then
      passed+=("$entry")
    fi
  done
}

# take_environ FILE FOLDER: the rank's variables, on top of the image's own, and its folder.
take_environ() {
  local entry entries=()
  while IFS= read -r -d '' entry; do entries+=("$entry"); done <"$1"
  rm -f "$1"
  for entry in ${entries[@]+"${entries[@]}"}; do
    if [[ ${entry%%=*} != *[!A-Za-z0-9_]* ]]; then export "${entry?}"; fi
  done
  for entry in ${default_variables[@]+"${default_variables[@]}"}; do
    [[ -v ${entry%%=*} ]] || export "${entry?}"
  done
  cd "$2" || exit 70
}
