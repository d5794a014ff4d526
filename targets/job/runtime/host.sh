# --- What the host must have ---

# check_settings: sets `wrong` to the first setting that is not a number.
check_settings() {
  local setting
  numbers=(LEAD TOTAL CHECKPOINT_LIMIT HEARTBEAT START_LIMIT PATIENCE SLURM_LIMIT ANSWER_WAIT REQUEUE_WAIT MARGIN
    SLOW REPORT MEASURE CLEAN ${CRFLOW_ATTEMPTS:+ATTEMPTS} ${CRFLOW_ALIVE:+ALIVE} ${engine_numbers[@]+"${engine_numbers[@]}"})
  for setting in ${numbers[@]+"${numbers[@]}"}; do
    setting=CRFLOW_$setting
    wrong="$setting is '${!setting}', but must be a whole number"
    is_count "${!setting}" || return
  done
  wrong="CRFLOW_TICK is '$CRFLOW_TICK', but must be a number of seconds"
  [[ $CRFLOW_TICK =~ ^[0-9]+(\.[0-9]+)?$ ]]
}

# need_tools NAME...: each must be on the node's PATH.
need_tools() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null || leave_node 70 "$tool is not on the PATH of $HOSTNAME"
  done
}

# The state folder must be visible to every node, and have room for a checkpoint.
check_state() {
  local kind free
  kind=$(stat -f -c %T "$run" 2>/dev/null)
  if [[ $kind == @(tmpfs|ramfs) ]]; then
    say "the state folder is in the memory of $HOSTNAME ($kind): no other node can continue from there"
  fi
  free=$(free_bytes)
  is_count "$free" || return 0
  # The real size is checked at each checkpoint.
  if ((free < least_checkpoint * 6 / 5)); then
    leave 70 "no checkpoint fits: $run has $(mib "$free") free"
  elif ((free < expect * 6 / 5)); then
    say "a program of $(mib "$expect") needs $(mib $((expect * 6 / 5))) for a checkpoint, and $run has $(mib "$free") free: those that do not fit are skipped"
  fi
}
