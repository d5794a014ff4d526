# --- The application runs on this host ---

prepare_host() {
  prepare_environ
  need_scheduler
  need_tools timeout setsid
  check_state
  claim_output "$output"
  if [[ $engine == own ]]; then claim_files "$workdir"; fi
}

program_environ() { cat "$attempt_dir/environ"; }
