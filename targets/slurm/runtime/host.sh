# --- What the host must have ---

check_settings() {
  local setting
  for setting in INTERVAL LEAD TOTAL CHECKPOINT_LIMIT HEARTBEAT PATIENCE SLURM_LIMIT REQUEUE_WAIT PROVE MARGIN REPORT \
    ${CRFLOW_ATTEMPTS:+ATTEMPTS} ${CRFLOW_ALIVE:+ALIVE} ${CRFLOW_MTBF:+MTBF}; do
    setting=CRFLOW_$setting
    is_count "${!setting}" || leave 70 "$setting is '${!setting}', and must be a whole number"
  done
  [[ $CRFLOW_TICK =~ ^[0-9]+(\.[0-9]+)?$ ]] || leave 70 "CRFLOW_TICK is '$CRFLOW_TICK', and must be a number of seconds"
}

prepare_host() {
  local tool
  environment
  for tool in dmtcp_coordinator dmtcp_launch dmtcp_restart dmtcp_command scontrol srun timeout find cksum df awk xargs; do
    command -v "$tool" >/dev/null || leave 70 "$tool is not on the PATH of $HOSTNAME"
  done
  check_dmtcp
  check_state
  [[ -d $workdir ]] || leave 70 "the work folder $workdir is not there"
  : >>"$output" || leave 70 "cannot write the output file $output"
}

# `dmtcp_command -kc` came with 3.0; 5.0 loses its coordinator at the first checkpoint (measured on Linux 6.18).
check_dmtcp() {
  local version
  version=$(dmtcp_version)
  case $version in
    [34].*) ;;
    [0-9]*.*) leave 70 "this is DMTCP $version, and only 3 and 4 are known to work" ;;
    *) leave 70 "dmtcp_launch --version does not tell a version: '$version'" ;;
  esac
}

# Where checkpoints are to go: on every node, and large enough for one.
check_state() {
  local kind free
  kind=$(stat -f -c %T "$run" 2>/dev/null)
  if [[ $kind == @(tmpfs|ramfs) ]]; then
    say "the state folder is in the memory of $HOSTNAME ($kind): no other node can go on from there"
  fi
  free=$(free_bytes)
  if is_count "$free" && ((free < expect)); then
    leave 70 "a checkpoint of $(mib "$expect") does not fit: $run has $(mib "$free") free"
  fi
}
