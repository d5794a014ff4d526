# --- The application saves itself: it is asked to, and its files are copied when they are complete ---

readonly engine=own most_losses=2
readonly least_checkpoint=4096 # bytes
: "${CRFLOW_QUIET:=5}"         # seconds without a change after which the application's files are complete
: "${CRFLOW_STARTUP:=60}"      # seconds to wait for a first sign of life, before the application is asked to save
engine_numbers=(INTERVAL PROVE QUIET STARTUP ${CRFLOW_MTBF:+MTBF})

open_engine() {
  check_place timeout find grep cksum cmp awk xargs
  sealed_as='' sealed_here='' seen_as='' seen_before='' quiet_as='' grown_then='' noted='' asked='' seen_life='' look_again='' lost_as='' told_none=''
}

# If all work is done, it is not done again: the inner half that did it may have died between the application's end and the run's. Without
# the application's status, nobody knows whether it had written its results completely: then it goes on from the newest generation.
prepare() {
  local status
  read_count "$run/started-by"
  if read -r status 2>/dev/null <"$run/attempts/$REPLY/ended" && has_done "$status"; then conclude_done "$status" 'all work was done already'; fi
  pass_over_doubted
}

# has_done STATUS: did the application, which ended with this status, do all its work? One that a signal ended may have been killed in the
# middle of writing its results.
has_done() { is_count "$1" && (($1 < 128)) && is_done; }

# A run that begins anew begins with the files that existed before anything ran.
launch() {
  if [[ -d $run/before ]]; then
    put_back "$run/before" || return
  else
    rm -rf "$run/before.new"
    (umask 077 && mkdir "$run/before.new") && copy_files "$run/before.new" "$(signature)" && flush "$run/before.new" &&
      tell_size "$(file_of_done_text)" >"$run/done-from" && : >"$run/began" && mv -T "$run/before.new" "$run/before" || return
  fi
  start run_block 0 || return
  work=0
  work_begins
  journal launched
  say 'launched the application'
}

bring_back() {
  check_ranks
  put_back "$run/generations/$generation" && start "$again" "$generation"
}

# If the number of ranks is part of a checkpoint, concludes before anything is put back for another one: the program would fail or begin anew.
check_ranks() {
  local had has
  [[ $number_of_ranks == fixed ]] || return 0
  had=$(generation_count "$generation" ranks) has=$(count_ranks)
  if ((had && had != has)); then
    conclude unfit "generation $generation is of $had ranks, and this job starts $has: only $had can continue from it (ranks = fixed)"
  fi
}

# The steps of this job have one for each task, or for each node.
count_ranks() { printf '%s' "${SLURM_NTASKS:-${SLURM_NNODES:-1}}"; }

# start BLOCK GENERATION
start() {
  local newest file
  set_done_files_aside "$2" || return
  if [[ -n $ask_file ]]; then rm -f -- "$workdir/$ask_file"; fi
  while IFS= read -r -d '' file; do rm -f -- "$workdir/$file"; done < <(list_like names "$workdir" ${cleared_files[@]+"${cleared_files[@]}"})
  sealed_as=$(signature) started_as=$sealed_as sealed_here='' asked='' seen_life='' seen_as='' seen_before='' grown_then='' size_at_start=$(size_of_output)
  newest=$(newest_file)
  start_application "$1" "CRFLOW_GENERATION=$2" "CRFLOW_NEWEST=$newest"
}

# set_done_files_aside GENERATION: those that this run's program has written, perhaps not completely, before it was killed, or after the
# generation from which it continues.
set_done_files_aside() {
  local file
  while IFS= read -r -d '' file; do
    [[ ! $workdir/$file -nt $run/began || -e $run/generations/$1/files/$file ]] || set_aside "$file" 'is newer than' || return
  done < <(files_like "$workdir" ${done_files[@]+"${done_files[@]}"})
}

# If the application can be asked, it is, and continues or ends; otherwise, what it has saved by itself counts.
checkpoint() {
  local how=$1 began=$SECONDS was
  look_again='' noted='' asked=''
  if [[ $how == on ]] && rank_is_lost; then
    checkpoint_fails 'a rank was killed, and may have been saving'
    return 1
  fi
  if [[ -n $asks ]] && [[ $how == end || $after_asking == continues ]]; then
    was=$(signature)
    ask || return
    await_answer || return
  fi
  if [[ $how == end ]]; then end_application || return; fi
  take_what_is_there "$how"
}

# ask: after a sign of life, because a program that is just starting does not listen.
ask() {
  wait_until "$CRFLOW_STARTUP" shows_life || say "no sign of life from the application in $CRFLOW_STARTUP s: asking it all the same"
  if has_ended; then return; fi
  journal asked_application how "$asks"
  case $asks in
    signal) wait_until "$CRFLOW_STARTUP" tell_application "$ask_signal" ;;
    file) printf '%s' "$ask_text" >"$workdir/$ask_file" ;;
    *) in_workdir ask_block ;;
  esac && asked=yes || has_ended && return
  if [[ $asks == signal ]]; then
    checkpoint_fails "no process of the application handles $ask_signal, which would kill it"
  else
    checkpoint_fails "the application could not be asked to save"
  fi
  return 1
}

