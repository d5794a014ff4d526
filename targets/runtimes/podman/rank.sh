# --- The container of a rank, in Podman ---

# Ranks on one node need the same process namespace and shared memory to reach each other's memory.
# The container goes on if its client is killed, as srun kills it, so it watches descriptor 4: that is a pipe which ends soon after the client.
add_options() {
  options+=(--name "$mark-$attempt-$$" --interactive --pid=host --ipc=host --preserve-fds=2)
  # Only in the container: what Podman starts for other containers as well, as the server of a mounted image, must not end with this one.
  options+=("--env=CRFLOW_MARK=${CRFLOW_MARK-}")
  unset -v CRFLOW_MARK
  if [[ -z ${PMI_FD-} ]]; then exec 3</dev/null; fi
  exec 4< <(trap '' HUP INT QUIT TERM USR1 USR2 ALRM && exec tail --pid="$$" -f /dev/null </dev/null 2>&1 3<&-)
}

# In the container, before the program replaces this shell. It is not the program's child, which the program might wait for.
watch_client() {
  know_process "$$"
  (
    {
      while read -r _; do :; done
      if lives "$REPLY"; then kill -9 -- "-$$" "$$"; fi
    } <&4 >/dev/null 2>&1 3<&- &
  )
  exec 4<&-
}
