# --- Storage: the run's folder, what is left behind in it, and how it ends ---

# The folder of a requeued job existed, unless the job never got that far: then its log has no line about an attempt.
# Without the folder, the program would start anew onto its old output.
state_is_gone() {
  local log
  [[ $restarts != 0 && ! -e $state/$run_id/lease ]] || return
  log=$(readlink "/proc/$$/fd/1")
  [[ ! -f $log ]] || grep -qaF "run $run_id of $name, attempt " "$log"
}

# The run's folder can disappear while a job runs (purged, or removed). This writes what is known again, so that the next checkpoint
# and the program's status have a place. The time of earlier attempts is recorded as that of an attempt 0.
keep_folder() {
  if [[ -d $attempt_dir ]]; then return; fi
  if ! (umask 077 && mkdir -p "$attempt_dir/live" "$run/generations" "$run/attempts/0") 2>/dev/null; then
    say "the run's folder $run is gone, and cannot be created again"
    return
  fi
  say "the run's folder $run was gone, and was created again: the generations in it are lost"
  write_file "$run/format" "$format"
  write_file "$run/attempts/0/seconds" "$spent_before"
  write_file "$run/paths" "$workdir"$'\n'"$output${output_on_host:+$'\n'$output_on_host}"
  write_file "$run/mark" "$mark"
  # What has been done is not done again onto the old output; and what has become ready since the start is of this run.
  if [[ $engine != none ]]; then : >"$run/sealed"; fi
  touch -d "@$((started - spent_before))" "$run/began"
  write_file "$attempt_dir/tmp" "$node $tmp_of_run"
  write_lease
  : >"$attempt_dir/inside"
  keep_script
  journal folder_gone
}

# discard_leftovers: removes what attempts have left: checkpoints that were never sealed, the files beside images, and incomplete
# generations. A restore puts back what it needs of these.
discard_leftovers() {
  rm -rf "$run"/attempts/*/live/{*.dmtcp,*.temp,ckpt_*_files} "$run"/generations/{*.partial,*.old} "$run"/attempts/*/*.tmp
  # Of attempts long ago, only their time and how they ended matter.
  local old
  for ((old = attempt - 5; old > 0; old--)); do
    [[ -d $run/attempts/$old/live ]] || break
    rm -rf "$run/attempts/$old"/{live,inside,outcome,request,request.taken,environment,environ,submission,failed} "$run/attempts/$old"/{listener,coordinator,dmtcp}.log
  done
}

# flush PATH: DMTCP does not flush uncompressed images, and on NFS a full quota is reported only here. Old versions of
# sync take no file names, and flush everything.
flush() {
  local said
  said=$(find "$1" -type f -exec sync {} + 2>&1) && return
  if [[ $(sync --help 2>&1) != *FILE* ]]; then
    sync
    return
  fi
  say "not safely on disk: ${said##*$'\n'}"
  return 1
}

# note_size: records the length of the output. If it is shorter at the next attempt, something else has cut or replaced it.
note_size() { [[ ! -f $output ]] || write_file "$run/output-seen" "$(wc -c <"$output")"; }

# look_at_size: before a restore, which would fill what is missing with zeros.
look_at_size() {
  local size=0
  read_count "$run/output-seen"
  [[ -f $output ]] && size=$(wc -c <"$output")
  ((size < REPLY)) || return 0
  say "the output is shorter than it was: $size bytes instead of $REPLY: something else has cut or replaced $output"
  journal output_shrank was# "$REPLY" is# "$size"
  write_file "$attempt_dir/shrank" "$REPLY $size"
}

# put_away STATUS: a finished run needs no generations. If it failed, the newest is kept, because the user may want to go back to it.
put_away() {
  local newest freed
  ((CRFLOW_CLEAN)) || return 0
  newest=$(newest_generation)
  (($1 == 0)) && newest=0
  freed=$(find "$run/generations" -mindepth 1 -maxdepth 1 ! -name "$newest" -print -exec rm -rf {} +)
  rm -rf "$run"/attempts/*/live/*
  if [[ -d $run/set-aside ]]; then say "kept: what was set aside, in $run/set-aside (removed by: bash $name.sbatch clean $run_id)"; fi
  [[ -n $freed ]] || return 0
  if ((newest)); then
    say "removed its generations except the newest, $newest (bash $name.sbatch clean $run_id removes that as well)"
  else
    say 'removed its generations: the run is over (CRFLOW_CLEAN=0 keeps them)'
  fi
  journal put_away kept# "$newest"
}