# Has its output grown, or have its files changed?
shows_life() {
  if [[ -z $seen_life ]] && { has_ended || (($(size_of_output) > size_at_start)) || [[ $(signature) != "$started_as" ]]; }; then seen_life=yes; fi
  [[ -n $seen_life ]]
}

size_of_output() {
  local size=0
  [[ -f $output ]] && size=$(wc -c <"$output")
  printf '%s' "${size//[!0-9]/}"
}

await_answer() {
  if [[ $after_asking == ends ]]; then
    wait_until "$CRFLOW_CHECKPOINT_LIMIT" has_gone && return
    say "the application has not ended within $(hms "$CRFLOW_CHECKPOINT_LIMIT") of being asked to"
  else
    if wait_until "$CRFLOW_CHECKPOINT_LIMIT" has_saved; then
      grown_then=$(grown) noted=yes # not later, because it will write again what it adds from now on
      return
    fi
    say "the application has saved nothing within $(hms "$CRFLOW_CHECKPOINT_LIMIT") of being asked to"
    if [[ $how == on ]]; then
      checkpoint_fails 'no answer'
      return 1
    fi
  fi
}

has_saved() { has_gone || [[ $(signature) != "$was" ]]; }

# The application has ended as it was asked to, or is ended here; then a file that it was just writing is incomplete.
end_application() {
  local status=0 torn='' killed='the application was killed, perhaps while it was saving'
  if [[ -n $ask_file ]]; then rm -f -- "$workdir/$ask_file"; fi # or the program would stop at once if the user starts it by hand
  if rank_is_lost; then torn=$killed; fi
  if computation_lives; then await_quiet end || torn=$killed; fi
  if computation_lives; then
    end_computation
    mkdir -p "$tmp"
    [[ $(signature) == "$quiet_as" ]] || torn=$killed # written just before it was killed
  elif wait_until 5 has_ended; then
    read -r status <"$ending"
    if has_done "$status"; then conclude_done "$status" "the application ended with status $status"; fi
    if ! { tells_of_save "$status" || is_settled; }; then torn="the application ended with status $status, perhaps before it had saved completely"; fi
  fi
  [[ -z $torn ]] || checkpoint_fails "$torn"
}

# tells_of_save STATUS: may the application, which ended with this status, have saved completely before its end? With 0, or with the
# status that the flow names. If the flow names none, also with another one after it was asked (GROMACS: 1), unless the disk is full.
tells_of_save() {
  (($1 != 0)) || return 0
  if [[ -n $stop_status ]]; then
    (($1 == stop_status))
  else
    (($1 < 128)) && [[ -n $asked || ${request-} == finish* ]] && ! disk_is_full
  fi
}

# take_what_is_there on|end: seals what the application has saved, if that is new and complete.
take_what_is_there() {
  if ! await_quiet "$1"; then
    look_again=yes
    [[ -z $restless ]] || checkpoint_fails "$restless"
    return 1
  fi
  # If it was killed meanwhile, it may have been writing: conclude_end decides.
  if [[ $1 == on ]] && has_gone; then return 1; fi
  if [[ $quiet_as == "$sealed_as" ]]; then
    look_again=yes
    tell_nothing_new "$1"
    return 1
  fi
  if ! nothing_is_missing; then
    look_again=yes
    return 1
  fi
  there_is_room || return
  read_clock
  taken=$now
  if ! seal $((SECONDS - began)); then
    look_again=yes
    return 1
  fi
  if ((generation == 2)); then tell_unmatched; fi # not at the first, before which a program has no earlier save to keep
  sealed_as=$quiet_as sealed_here=yes
  fresh_until=$((SECONDS + SECONDS - began + 2))
}

# tell_nothing_new on|end: `files` may be wrong.
tell_nothing_new() {
  if [[ -n $quiet_as ]]; then
    [[ $1 == on ]] || say 'the application has saved nothing new'
  elif [[ $1 == end || -z $told_none ]]; then
    told_none=yes
    say "nothing to save: no file in $workdir matches \`files\` so far (${saved_files[*]})"
  fi
}

# True if the user has asked for a checkpoint, and the application saves only when it ends.
must_end() { [[ ${request-} == checkpoint && -n $asks && $after_asking == ends ]]; }

# If it can be asked, it has done more since it saved by itself.
generation_is_current() { [[ -z $asks && $(signature) == "$sealed_as" ]]; }

