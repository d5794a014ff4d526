# --- The inner half: DMTCP ---

open_inner_half() {
  run=$1 attempt=$2 workdir=$3 output=$4
  local entry
  attempt_dir=$run/attempts/$attempt script=$0 coordinator='' alarm='' word=''
  : >"$attempt_dir/inside"
  trap : TERM # Slurm TERMs every process of a job that it ends; the outer half says what follows
  come_in
  for entry in ${set_variables[@]+"${set_variables[@]}"}; do
    if [[ $entry == DMTCP_* ]]; then export "${entry?}"; fi # the one thing in there that is ours to know
  done
  unset DMTCP_COORD_HOST DMTCP_COORD_PORT DMTCP_CHECKPOINT_DIR DMTCP_CHECKPOINT_INTERVAL
  unset next_look seen_size looked_at beat_at # whatever the environment has of these names
  read_mark || conclude missing "there is no $run/mark"
  tmp_of_run=$5 live=$attempt_dir/live # as the outer half knows them, whatever came in
  find_tmp
  check_place
  if ! (umask 077 && mkdir -p "$live" "$tmp") || [[ ! -O $tmp ]]; then conclude lost "cannot make $live and $tmp"; fi
  : >"$starting"
  export DMTCP_TMPDIR=$tmp # dmtcp_command has no option for it
  close_inherited
  control=$tmp_of_run/control.$attempt
  exec 8<"$control"
  # What /proc shows is behind every link.
  workdir_real=$(cd "$workdir" && pwd -P) run_real=$(cd "$run" && pwd -P)
  suspended=0
  unfit=0 restored_from=0 fresh_until=-1 disturbing='' shell='' have_spoken='' explained='' quietly='' linked_with_mpi=''
  page_size=$(getconf PAGESIZE 2>/dev/null)
  is_count "$page_size" || page_size=4096
  machine=$(describe_machine)
}

# Two computations that share a descriptor from outside hang at their restart.
close_inherited() {
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    # 255 is this shell's own, on this file.
    if ((fd > 2 && fd != 255)); then exec {fd}>&-; fi
  done
}

# What must be here. Nothing was run yet where it is not.
check_place() {
  local tool
  for tool in dmtcp_coordinator dmtcp_launch dmtcp_restart dmtcp_command timeout find grep cksum df awk xargs; do
    command -v "$tool" >/dev/null || conclude missing "$tool is not on the PATH $where"
  done
  check_dmtcp
  [[ -d $workdir ]] || conclude missing "the work folder $workdir is not there"
  : >>"$output" || conclude missing "cannot write the output file $output"
}

# `dmtcp_command -kc` came with 3.0; 5.0 loses its coordinator at the first checkpoint (measured on Linux 6.18).
check_dmtcp() {
  local version
  version=$(dmtcp_version)
  case $version in
    [34].*) ;;
    [0-9]*.*) conclude missing "this is DMTCP $version, and only 3 and 4 are known to work" ;;
    *) conclude missing "dmtcp_launch --version does not tell a version: '$version'" ;;
  esac
}

# conclude OUTCOME WORDS: ends the computation, leaves word for the outer half, and ends this half.
conclude() {
  end_computation
  if [[ -n $alarm ]]; then kill "$alarm" 2>/dev/null; fi
  say "$2"
  write_file "$attempt_dir/outcome" "$1 $2"
  # Opened both ways, a pipe does not wait for a reader.
  if [[ -p $tmp_of_run/words.$attempt ]]; then printf 'concluded\n' 1<>"$tmp_of_run/words.$attempt"; fi
  exit 0
}

# The coordinator ends with the computation. But the application may leave a child behind that keeps both
# alive, so the status is looked for, too: at each heartbeat.
over() { [[ $word == beat ]] && refuse_foreign_peers && finished; }

