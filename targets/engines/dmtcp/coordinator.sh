# --- DMTCP's coordinator, one for each computation ---

# A separate coordinator for this computation, on a free port. SIGTERM would end it and the application; and so would SIGPIPE, which it
# gets if a process ends just when the coordinator tells it about a checkpoint.
start_coordinator() {
  local port_file=$tmp/port
  rm -f "$port_file" "$tmp/coordinator"
  (
    trap '' TERM PIPE
    cd "$live" || exit
    dmtcp_coordinator --exit-on-last -p 0 --port-file "$port_file" --ckptdir "$live" --tmpdir "$tmp" 9<"$starting" &
    write_file "$tmp/coordinator" "$!"
    wait "$!"
    tell_this_half over
  ) </dev/null >>"$attempt_dir/coordinator.log" 2>&1 8<&- & # it would not start with a file as its input
  disown "$!"
  wait_until 30 test -s "$tmp/coordinator" && know_process "$(<"$tmp/coordinator")" && coordinator=$REPLY
  wait_until 60 coordinator_decided && coordinator_lives
}

# It answers, or it never will because it has ended. The port is not written in one step, so what is read may be half of it.
coordinator_decided() {
  coordinator_lives || return 0
  [[ -s $port_file ]] && port=$(<"$port_file") && is_count "$port" && tell_dmtcp -s >/dev/null
}

coordinator_lives() { lives "$coordinator"; }

# tell_dmtcp COMMAND: only the statuses of -s and -c can be trusted; -kc always returns 2.
tell_dmtcp() { timeout -k 5 30 dmtcp_command -p "$port" "$@" 2>&1; }

checkpoint_accepted() { ! coordinator_lives || tell_dmtcp -c >/dev/null; }
