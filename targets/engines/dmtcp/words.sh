# --- DMTCP's messages, and what they mean ---

# last_words: shows DMTCP's last messages after a failure, once in this half, without the stack traces that follow them.
last_words() {
  local line meaning told='' words
  [[ -z $words_shown ]] || return 0
  words_shown=yes
  words=$({
    grep -aE 'Error\]|ERROR|Warning\]|Terminating' "$attempt_dir/dmtcp.log" | tail -n 3 | grep . || tail -n 3 "$attempt_dir/dmtcp.log"
    grep -aE 'rejecting|Error\]|Warning\]' "$attempt_dir/coordinator.log" | tail -n 1
  } 2>/dev/null | sed 's/\x1b\[[0-9;]*m//g') # removes its colours
  [[ -n $words ]] || return 0
  say "DMTCP's last messages, from $attempt_dir/dmtcp.log and coordinator.log:"
  printf '%s\n' "$words"
  while IFS= read -r line; do
    meaning=$(meaning_of "$line")
    if [[ -n $meaning && $told != *"$meaning"* ]]; then
      told+=$meaning
      say "that means: $meaning"
    fi
  done <<<"$words"
  if ! ever_sealed; then
    name_glibc
    suggest_singleton
  fi
}

# meaning_of LINE: in plain English; nothing if it is not known.
meaning_of() {
  case $1 in
    *'draining socket'*) printf 'a process has a socket open to a program outside of the job, which no checkpoint can save' ;;
    *'rejecting new connection'*) printf 'a process was started during the checkpoint, and DMTCP waits for it for ever' ;;
    *'nimplemented file type'*) printf 'the program has opened something that DMTCP cannot save, such as a device; libraries that look for hardware do so' ;;
    *'No space left'* | *ENOSPC*) printf 'the disk is full, or your quota is used up' ;;
    *'Disk quota exceeded'* | *EDQUOT*) printf 'your quota is used up' ;;
    *"DMTCP's signal"* | *'Signal handler already in use'*) printf 'the program uses SIGUSR2, which DMTCP needs for itself' ;;
    *'ile not found'* | *'No such file'*) printf 'a file that the program had open is not there; on another node, perhaps because it was on a disk of the first' ;;
    *'ermission denied'*) printf 'a file that the program had open cannot be opened again' ;;
    *'annot allocate memory'* | *ENOMEM*) printf 'there is not enough memory: ask for more than the program needs, because a checkpoint needs some as well' ;;
    *'Too many open files'* | *EMFILE*) printf 'the limit on open files (ulimit -n) is too low' ;;
    *'Resource temporarily unavailable'*) printf 'the limit on processes (ulimit -u) is too low' ;;
    *'Connection to coordinator failed'* | *'Is it running'*) printf 'the DMTCP coordinator was not reached: it has ended, or the node has no loopback network' ;;
    *"GLIBC_"*'not found'*) printf 'DMTCP was built for a newer glibc than there is here' ;;
    *vvar* | *vdso* | *vsyscall*) printf 'this DMTCP does not know the kernel of this node, or the checkpoint was made with another kernel' ;;
    *'different computation'* | *'not in RESTARTING state'*) printf 'images of different checkpoints were mixed' ;;
    *nvidia* | *cuda* | *CUDA*) printf 'the program uses a GPU, which DMTCP cannot save' ;;
    *'lost the coordinator'* | *'disconnected from coordinator'*) printf 'the DMTCP coordinator has ended' ;;
    *) ;;
  esac
}