# Blocks until the outer half has a word, which it has at each heartbeat; until the coordinator has ended; or until the next
# thing by the clock, where that comes before the next heartbeat. Sets word; the end of file means that the outer half is gone.
await_word() {
  local seconds=$((next_checkpoint - SECONDS))
  if [[ -n ${CRFLOW_ALIVE-} ]] && ((${next_look:-0} - SECONDS < seconds)); then seconds=$((${next_look:-0} - SECONDS)); fi
  if ((seconds < 0)); then seconds=0; fi
  if ((seconds < CRFLOW_HEARTBEAT)) && ! { [[ -n $alarm ]] && kill -0 "$alarm" 2>/dev/null; }; then
    (
      cd / && trap 'kill "$!"' TERM
      sleep "$seconds" &
      wait "$!" && tell_this_half due
    ) 8<&- >/dev/null 2>&1 &
    alarm=$!
  fi
  local looked=$SECONDS
  hear_word
  skip_suspension "$CRFLOW_HEARTBEAT" || :
}

hear_word() { IFS= read -r word <&8 || (($? > 128)) || word=gone; }

# Without waiting, where something else is waited for.
look_for_word() { if read -t 0 <&8; then hear_word; fi; }

# tell_this_half WORD: opened both ways, a pipe does not wait for a reader that is gone.
tell_this_half() { printf '%s\n' "$1" 1<>"$control"; }

outer_half_is_gone() { [[ $word == gone ]]; }

# Sets request. It is moved away before it is read, so that one that comes meanwhile is not lost.
requested() {
  [[ -e $attempt_dir/request ]] || return
  mv "$attempt_dir/request" "$attempt_dir/request.taken" && read -r request <"$attempt_dir/request.taken"
}

# Notes by when this attempt can have sealed a generation, in seconds of its account: an attempt that ends earlier made no
# progress for want of time. A checkpoint whose cost is not known yet is given what is not yet slow.
note_when_due() {
  local cost
  [[ ! -e $attempt_dir/due ]] || return 0
  read_count "$run/cost"
  cost=$((REPLY ? REPLY : CRFLOW_SLOW))
  read_count "$attempt_dir/seconds"
  write_file "$attempt_dir/due" $((REPLY + next_checkpoint - SECONDS + cost))
}

# The first checkpoint of a run proves that the application survives a restore, so it comes early.
schedule_checkpoint() {
  local wait=$CRFLOW_INTERVAL cost
  if [[ -n ${CRFLOW_MTBF-} ]]; then
    cost=$(newest_fact seconds)
    if keeps_files; then ((cost *= 2)); fi # each is followed by a restore, which takes about as long
    wait=$(best_interval "$cost")
  fi
  if to_prove && ((CRFLOW_PROVE < wait)); then wait=$CRFLOW_PROVE; fi
  next_checkpoint=$((SECONDS + wait))
}

