# --- Small things that both halves use ---

# What cannot be said, for the log's disk is full, is no reason to do anything else.
say() { printf 'crflow %(%H:%M:%S)T  %s\n' -1 "$*" || :; }

# journal EVENT [KEY VALUE | KEY# NUMBER]...: a line of JSON for every decision. Nothing here ever reads it back, or depends on it.
journal() {
  local line stamp event=$1
  [[ -n ${attempt_dir-} ]] || return 0
  shift
  read_clock
  TZ=UTC0 printf -v stamp '%(%Y-%m-%dT%H:%M:%SZ)T' "$now"
  line="{\"time\":\"$stamp\",\"attempt\":$attempt,\"event\":\"$event\""
  while (($#)); do
    json_text "$2"
    if [[ $1 == *'#' ]]; then line+=",\"${1%#}\":$2"; else line+=",\"$1\":\"$REPLY\""; fi
    shift 2
  done
  printf '%s}\n' "$line" >>"$run/journal.jsonl" || :
}

# Sets REPLY to a text as it stands between the quotes of a JSON string.
json_text() {
  local code char escape
  REPLY=${1//\\/\\\\}
  REPLY=${REPLY//\"/\\\"}
  [[ $REPLY == *[[:cntrl:]]* ]] || return 0
  for code in {1..31}; do
    printf -v escape '\\u%04x' "$code"
    printf -v char '%b' "\\0$(printf %o "$code")"
    REPLY=${REPLY//"$char"/$escape}
  done
}

# Sets user, the number of whoever runs this. UID and EUID say what the submission exported by these names.
know_user() {
  local key
  while read -r key _ user _; do
    if [[ $key == Uid: ]]; then return; fi
  done </proc/self/status
}

# Sets now, in epoch seconds, without starting a process.
read_clock() { printf -v now '%(%s)T' -1; }

# write_file FILE TEXT: the old text or the new one, never half of it.
write_file() {
  if printf '%s\n' "$2" >"$1.tmp"; then
    mv -f "$1.tmp" "$1"
  else
    rm -f "$1.tmp" # of a disk that is full
    return 1
  fi
}

is_count() { [[ ${1-} =~ ^(0|[1-9][0-9]{0,14})$ ]]; }

# read_count FILE: sets REPLY to the number that a file begins with; to 0 where it is not there, or is none. bash would
# evaluate anything else in an arithmetic expression, commands included, so nothing else may come near one.
read_count() {
  REPLY=0
  [[ -r $1 ]] && read -r REPLY _ 2>/dev/null <"$1"
  is_count "$REPLY" || REPLY=0
}

hms() { printf '%d:%02d:%02d' $(($1 / 3600)) $(($1 / 60 % 60)) $(($1 % 60)); }

mib() { printf '%d MiB' $((($1 + 1048575) / 1048576)); }

# Of the file system that holds the run.
free_bytes() { df -Pk "$run" | awk 'NR == 2 { printf "%.0f", $4 * 1024 }'; }

# One turn of a short wait: nothing here looks at a shared file system more often. Long ones start no process a turn: see
# rest and await_word.
pause() { { sleep "$CRFLOW_TICK"; } 2>/dev/null; } # where all of the job is killed, bash has a word on that

# know_process PID: sets REPLY to PID:START, for a number alone may soon be another's. In clock ticks, as /proc tells.
know_process() {
  local stat
  REPLY=$1:
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  # shellcheck disable=SC2206 # PID (NAME) STATE PARENT ..., where the name may hold anything; a word a field
  stat=(${stat##*) })
  REPLY=$1:${stat[19]-}
}

# lives PID:START: and is not waiting for its parent to notice that it ended.
lives() {
  local stat
  { read -r stat <"/proc/${1%:*}/stat"; } 2>/dev/null || return
  # shellcheck disable=SC2206
  stat=(${stat##*) })
  [[ ${stat[0]-Z} != [ZX] && ${stat[19]-} == "${1#*:}" ]]
}

# linger SECONDS, without starting a process.
linger() {
  local until=$((SECONDS + $1))
  while ((SECONDS <= until)); do :; done
}

# wait_until SECONDS COMMAND...
wait_until() {
  local limit=$((SECONDS + $1)) looked=$SECONDS
  shift
  until "$@"; do
    ((SECONDS < limit)) || return
    pause
    skip_suspension 40 || : # one of these commands may take as long
  done
}

# The folder on the node for each attempt, tmp_of_run: of a name that nobody can foresee, because in /tmp anybody could be there
# first. In it is the engine's folder for temporary files, tmp.
find_tmp() {
  tmp=$tmp_of_run/$mark.$attempt
}

# Sets mark, which is the same for all attempts of a run, on every node, and no other's.
read_mark() {
  mark=''
  [[ -r $run/mark ]] && read -r mark <"$run/mark"
  [[ $mark =~ ^crflow-[A-Za-z0-9]+$ ]]
}

random_name() { od -An -N 12 -tx1 /dev/urandom | tr -d ' \n'; }

# On the host.
make_tmp() {
  if ! read_mark; then
    mark=crflow-$(random_name)
    write_file "$run/mark" "$mark" && read_mark || return
  fi
  tmp_of_run=${TMPDIR:-/tmp}/crflow-$(random_name)
  # Written down first: a job that is killed in between leaves no folder that nobody knows.
  write_file "$attempt_dir/tmp" "$node $tmp_of_run"
  (umask 077 && mkdir "$tmp_of_run") || return
  find_tmp
}

# Removes the folder of each attempt on this node that was killed.
remove_older_tmp() {
  local file where folder
  for file in "$run"/attempts/*/tmp; do
    if [[ -e $file && $file != "$attempt_dir/tmp" ]] && read -r where folder <"$file" && [[ $where == "$node" ]]; then
      if [[ -O $folder && ! -L $folder && ${folder##*/} == crflow-* ]]; then rm -rf "$folder"; fi
      rm -f "$file"
    fi
  done
}

# Of every attempt so far, on this node; TMPDIR may have been another then.
end_older_computations() {
  end_all inner_halves
  end_all processes_of_run
  remove_older_tmp
}

# Ends the inner half of this attempt, wherever it runs on this node: also in a container that has lost its runtime.
end_inner_half() { end_all inner_halves "$attempt"; }

# end_all LIST...: those that this command lists. None is left when it returns, but for what the kernel holds.
end_all() {
  local pids round
  for round in {1..20}; do
    pids=$("$@")
    [[ -n $pids ]] || break
    # shellcheck disable=SC2086 # one word a process
    kill -9 $pids 2>/dev/null
    ((round == 1)) || sleep 0.5
  done
}

# inner_halves [ATTEMPT]: the processes that are an inner half of this run, or start one.
inner_halves() {
  local pid word words
  own_processes
  for pid in "${own_pids[@]}"; do
    words=''
    while IFS= read -r -d '' word; do words+="$word "; done 2>/dev/null <"/proc/$pid/cmdline"
    if [[ $words == *" inner_half $run ${1:+$1 }"* ]]; then printf '%s\n' "$pid"; fi
  done
}

# Sets own_pids: the processes of this user. Of somebody else's, only the owner is looked at.
own_processes() {
  local process
  own_pids=()
  for process in /proc/[0-9]*; do
    if [[ -O $process ]]; then own_pids+=("${process#/proc/}"); fi
  done
}

# name_of PROCESS
name_of() {
  local called=''
  read -r called 2>/dev/null <"/proc/$1/comm"
  printf '%s' "$called"
}

# sum_of_ends FILE SIZE: of its first 64 KiB, and of the last before this size. What a program writes in place is mostly there.
sum_of_ends() {
  local rest=$(($2 > 65536 ? $2 - 65536 : 0))
  {
    head -c "$(($2 - rest))" -- "$1"
    if ((rest)); then dd if="$1" bs=65536 count=1 skip="$rest" iflag=skip_bytes; fi
  } 2>/dev/null | cksum | cut -d ' ' -f 1
}