# A DMTCP that was built for another glibc crashes at its first checkpoint, without a message about that.
name_glibc() {
  local library here asks
  library=$(command -v dmtcp_launch) library=${library%/bin/*}/lib/dmtcp/libdmtcp.so
  here=$(getconf GNU_LIBC_VERSION 2>/dev/null) here=${here##* }
  asks=$(grep -ao 'GLIBC_2\.[0-9]*' "$library" 2>/dev/null | sort -uV | tail -n 1) asks=${asks#GLIBC_}
  if [[ -n $asks && -n $here && $asks != "$here" ]]; then
    say "this node has glibc $here, and $library was built for $asks or newer: unless that was $here, build DMTCP on this system"
  fi
}

# explain_program: before its first checkpoint, names properties of the program that DMTCP does not support.
explain_program() {
  local device=$'\n'$opened$'\n' pid
  [[ -z $explained ]] && ! ever_sealed || return 0
  explained=yes
  for pid in $family; do
    if grep -qsE '/lib(mpi|mpich)[^/]*\.so' "/proc/$pid/maps"; then linked_with_mpi=yes; fi
  done
  if [[ $device =~ \ (/dev/(nvidia[^$'\n']*|kfd|dri/renderD[0-9]*)) ]]; then
    say "the program has a GPU open (${BASH_REMATCH[1]}), which DMTCP cannot save"
  fi
  if grep -aqs "trying to use DMTCP's signal" "$attempt_dir/dmtcp.log" "$output"; then
    say 'the program uses SIGUSR2, which DMTCP needs for itself: what it does with that signal is lost at a checkpoint'
  fi
}

# A program that is linked with MPI, or a script that starts mpirun, fails in ways that do not mention MPI.
suggest_singleton() {
  [[ -z ${ranks-} ]] && ! sets OMPI_MCA_ess_singleton_isolated || return 0
  if [[ -n ${linked_with_mpi-} ]] ||
    grep -aqsE 'progname = (mpi(run|exec)|orterun|orted|prte|hydra)' "$attempt_dir/coordinator.log" ||
    [[ $(tail -c 20000 "$output" 2>/dev/null | tr -d '\0') =~ (MPI_Init|opal_init|orte_|prte_|PMI[Xx_]|hydra_) ]]; then
    say 'the program is linked with MPI, or starts mpirun: leave mpirun out, and write in the block application: mpi = singleton if it is one process, or tasks = 4, for example, if it has ranks of MPICH'
  fi
}

# Records where the two logs end now: what follows belongs to this checkpoint.
mark_logs() {
  seen_seconds='' hopeless='' told_slow=''
  {
    dmtcp_from=$(wc -c <"$attempt_dir/dmtcp.log")
    coordinator_from=$(wc -c <"$attempt_dir/coordinator.log")
  } 2>/dev/null
}

# says FILE POSITION WORDS: does the log contain them after that position?
says() { tail -c "+$(($2 + 1))" "$attempt_dir/$1" 2>/dev/null | grep -aF -e "$3" >/dev/null; }

# Has DMTCP said for a while that this checkpoint will never end? Sets hopeless to the reason.
never_completes() {
  local words='' patience=3
  ((SECONDS - began >= 2)) || return # most checkpoints are done by then
  if says coordinator.log "$coordinator_from" 'rejecting new connection'; then
    words='DMTCP has turned a process away that was just started, and waits for it for ever'
  elif says dmtcp.log "$dmtcp_from" 'Still draining socket'; then
    words="a process has a connection open that DMTCP cannot save$(peers)" patience=20
    if [[ -z $seen_seconds ]]; then say "the checkpoint makes no progress: \"Still draining socket\": $words"; fi
  elif [[ -z $told_slow ]] && ((SECONDS - began >= CRFLOW_SLOW)); then
    told_slow=yes
    say "the checkpoint has taken $((SECONDS - began)) s so far; a large program takes time"
  fi
  [[ -n $words ]] || return
  : "${seen_seconds:=$SECONDS}"
  ((SECONDS - seen_seconds >= patience)) && hopeless=$words
}

# ": PROGRAM (process N) to ADDRESS, …", for each TCP connection of the computation whose other end is not one of its processes. Leaves
# out connections to the coordinator, and those to a name server or LDAP (ports 53, 389, 636), which DMTCP leaves alone.
peers() {
  local line pid inode sockets='' address hex_port all=''
  while IFS= read -r line; do
    pid=${line%% *}
    if [[ $line == *' socket:['* ]]; then inode=${line#*' socket:['} sockets+="${inode%]} $pid "; fi
  done <<<"$opened"
  [[ -n $sockets ]] || return 0
  pid=${family# } pid=${pid%% *} # they share a network
  printf -v hex_port '%04X' "$port"
  while read -r inode address; do
    [[ -n $inode ]] || continue
    pid=" $sockets" pid=${pid#*" $inode "} pid=${pid%% *}
    all+="${all:+, }$(name_of "$pid") (process $pid) to $(readable "$address")"
  done <<<"$(cat "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2>/dev/null | sockets=$sockets coordinator=$hex_port awk '
    BEGIN { n = split(ENVIRON["sockets"], word, " "); for (i = 1; i < n; i += 2) ours[word[i]] = 1 }
    # Connected (01). An IPv4 address may be written as an IPv6 address.
    $4 == "01" {
      sub(/^0000000000000000FFFF0000/, "", $2)
      sub(/^0000000000000000FFFF0000/, "", $3)
      inode[$2 " " $3] = $10
      if ($10 in ours && $3 !~ ":(0035|0185|027C|" ENVIRON["coordinator"] ")$") { count++; at[count] = $10; from[count] = $2; to[count] = $3 }
    }
    END { for (i = 1; i <= count; i++) if (!(inode[to[i] " " from[i]] in ours)) print at[i], to[i] }')"
  printf '%s' "${all:+: $all}"
}

# readable ADDRESS: from the form in /proc, hexadecimal with the bytes of each word reversed.
readable() {
  local hex=${1%:*} port=$((16#${1#*:})) word text=''
  if ((${#hex} == 8)); then
    printf '%d.%d.%d.%d:%d' $((16#${hex:6:2})) $((16#${hex:4:2})) $((16#${hex:2:2})) $((16#${hex:0:2})) "$port"
  else
    for word in 0 8 16 24; do
      text+=":${hex:word+6:2}${hex:word+4:2}:${hex:word+2:2}${hex:word:2}"
    done
    printf '[%s]:%d' "${text#:}" "$port"
  fi
}
