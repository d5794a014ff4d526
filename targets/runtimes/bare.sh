# --- The application runs on this host ---

prepare_host() {
  prepare_environ
  need_scheduler
  need_tools timeout setsid
  check_state
  claim_output "$output"
}

inside() { exec "$@"; }

# The inner half's first steps.
begin_inner_half() { where="of $HOSTNAME"; }

# The environment in which the application starts.
program_environ() { cat "$attempt_dir/environ"; }
