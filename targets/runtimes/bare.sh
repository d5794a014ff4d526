# --- The application runs on this host ---

prepare_host() {
  environment
  need_tools scontrol srun timeout
  check_state
  claim_output "$output"
}

inside() { exec "$@"; }

# The inner half's first steps.
come_in() {
  where="of $HOSTNAME" image_id=''
  variables
}

# Nobody would listen to Slurm, or keep the account of time.
outer_half_is_gone() { ! kill -0 "$PPID" 2>/dev/null; }
