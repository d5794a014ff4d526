# --- What the application takes: memory, processor time, bytes written ---

next_measure=0 measured_at=-1

# Once in CRFLOW_MEASURE seconds, at a heartbeat, and before and after a checkpoint. Starts no process.
measure_on_time() {
  if ((CRFLOW_MEASURE && SECONDS + CRFLOW_HEARTBEAT / 2 >= next_measure)); then measure; fi
}

# measure: notes in the journal what the processes of the application on this node take, from one walk over this user's
# processes. Memory that they share counts for each of them. Processor time and bytes written are those since the launch or the restore;
# the kernel adds an ended child's to its parent's.
measure() {
  local pid stat value own_session new count=0 pages=0 ticks=0 written=0 parent=() session=() used=() resident=() is_member=() is_session=()
  ((CRFLOW_MEASURE && SECONDS != measured_at)) || return 0
  measured_at=$SECONDS next_measure=$((SECONDS + CRFLOW_MEASURE))
  own_processes
  born=()
  for pid in "${own_pids[@]}"; do
    if ! read_stat "$pid" || [[ ${stat[3]} == -* ]]; then continue; fi # it is just ending, and in no session any more
    parent[pid]=${stat[1]} session[pid]=${stat[3]} born[pid]=${stat[19]} resident[pid]=${stat[21]}
    used[pid]=$((stat[11] + stat[12] + stat[13] + stat[14]))
  done
  own_session=${session[$$]-}
  find_first
  for pid in $REPLY; do is_member[pid]=yes; done
  # The others are their descendants, and what is in the same sessions.
  new=yes
  while [[ -n $new ]]; do
    new=''
    for pid in "${!session[@]}"; do
      [[ -n ${is_member[pid]-}${is_member[parent[pid]]-}${is_session[session[pid]]-} ]] || continue
      is_member[pid]=yes new=yes count=$((count + 1))
      if [[ ${session[pid]} != "$own_session" ]]; then is_session[session[pid]]=yes; fi
      ticks=$((ticks + used[pid])) pages=$((pages + resident[pid]))
      { read -r _ && read -r _ value; } 2>/dev/null <"/proc/$pid/io" && written=$((written + value))
      unset "session[pid]"
    done
  done
  ((count)) || return 0
  # Linux counts in hundredths of a second on every machine that Slurm runs on.
  printf -v value '%d.%02d' $((ticks / 100)) $((ticks % 100))
  journal measured processes# "$count" resident# $((pages * page_size)) processor# "$value" written# "$written"
}
