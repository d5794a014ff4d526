# --- What the host must have ---

# check_settings: sets `wrong` to what is wrong with the first setting that cannot be used.
check_settings() {
  local setting part key
  numbers=(LEAD TOTAL CHECKPOINT_LIMIT HEARTBEAT START_LIMIT PATIENCE SLURM_LIMIT ANSWER_WAIT REQUEUE_WAIT MARGIN
    SLOW REPORT MEASURE CLEAN ${CRFLOW_ATTEMPTS:+ATTEMPTS} ${CRFLOW_ALIVE:+ALIVE} ${engine_numbers[@]+"${engine_numbers[@]}"})
  for setting in ${numbers[@]+"${numbers[@]}"}; do
    setting=CRFLOW_$setting
    wrong="$setting is '${!setting}', but must be a whole number"
    is_count "${!setting}" || return
    # With 0, nothing else would be done, or nothing would end a command that hangs.
    wrong="$setting is 0, but must be more"
    [[ ${setting#CRFLOW_} != @(INTERVAL|HEARTBEAT|SLURM_LIMIT|ALIVE|MTBF) ]] || ((${!setting})) || return
  done
  # A script has only the parts that its flow needs.
  for setting in 'ALIVE hangs alive' 'MTBF best_interval interval = auto'; do
    read -r setting part key <<<"$setting"
    setting=CRFLOW_$setting
    wrong="$setting is set, but this script has no part that uses it: write \`$key\` in the flow"
    [[ -z ${!setting-} ]] || declare -F "$part" >/dev/null || return
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
