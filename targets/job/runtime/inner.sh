# --- The inner half: when the application is saved, and what happens next; the engine knows how ---

open_inner_half() {
  run=$1 attempt=$2 workdir=$3 output=$4
  attempt_dir=$run/attempts/$attempt script=$0 word=''
  : >"$attempt_dir/inside"
  trap : TERM # Slurm sends TERM to every process of a job that it ends; the outer half decides
  begin_inner_half
  unset next_look seen_size looked_at beat_at # the environment may contain these names
  read_mark || conclude missing "there is no $run/mark"
  tmp_of_run=$5 live=$attempt_dir/live # as the outer half knows them, not from the environment
  find_tmp
  if ! (umask 077 && mkdir -p "$live" "$tmp") || [[ ! -O $tmp ]]; then conclude lost "cannot make $live and $tmp"; fi
  close_inherited
  control=$tmp_of_run/control.$attempt
  exec 6<>"$control" # opening it alone would block for ever if the outer half has just died
  exec 8<"$control" 6>&-
  suspended=0
  page_size=$(getconf PAGESIZE 2>/dev/null)
  is_count "$page_size" || page_size=4096
  open_engine
}

# Two computations that share a descriptor from outside hang when they are restored.
close_inherited() {
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    # 255 is this shell's own: the script.
    if ((fd > 2 && fd != 255)); then exec {fd}>&-; fi
  done
}

# check_place TOOL...: checks what every engine needs, and these tools.
check_place() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null || conclude missing "$tool is not on the PATH $where"
  done
  [[ -d $workdir ]] || conclude missing "the work folder $workdir is not there"
  : >>"$output" || conclude missing "cannot write the output file $output"
}

# conclude OUTCOME WORDS: ends the computation, leaves the outcome for the outer half, and ends this half.
conclude() {
  end_computation
  say "$2"
  write_file "$attempt_dir/outcome" "$1 $2"
  # Opening a pipe for reading and writing does not wait for a reader.
  if [[ -p $tmp_of_run/words.$attempt ]]; then printf 'concluded\n' 1<>"$tmp_of_run/words.$attempt"; fi
  exit 0
}

# Waits for a message from the outer half, which sends one at each heartbeat, or from the engine, or until the next thing is
# due by the clock. Sets word; the end of file means that the outer half is gone.
await_word() {
  local seconds=$((next_checkpoint - SECONDS)) looked=$SECONDS
  if [[ -n ${CRFLOW_ALIVE-} ]] && ((${next_look:-0} - SECONDS < seconds)); then seconds=$((${next_look:-0} - SECONDS)); fi
  read_word -t $((seconds > 0 ? seconds : 1))
  skip_suspension "$CRFLOW_HEARTBEAT" || :
}

read_word() { IFS= read -r "$@" word <&8 || (($? > 128)) || word=gone; }

# tell_this_half WORD: opening the pipe for reading and writing does not wait for a reader that is gone.
tell_this_half() { printf '%s\n' "$1" 1<>"$control"; }

outer_half_is_gone() { [[ $word == gone ]]; }

# Sets request. The file is moved before it is read, so that a new request is not lost.
requested() {
  [[ -e $attempt_dir/request ]] || return
  mv "$attempt_dir/request" "$attempt_dir/request.taken" && read -r request <"$attempt_dir/request.taken"
}

# fail OUTCOME WORDS: concludes, after showing what is known about the failure.
fail() {
  last_words
  conclude "$@"
}

has_gone() { ! computation_lives; }