# The state at the last two heartbeats shows later which files had been quiet, and how long the growing files were when a save was
# first seen: what a program appends after that save, it will append again.
over() {
  if has_ended; then return; fi
  if [[ $word == beat ]]; then
    seen_before=$seen_as seen_as=$(signature)
    if [[ $seen_as != "$seen_before" ]]; then grown_then=$(grown); fi
    if rank_is_lost; then end_if_waiting; else lost_as=''; fi
  fi
  return 1
}

# A rank was killed, by the last words of the output. It may have been saving.
rank_is_lost() { (($(size_of_output) > size_at_start)) && tail -n 3 -- "$output" | tells_of_lost_rank; }

# Ranks can wait for ever for one that was killed (measured: Open MPI 4.1 with LAMMPS, Slurm 22.05).
end_if_waiting() {
  local now_as
  now_as=$(size_of_output)$seen_as
  if [[ $now_as != "$lost_as" ]]; then lost_as=$now_as lost_since=$SECONDS; fi
  ((SECONDS - lost_since < CRFLOW_STARTUP)) || conclude lost "a rank was killed, and the others wait for it: $(tail -n 1 -- "$output")"
}

# Of several ranks, one may have died in the middle of a save long before the others ended.
is_settled() { (($(count_ranks) == 1)) && [[ -n $seen_before && $(signature) == "$seen_before" ]]; }

# Never by the status alone, because a program that stopped early also ends with 0. And files from before this run do not count.
is_done() {
  local pattern file found
  [[ -e $run/began ]] || return
  for pattern in ${done_files[@]+"${done_files[@]}"}; do
    found=''
    while IFS= read -r -d '' file; do
      if [[ $workdir/$file -nt $run/began ]]; then found=yes; fi
    done < <(files_like "$workdir" "$pattern")
    [[ -n $found ]] || return
  done
  if [[ -n $done_text ]]; then
    file=$(file_of_done_text)
    [[ $file -nt $run/began ]] && what_is_new_in "$file" | grep -aF -e "$done_text" >/dev/null || return
  fi
  if [[ -n $done_command ]]; then in_workdir done_block; fi
}

file_of_done_text() { printf '%s' "${done_in:+$workdir/}${done_in:-$output}"; }

# what_is_new_in FILE: prints what this run has written to it, if it was only appended to what was there before; otherwise all of it.
what_is_new_in() {
  local size=0 sum=''
  read -r size sum _ 2>/dev/null <"$run/done-from"
  if ! is_count "$size" || [[ $(sum_of_ends "$1" "$size") != "$sum" ]]; then size=0; fi
  tail -c "+$((size + 1))" -- "$1"
}

# in_workdir BLOCK: runs bash of the flow in the environment of the application.
in_workdir() {
  [[ -e $run/environ ]] && (cd "$workdir" && in_environment "$run/environ" timeout -k 5 60 bash -eo pipefail -c "$("$1")") >>"$attempt_dir/application.log" 2>&1 </dev/null 8<&-
}

conclude_end() {
  local began=$SECONDS
  read_ending
  if has_done "$ended_with"; then conclude_done "$ended_with" "the application ended with status $ended_with"; fi
  await_reason
  if ((ended_with != 0)) && disk_is_full; then say "the disk of $workdir is full"; fi
  if tells_of_save "$ended_with" && ! rank_is_lost || is_settled; then take_what_is_there end || :; fi
  if [[ ${request-} == finish* ]]; then
    if [[ -n $sealed_here && $(signature) == "$sealed_as" ]]; then conclude saved "the application has ended (status $ended_with), and what it saved is generation $generation"; fi
    conclude unsaved "the application has ended (status $ended_with), and has saved nothing new"
  elif ((ended_with == 0)); then
    if [[ -n $sealed_here ]] && ! saved_the_same; then conclude stopped "the application ended with status 0, but is not done: it continues from generation $generation"; fi
    conclude idle 'the application ended with status 0, but is not done, and has saved nothing since it was started'
  elif ever_sealed && ! came_again; then
    # What ended it twice may be over in a moment: a licence that was taken, a server that was restarted.
    if ((came == 1)) && ! wait_until "$CRFLOW_STARTUP" requested; then say "trying once more, after $(hms "$CRFLOW_STARTUP")"; fi
    conclude lost "the application ended with status $ended_with before it was done"
  fi
  conclude_done "$ended_with" "the application ended with status $ended_with"
}

# Does the newest generation have the files of the one from which the application continued, byte for byte? Then it was no progress.
saved_the_same() {
  local files
  files=$(files_in_seal "$restored_from")
  [[ -n $files && $files == "$(files_in_seal "$generation")" ]]
}

# files_in_seal GENERATION: sizes and checksums of the application's files.
files_in_seal() { grep -s ' \./files/' "$run/generations/$1/seal"; }

# The program's own message may not have found room, either.
disk_is_full() {
  local free
  free=$(run=$workdir free_bytes)
  is_count "$free" && ((free < 65536))
}
