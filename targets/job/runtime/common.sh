# --- Helpers for both halves ---

# If the log's disk is full, a message is lost; nothing else changes.
say() { printf 'crflow %(%H:%M:%S)T  %s\n' -1 "$*" || :; }

# journal EVENT [KEY VALUE | KEY# NUMBER]...: a line of JSON for every decision. The job never reads it back or depends on it.
journal() {
  local line stamp event=$1
  [[ -n ${attempt_dir-} ]] || return 0
  shift
  read_clock
  TZ=UTC0 printf -v stamp '%(%Y-%m-%dT%H:%M:%SZ)T' "$now"
  line="{\"time\":\"$stamp\",\"attempt\":$attempt,\"event\":\"$event\""
  json_members "$@"
  printf '%s}\n' "$line$REPLY" >>"$run/journal.jsonl" || :
}

# json_members [KEY VALUE | KEY# NUMBER]...: sets REPLY to the members of a JSON object, each after a comma.
json_members() {
  local members=''
  while (($#)); do
    json_text "$2"
    if [[ $1 == *'#' ]]; then members+=",\"${1%#}\":$2"; else members+=",\"$1\":\"$REPLY\""; fi
    shift 2
  done
  REPLY=$members
}

# Sets REPLY to a text as it is written between the quotes of a JSON string.
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

# Sets user, the numeric id of the current user. UID and EUID may have been exported by the submission.
know_user() {
  local key
  while read -r key _ user _; do
    if [[ $key == Uid: ]]; then return; fi
  done </proc/self/status
}

read_clock() { printf -v now '%(%s)T' -1; } # in epoch seconds

# write_file FILE TEXT: leaves the old text or the new one, never half of it.
write_file() {
  if printf '%s\n' "$2" >"$1.tmp"; then
    mv -f "$1.tmp" "$1"
  else
    rm -f "$1.tmp" # the disk is full
    return 1
  fi
}

is_count() { [[ ${1-} =~ ^(0|[1-9][0-9]{0,14})$ ]]; }

# read_count FILE: sets REPLY to the number at the beginning of a file; to 0 if there is none. In an arithmetic expression, bash
# would evaluate anything else, even commands, so only numbers may get there.
read_count() {
  REPLY=0
  [[ -r $1 ]] && read -r REPLY _ 2>/dev/null <"$1"
  is_count "$REPLY" || REPLY=0
}

hms() { printf '%d:%02d:%02d' $(($1 / 3600)) $(($1 / 60 % 60)) $(($1 % 60)); }

# mib BYTES: in MiB, below one in KiB; rounded up.
mib() {
  if (($1 < 1048576)); then printf '%d KiB' $((($1 + 1023) / 1024)); else printf '%d MiB' $((($1 + 1048575) / 1048576)); fi
}

# counted 2 attempt: 2 attempts
counted() { printf '%s %s' "$1" "$2$( (($1 == 1)) || printf s)"; }

free_bytes() { df -Pk "$run" | awk 'NR == 2 { printf "%.0f", $4 * 1024 }'; }

# One turn of a short wait: nothing looks at a shared file system more often. Long waits start no process per turn: see
# rest and await_word.
pause() { { sleep "$CRFLOW_TICK"; } 2>/dev/null; } # bash would report it if the whole job is being killed

# know_process PID: sets REPLY to PID:START, because process ids are reused. START is in clock ticks, from /proc.
know_process() {
  local stat=()
  read_stat "$1"
  REPLY=$1:${stat[19]-}
}

# lives PID:START: does it run, rather than wait for its parent to notice its end? Fails for a process that is not known.
lives() {
  local stat
  [[ -n $1 ]] && read_stat "${1%:*}" && [[ ${stat[0]-Z} != [ZX] && ${stat[19]-} == "${1#*:}" ]]
}

# read_stat PROCESS: sets stat to its state, parent, group, session and so on: what /proc shows after its name, which may contain anything.
read_stat() {
  local line
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return
  # shellcheck disable=SC2206 # one word per field
  stat=(${line##*) })
}

# wait_until SECONDS COMMAND...
wait_until() {
  local limit=$((SECONDS + $1)) looked=$SECONDS
  shift
  until "$@"; do
    ((SECONDS < limit)) || return
    pause
    skip_suspension 40 || : # one of these commands may itself take this long
  done
}

# tmp_of_run is the attempt's folder on the node. Its name is random, because in /tmp somebody else could create it
# first. In it is tmp, the engine's folder for temporary files.
find_tmp() { tmp=$tmp_of_run/$mark.$attempt; }

# Sets mark, which is the same for all attempts of a run on all nodes, and belongs to no other run.
read_mark() {
  mark=''
  [[ -r $run/mark ]] && read -r mark <"$run/mark"
  [[ $mark =~ ^crflow-[A-Za-z0-9]+$ ]]
}

# Sets REPLY to 24 random hexadecimal digits.
random_name() { read -r REPLY </proc/sys/kernel/random/uuid && REPLY=${REPLY//-/} && REPLY=${REPLY:8}; }

make_tmp() {
  if ! read_mark; then
    random_name && mark=crflow-$REPLY
    write_file "$run/mark" "$mark" && read_mark || return
  fi
  random_name && tmp_of_run=${TMPDIR:-/tmp}/crflow-$REPLY
  # Recorded first, so that a job killed in between leaves no unknown folder.
  write_file "$attempt_dir/tmp" "$node $tmp_of_run"
  (umask 077 && mkdir "$tmp_of_run") || return
  find_tmp
}

# Removes the folders of killed attempts on this node.
remove_older_tmp() {
  local file where folder
  for file in "$run"/attempts/*/tmp; do
    if [[ -e $file && $file != "$attempt_dir/tmp" ]] && read -r where folder <"$file" && [[ $where == "$node" ]]; then
      if [[ -O $folder && ! -L $folder && ${folder##*/} == crflow-* ]]; then rm -rf "$folder"; fi
      rm -f "$file"
    fi
  done
}

# Ends what older attempts have left on this node; TMPDIR may have been different then.
end_older_computations() {
  end_all inner_halves
  end_all processes_of_run
  remove_older_tmp
}

# Ends this attempt's inner half, wherever it runs on this node, even in a container without its runtime.
end_inner_half() { end_all inner_halves "$attempt"; }

# end_all LIST...: ends the processes that this command lists. None is left when it returns, except those stuck in the kernel.
end_all() {
  local pids round
  for round in {1..20}; do
    pids=$("$@")
    [[ -n $pids ]] || break
    # shellcheck disable=SC2086 # one word per process
    kill -9 $pids 2>/dev/null
    ((round == 1)) || sleep 0.5
  done
}

# inner_halves [ATTEMPT]: the processes that are an inner half of this run, or start one.
inner_halves() {
  local pid word words
  own_processes
  # First those with the run's folder among their arguments, because bash is slow at reading all of them.
  for pid in $(cd /proc && grep -lszF -e "$run" "${own_pids[@]/%//cmdline}"); do
    words=''
    while IFS= read -r -d '' word; do words+="$word "; done 2>/dev/null <"/proc/$pid"
    if [[ $words == *" inner_half $run ${1:+$1 }"* ]]; then printf '%s\n' "${pid%/*}"; fi
  done
}

# Sets own_pids: the processes of this user. Of other users' processes, only the owner is read.
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

# sum_of_ends FILE SIZE: the checksum of the first 64 KiB, and of the last 64 KiB before this size: most programs that write in place do so there.
sum_of_ends() {
  local rest=$(($2 > 65536 ? $2 - 65536 : 0))
  {
    head -c "$(($2 - rest))" -- "$1"
    if ((rest)); then dd if="$1" bs=65536 count=1 skip="$rest" iflag=skip_bytes; fi
  } 2>/dev/null | cksum | cut -d ' ' -f 1
}
