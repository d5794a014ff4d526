# --- The course of a computation ---

prepare() {
  why_not='the DMTCP coordinator did not start'
  start_coordinator
}

has_ended() { status_is_recorded; }

# The coordinator ends with the computation. But a child process that outlives the application keeps both
# alive, so each heartbeat also looks for the status.
over() { [[ $word == beat ]] && refuse_foreign_peers && status_is_recorded; }
