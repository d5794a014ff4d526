# --- An end that DMTCP may have caused ---

# DMTCP 4.1 breaks programs that start many processes within about ten seconds of a checkpoint or a restore: most ended with
# 99, some with a signal, and some with another status because a child had died. Without checkpoints, none did.

# DMTCP no longer disturbs the computation: at the end of a checkpoint, even of a failed one, and of a restore.
disturbance_ends() {
  disturbing=''
  write_file "$attempt_dir/disturbed" "$SECONDS" || :
}

# The application has ended, and its status is recorded. Is it believed?
conclude_end() {
  if dmtcp_ended_it; then fail lost 'DMTCP ended a process of the application (status 99)'; fi
  if is_doubtful && ! came_again && set_status_aside; then
    journal doubted status# "$recorded_status"
    say "the application ended with status $recorded_status at a checkpoint or a restore, or within $CRFLOW_SUSPECT s of one: DMTCP may have caused that; the status is believed if it comes again"
    if ever_sealed; then conclude lost "its end with status $recorded_status is not believed yet"; fi
    conclude anew "its end with status $recorded_status is not believed yet, and nothing is saved, so it begins anew"
  fi
  if ((recorded_status != 0)) && ! ever_sealed; then suggest_singleton; fi
  flush "$run/status"
  rm -rf "${run:?}/tmp" # the program's TMPDIR
  conclude 'done' "the application ended with status $recorded_status"
}

# Both times come from the file system, whose clock may differ from this node's.
is_doubtful() {
  local ended disturbed
  is_count "$recorded_status" && ((recorded_status != 0 && CRFLOW_SUSPECT > 0)) || return
  [[ -z $disturbing ]] || return 0
  ended=$(date -r "$run/status" +%s 2>/dev/null) && disturbed=$(date -r "$attempt_dir/disturbed" +%s 2>/dev/null) || return
  ((ended - disturbed <= CRFLOW_SUSPECT))
}

# Sets point, how much work was done: a program that ends by itself does so at the same point each time. A status that corrupted
# memory causes must occur twice more.
came_again() {
  local status at same=0 all=0 wanted=1
  read_clock
  point=$((${work:-0} + now - ${since:-$now}))
  while read -r status at; do
    if is_count "$at" && ((at >= point - 2 * CRFLOW_SUSPECT && at <= point + 2 * CRFLOW_SUSPECT)); then
      all=$((all + 1))
      if [[ $status == "$recorded_status" ]]; then same=$((same + 1)); fi
    fi
  done 2>/dev/null <"$run/doubted"
  if [[ $recorded_status == @(132|134|135|136|139) ]]; then wanted=2; fi
  ((same >= wanted || all >= 4)) || return
  journal believed status# "$recorded_status"
  say "status $recorded_status came again at the same point: it is the application's own"
}

# Not if it cannot be recorded, because then it would never be believed.
set_status_aside() { printf '%s\n' "$recorded_status $point" >>"$run/doubted" && mv "$run/status" "$attempt_dir/status"; }

# DMTCP ends a process that it can no longer handle with status 99, and says so in its log. That is a loss, not the
# application's own end. A 99 without such a message is the application's.
dmtcp_ended_it() {
  ((recorded_status == 99)) && dmtcp_gave_up && mv "$run/status" "$attempt_dir/status"
}

# Has it ended a process? All releases print this, whatever the failed assertion is called.
dmtcp_gave_up() { grep -qs ': Terminating\.\.\.' "$attempt_dir/dmtcp.log"; }