# The tasks of an array start together, and would all write their checkpoints in the same second. Of each attempt the first wait, and
# of a run also the one behind the proof, is shorter by up to a half: by the number of the task, so that neighbours are far apart.
keep_out_of_step() {
  local id=${run##*/} wait=$((next_checkpoint - SECONDS))
  id=${id%%.*}
  [[ $id =~ ^([0-9]+)_([0-9]+)$ ]] || return 0
  if [[ -e $attempt_dir/checkpoints ]] && { ((CRFLOW_PROVE == 0)) || [[ -e $run/proven ]]; }; then return; fi
  # By the golden ratio: however many tasks there are, they are spread evenly.
  next_checkpoint=$((next_checkpoint - wait * ((10#${BASH_REMATCH[1]} + 10#${BASH_REMATCH[2]}) * 618034 % 1000000) / 2000000))
}

# Only behind its end are an application's files as the checkpoint knows them.
keeps_files() { [[ -n ${protect[0]-} ]]; }

to_prove() { ((CRFLOW_PROVE)) && ! ever_sealed; }

checkpoint_on_time() {
  if [[ -n ${CRFLOW_ALIVE-} ]] && ! lived_since_checkpoint; then
    say 'no checkpoint without a sign of life since the one before'
    schedule_checkpoint
  else
    regular_checkpoint
  fi
}

# One on time, or on request. To prove a restore, and where files are kept with it, the computation ends behind the
# checkpoint and is restored from it.
regular_checkpoint() {
  local began=$SECONDS
  if to_prove || keeps_files; then
    if checkpoint -kc; then
      wait_until 30 coordinator_is_gone
      conclude again "restoring generation $generation, which was just sealed"
    fi
  else
    checkpoint -c
  fi
  if [[ -n ${CRFLOW_ALIVE-} ]]; then life_is_saved $((SECONDS - began)); fi
  schedule_checkpoint
}

# A coordinator of this computation's own, on a free port. SIGTERM would end it and the application with it; and so does SIGPIPE, which it
# gets where a process ends just when it is told of a checkpoint.
start_coordinator() {
  local port_file=$tmp/port
  rm -f "$port_file"
  rm -f "$tmp/coordinator"
  (
    trap '' TERM PIPE
    cd "$live" || exit
    dmtcp_coordinator --exit-on-last -p 0 --port-file "$port_file" --ckptdir "$live" --tmpdir "$tmp" 9<"$starting" &
    write_file "$tmp/coordinator" "$!"
    wait "$!"
    tell_this_half over
  ) </dev/null >>"$attempt_dir/coordinator.log" 2>&1 8<&- & # it would not start with a file for input
  disown "$!"
  wait_until 10 test -s "$tmp/coordinator" && know_process "$(<"$tmp/coordinator")" && coordinator=$REPLY
  wait_until 60 coordinator_decided && coordinator_lives
}

# The port is not written in one go, so what is read may be half of it.
coordinator_answers() {
  [[ -s $port_file ]] && port=$(<"$port_file") && is_count "$port" && tell_dmtcp -s >/dev/null
}

# It answers, or it never will: whoever ended it did not wait for us.
coordinator_decided() { coordinator_answers || ! coordinator_lives; }

coordinator_lives() { lives "$coordinator"; }

# tell_dmtcp COMMAND: only the statuses of -s and -c mean what they say; that of -kc is always 2.
tell_dmtcp() { timeout -k 5 30 dmtcp_command -p "$port" "$@" 2>&1; }

# The computation is up, connected, and not in the middle of a checkpoint.
computation_runs() { [[ $(tell_dmtcp -s) == *RUNNING=yes* ]]; }

launch() {
  settle_output
  run_block >"$run/run.sh" && program_environ >"$run/environ" || return
  cd "$workdir" || return
  set -m # `&` alone would have the program ignore INT and QUIT
  dmtcp_launch -j -p "$port" --no-gzip --ckptdir "$live" --tmpdir "$tmp" \
    bash -p "$script" application "$run" "$workdir" "$output" <"$starting" >"$attempt_dir/dmtcp.log" 2>&1 8<&- &
  set +m
  computation=$!
  came_up 60 || return
  work=0
  work_begins
  journal launched
  say 'launched the application'
}

# A launch after a lost attempt begins anew, and its output with it: back to its size at the first launch.
settle_output() {
  local size=0
  if [[ -e $run/output-size ]]; then
    read_count "$run/output-size"
    truncate -s "$REPLY" "$output"
  else
    [[ -e $output ]] && size=$(wc -c <"$output")
    write_file "$run/output-size" "$size"
  fi
}

# came_up SECONDS: the computation of process $computation runs, or is over already. Once it was seen to run it is not
# asked again: it can end at any moment, and an answer can fail.
came_up() {
  local up=''
  wait_until "$1" start_decided
  disown "$computation" 2>/dev/null
  [[ -n $up ]] || finished
}

# It runs, or it is over, or it never will run.
start_decided() {
  refuse_foreign_peers
  if finished || computation_runs; then up=yes; fi
  [[ -n $up ]] || ! coordinator_lives && return
  if [[ -n ${restoring-} ]]; then
    leave_restore_if_unwanted
    # The other processes would wait for ever for one that is gone.
    ! dmtcp_gave_up || return 0
  fi
  # dmtcp_restart may end well long before its processes are up, so only a failure of it decides anything.
  ! kill -0 "$computation" 2>/dev/null && ! wait "$computation"
}

# A restore can take minutes, or hang. Whatever is asked for meanwhile, there is nothing new to save.
leave_restore_if_unwanted() {
  local asked='' so=saved why="generation $generation stands: it was just being restored"
  if [[ -r $attempt_dir/request ]]; then read -r asked <"$attempt_dir/request"; fi
  if [[ $asked != finish* ]]; then
    look_for_word
    outer_half_is_gone || return 0
    so=lost why='the outer half is gone'
  fi
  disown "$computation" 2>/dev/null # or bash says "Killed" of it in the log
  conclude "$so" "$why"
}

# Restores $generation. Whatever it is that fails, it is not tried again in this attempt.
restore() {
  if bring_back; then
    restored_from=$generation work=$(generation_count "$generation" work)
    work_begins
    left_in_peace
    remember_stale_files
    journal restored generation# "$generation"
    say "restored generation $generation"
    return
  fi
  last_words
  printf '%s\n' "$generation" >>"$attempt_dir/failed"
  journal restore_failed generation# "$generation"
  return 1
}

# New images go to this attempt's own folder; but the old ones name the files that go with them by the full path
# they had, so those are put back there.
bring_back() {
  local image images=() from=$run/generations/$generation place restoring=yes
  name_differences "$from/machine"
  find_stale_files
  may_go_on || conclude stale "${#stale[@]} file(s) differ from generation $generation, whose restore would leave them as they are (strict = yes)"
  look_at_size
  place=$(generation_fact "$generation" live)
  mkdir -p "$place" || return
  while IFS= read -r image; do
    images+=("$from/$image")
    image=${image%.dmtcp}_files
    if [[ -d $from/$image ]]; then rm -rf "${place:?}/$image" && cp -a "$from/$image" "$place/" || return; fi
  done <"$from/images"
  if keeps_files; then put_back "$from" || return; fi
  # DMTCP brings a process back in the folder that it is told from here, or below it, and in no other.
  cd "$workdir" || return
  dmtcp_restart -j -p "$port" --ckptdir "$live" --tmpdir "$tmp" "${images[@]}" \
    <"$starting" >"$attempt_dir/dmtcp.log" 2>&1 8<&- &
  computation=$!
  came_up "$CRFLOW_CHECKPOINT_LIMIT"
}

# checkpoint -c | -kc: one checkpoint, sealed as a new generation. -kc ends the computation right behind it.
# The mark of a complete checkpoint is a new restart script: the coordinator writes it when every image
# has been renamed to its place. No answer of dmtcp_command says as much.
checkpoint() {
  local how=$1 mark=$live/dmtcp_restart_script.sh began=$SECONDS seen_working='' polls=0 orphaned='' forgotten='' outside
  has_place || return
  mark_logs
  rm -f "$mark" "$live"/*.temp "$live"/*.dmtcp
  if ! wait_until "$CRFLOW_CHECKPOINT_LIMIT" computation_answers; then
    give_up_checkpoint "${hopeless:-the computation did not answer}"
    return 1
  fi
  survey
  if [[ -z $shell ]]; then
    give_up_checkpoint 'the shell that records the status is gone'
    return 1
  fi
  explain_program
  there_is_room || return
  if ! at_home; then
    checkpoint_fails "$astray, outside of workdir ($workdir): DMTCP would bring it back in the wrong folder"
    ((++unfit < 3)) || conclude unfit "$astray, outside of workdir ($workdir), where DMTCP cannot bring it back; if that is where it is to work, make it the flow's workdir"
    return 1
  fi
  unfit=0
  outside=$(peers)
  if [[ -n $outside ]]; then
    checkpoint_fails "it would never end with a TCP connection to a program outside of the job$outside"
    return 1
  fi
  list_open_files
  await_no_zombies
  if [[ -z $application_lives ]]; then
    # Its status is being written down: behind a -kc there would be nobody to do so.
    wait_until 10 finished || give_up_checkpoint 'the application has ended, and its status was not recorded'
    return 1
  fi
  read_clock
  taken=$now disturbing=yes
  if [[ $how == -kc ]]; then
    tell_dmtcp -kc >/dev/null
  elif ! wait_until 30 accepted; then
    disturbing=''
    checkpoint_fails 'DMTCP refused it'
    return 1
  fi
  look_at_the_still
  wait_until "$CRFLOW_CHECKPOINT_LIMIT" committed
  if [[ ! -e $mark ]]; then
    give_up_checkpoint "${hopeless:-it was not complete after $((SECONDS - began)) s}"
    return 1
  fi
  # DMTCP commits without a process that was killed meanwhile; and the others answer nothing from then on.
  if compgen -G "$live/*.temp" >/dev/null || { [[ $how == -c ]] && ! wait_until 60 computation_answers; }; then
    give_up_checkpoint 'a process was lost in its midst'
    return 1
  fi
  left_in_peace
  if [[ -n $orphaned ]]; then
    checkpoint_fails 'a process had just ended, and its parent would not know how'
    rm -f "$live"/*.dmtcp
    # It was in good health, and there is nothing to go back to.
    if [[ $how == -kc ]] && ! ever_sealed && [[ ${request-} != finish* ]]; then conclude anew 'nothing of it is saved yet, so it begins anew'; fi
    return 1
  fi
  seal $((SECONDS - began)) || return
  fresh_until=$((SECONDS + SECONDS - began + 2))
  warn_of_files
}

# Without a pause: a small checkpoint is soon over.
look_at_the_still() {
  for _ in {1..20}; do
    if [[ -e $mark ]] || all_stand_still; then break; fi
  done
}

# A process can end between the look for zombies and the moment in which all stand still for the checkpoint; while they do,
# it stays one.
all_stand_still() {
  ! computation_runs || return
  seen_working=yes
  # Once it is complete, -kc ends them all, and what is seen is their end.
  no_zombies || [[ -e $mark ]] || orphaned=yes
}

# Complete, or never going to be. A -kc that meets a process being born is dropped without a word: it is said
# again where two looks find nothing happening.
committed() {
  [[ -e $mark ]] && return
  coordinator_lives && refuse_foreign_peers || return 0
  comes_to_no_end && return
  if [[ -z $seen_working ]] && ! all_stand_still && [[ $how == -kc ]]; then
    if ((++polls % 2 == 0)); then tell_dmtcp -kc >/dev/null; fi
  fi
  return 1
}

# A computation that is stuck in a checkpoint does not come out of it: end it, and let a restore follow. Where the application
# has ended meanwhile, the shell around it is given the time to say how.
give_up_checkpoint() {
  if [[ -n $shell && -e /proc/$shell ]]; then
    look_at_family
    [[ -n $application_lives ]] || wait_until 5 finished
  fi
  finished && return
  checkpoint_fails "$1"
  last_words
  end_computation
}

checkpoint_fails() {
  say "checkpoint failed: $1"
  journal checkpoint_failed why "$1"
}

accepted() { ! coordinator_lives || tell_dmtcp -c >/dev/null; }

computation_answers() {
  refuse_foreign_peers
  ! coordinator_lives || computation_runs
}

# Room for one more generation? A full disk during a checkpoint kills the application.
there_is_room() {
  local size free
  size=$(checkpoint_size)
  free=$(free_bytes)
  is_count "$free" || return 0
  ((free * 5 >= size * 6)) && return
  say "checkpoint skipped: it needs $(mib $((size * 6 / 5))), and $run has $(mib "$free") free"
  journal checkpoint_skipped needs# $((size * 6 / 5)) free# "$free"
  return 1
}

# The last one of this attempt. Whatever becomes of it, the generations before it stand. Where time is short, as in a preemption, not right
# after another one, unless that
# would leave files behind that its restore does not take back.
last_checkpoint() {
  if [[ $request != *@(limit|budget|request) ]] && ((SECONDS <= fresh_until)) && ! finished && is_all_in "$generation"; then
    read_clock
    add_to lost $((now - since))
    conclude saved "saved in generation $generation, just before"
  fi
  if checkpoint -kc; then
    wait_until 30 coordinator_is_gone
    conclude saved "saved in generation $generation"
  fi
  if finished; then conclude_end; fi
  conclude unsaved 'the last checkpoint failed; the generation before it stands'
}

# Nobody listens to Slurm any more. If the outer half was only held up, it goes on from here.
left_alone() {
  holds_lease || conclude lost 'a newer attempt has taken over this run'
  if checkpoint -kc; then
    wait_until 30 coordinator_is_gone
    conclude again "saved in generation $generation, for the outer half is gone"
  fi
  conclude lost 'the outer half is gone'
}

coordinator_is_gone() { ! coordinator_lives; }
