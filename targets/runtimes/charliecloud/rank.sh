# --- The container of a rank, in Charliecloud ---

# Ranks on one node need the same namespaces to reach each other's memory.
add_options() {
  ranks_here
  if ((REPLY > 1)); then options+=("--join-ct=$REPLY" "--join-tag=$mark-$attempt-${SLURM_STEP_ID-}"); fi
}

# Sets REPLY to the number of this step's ranks on this node, from a list such as 2(x3),1.
ranks_here() {
  local part times last=-1
  for part in ${SLURM_STEP_TASKS_PER_NODE:+${SLURM_STEP_TASKS_PER_NODE//,/ }}; do
    times=1
    [[ $part == *x* ]] && times=${part##*x} times=${times%?}
    REPLY=${part%(*} last=$((last + times))
    if ((last >= ${SLURM_NODEID:-0})); then return; fi
  done
  REPLY=1
}
