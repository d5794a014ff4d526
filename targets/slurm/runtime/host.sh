# --- What the host must have ---

check_settings() {
  local setting
  for setting in INTERVAL LEAD TOTAL CHECKPOINT_LIMIT HEARTBEAT PATIENCE SLURM_LIMIT REQUEUE_WAIT; do
    setting=CRFLOW_$setting
    is_count "${!setting}" || leave 70 "$setting is '${!setting}', and must be a whole number"
  done
  [[ $CRFLOW_TICK =~ ^[0-9]+(\.[0-9]+)?$ ]] || leave 70 "CRFLOW_TICK is '$CRFLOW_TICK', and must be a number of seconds"
}

prepare_host() {
  local tool
  environment
  for tool in dmtcp_coordinator dmtcp_launch dmtcp_restart dmtcp_command scontrol srun timeout find cksum df awk; do
    command -v "$tool" >/dev/null || leave 70 "$tool is not on the PATH of $HOSTNAME"
  done
  [[ -d $workdir ]] || leave 70 "the work folder $workdir is not there"
  : >>"$output" || leave 70 "cannot write the output file $output"
}
