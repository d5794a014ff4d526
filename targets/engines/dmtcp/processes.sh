# --- The processes of the computation, and their open files: one walk per checkpoint over this user's processes ---

# find_processes: sets family, the processes of the computation, separated by blanks; shell, the one that records the status; and opened,
# with a line "PROCESS DESCRIPTOR PATH" for each open file of one of them, and "PROCESS cwd FOLDER".
# The coordinator, which works in the run's folder and has its log there, is not among them.
find_processes() {
  local pid places=()
  own_processes
  for pid in "${own_pids[@]}"; do places+=("/proc/$pid/fd" "/proc/$pid/cwd"); done
  # The first line is the family.
  opened=$(find "${places[@]}" -type l -printf '%p %l\n' 2>/dev/null |
    part="$marked/" coordinator="${coordinator%:*}" LC_ALL=C awk '
      /^\/proc\/[0-9]+\// {
        split($1, place, "/")
        pid = place[3]
        target = substr($0, length($1) + 2)
        files[pid] = files[pid] "\n" pid " " (place[5] == "" ? place[4] : place[5]) " " target
        if (pid != ENVIRON["coordinator"] && index(target, ENVIRON["part"])) ours[pid] = 1
      }
      END {
        for (pid in ours) printf " %s", pid
        printf " "
        for (pid in ours) printf "%s", files[pid]
      }')
  family=${opened%%$'\n'*} opened=${opened#*$'\n'} shell=''
  while IFS= read -r pid; do
    if [[ ${pid#* * } == "$run_real/shell"?(' (deleted)') ]]; then shell=${pid%% *}; fi
  done <<<"$opened"
}

# Does every process of the computation work in workdir or below it? If not, sets misplaced.
all_in_workdir() {
  local line pid folder
  while IFS= read -r line; do
    pid=${line%% *} folder=${line#* cwd }
    if [[ $line == "$pid cwd "* && $folder/ != "${workdir_real%/}"/* ]]; then
      misplaced="process $pid ($(name_of "$pid")) works in $folder"
      return 1
    fi
  done <<<"$opened"
}

# check_zombies: sets ended, the processes that have ended with a status other than 0 that their parents have not asked for yet; and
# application_lives. A process that has ended is in no image: after a restore, its parent would see status 0.
check_zombies() {
  local pid stat up parents=() zombies=''
  ended='' application_lives=''
  own_processes
  for pid in "${own_pids[@]}"; do
    read_stat "$pid" || continue
    parents[pid]=${stat[1]}
    if [[ ${stat[0]} != Z ]]; then
      if [[ ${stat[1]} == "$shell" ]]; then application_lives=yes; fi
    elif [[ ${stat[*]: -1} != 0 ]]; then # its status
      zombies+="$pid "
    fi
  done
  for pid in $zombies; do
    # A parent can be younger than the list.
    up=${parents[pid]}
    until [[ -z $up || $family == *" $up "* ]]; do up=${parents[up]-}; done
    if [[ -n $up ]]; then ended+="$pid "; fi
  done
}

# Except those that nobody asks for, which were there during the whole wait.
no_zombies() {
  local pid
  check_zombies
  for pid in $ended; do
    [[ " $forgotten" == *" $pid "* ]] || return
  done
}

# Waits for a moment without zombies. Parents under DMTCP ask once a second, so there is one.
await_no_zombies() {
  local was pid
  no_zombies && return
  was=" $ended"
  wait_until 5 no_zombies && return
  for pid in $ended; do
    if [[ $was == *" $pid "* ]]; then forgotten+="$pid "; fi
  done
}

# The size of a checkpoint: the resident memory, and about 28 MiB for each process (measured, DMTCP 4.1.1).
checkpoint_size() {
  local pid resident pages=0 count=0
  for pid in $family; do
    if read -r _ resident _ 2>/dev/null <"/proc/$pid/statm" && is_count "$resident"; then
      pages=$((pages + resident)) count=$((count + 1))
    fi
  done
  printf '%s' $((pages * page_size + count * 28 * 1048576))
}
