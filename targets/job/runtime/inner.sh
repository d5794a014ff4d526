# --- The inner half: when the application is saved, and what follows. How is its engine's business ---
#
# An engine has:
#   open_engine         its variables, and a look whether all that it needs is here; nothing was run yet
#   engine_numbers      its settings
#   prepare             what runs beside the application
#   launch, bring_back  starts the application anew; from $generation
#   goes_on             there is something left to look after
#   over                the application has ended, although something of it goes on: asked at each word
#   has_ended           how it ended is written down
#   conclude_end        what that means
#   checkpoint on|end   one checkpoint, sealed as a generation, after which the application goes on or has ended
#   must_end            a checkpoint is worth nothing unless the application ends with it
#   collect FOLDER      the files of a generation
#   processes_of_run    the processes of all attempts so far on this node
#   last_words          what is known of a failure
#   end_computation     ends every process of the application, in either half

open_inner_half() {
  run=$1 attempt=$2 workdir=$3 output=$4
  attempt_dir=$run/attempts/$attempt script=$0 alarm='' word=''
  : >"$attempt_dir/inside"
  trap : TERM # Slurm TERMs every process of a job that it ends; the outer half says what follows
  come_in
  unset next_look seen_size looked_at beat_at # whatever the environment has of these names
  read_mark || conclude missing "there is no $run/mark"
  tmp_of_run=$5 live=$attempt_dir/live # as the outer half knows them, whatever came in
  find_tmp
  if ! (umask 077 && mkdir -p "$live" "$tmp") || [[ ! -O $tmp ]]; then conclude lost "cannot make $live and $tmp"; fi
  close_inherited
  control=$tmp_of_run/control.$attempt
  exec 6<>"$control" # where the outer half has just died, it would wait for ever to open it alone
  exec 8<"$control" 6>&-
  suspended=0
  open_engine
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

# check_place TOOL...: what must be here, beside what the engine needs.
check_place() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null || conclude missing "$tool is not on the PATH $where"
  done
  [[ -d $workdir ]] || conclude missing "the work folder $workdir is not there"
  : >>"$output" || conclude missing "cannot write the output file $output"
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

# Blocks until the outer half has a word, which it has at each heartbeat; until the engine has one; or until the next
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

# tell_this_half WORD: opened both ways, a pipe does not wait for a reader that is gone.
tell_this_half() { printf '%s\n' "$1" 1<>"$control"; }

outer_half_is_gone() { [[ $word == gone ]]; }

# Sets request. It is moved away before it is read, so that one that comes meanwhile is not lost.
requested() {
  [[ -e $attempt_dir/request ]] || return
  mv "$attempt_dir/request" "$attempt_dir/request.taken" && read -r request <"$attempt_dir/request.taken"
}

# fail OUTCOME WORDS: concludes, with what is known of it.
fail() {
  last_words
  conclude "$@"
}

has_gone() { ! goes_on; }
