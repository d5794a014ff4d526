# --- Files that no restore brings back: warned about at the checkpoint, and named at the restore ---

# DMTCP restores memory, and truncates open files to the size that they had. What was overwritten in them stays as it
# is, and so do files that were closed, renamed or removed since.

# list_open_files: writes live/open, the computation's open files; and live/written, a line "MODE SIZE SUM FILE" for each that it
# may write in place. MODE: `over`, the position is before the end; `both`, it is open for reading as well; `on`, neither.
list_open_files() {
  local line at file mode position size seen=$'\n' count=0
  # Except DMTCP's own.
  sed -n 's|^[0-9]* [0-9]* /|/|p' <<<"$opened" | { grep -vF -e "$marked" || :; } | LC_ALL=C sort -u >"$live/open" || return
  while IFS= read -r line; do
    at=${line#* } file=${at#* } at=${at%% *}
    if [[ $file != /* || $at == cwd ]] || is_ours "$file" || ! how_open "/proc/${line%% *}/fdinfo/$at"; then continue; fi
    [[ -f $file && $seen != *$'\n'"$mode $position $file"$'\n'* ]] || continue
    seen+="$mode $position $file"$'\n'
    ((++count <= 50)) || break
    size=$(stat -c %s -- "$file" 2>/dev/null)
    is_count "$size" || continue
    if ((position < size)); then mode=over; fi
    printf '%s %s %s %s\n' "$mode" "$size" "$(sum_of_ends "$file" "$size")" "$file"
  done <<<"$opened" | LC_ALL=C sort -u >"$live/written"
}

# is_ours FILE: does it belong to the run or the system, or is it the output, to which the program only appends?
is_ours() {
  [[ $1 != /dev/shm/* && $1 != "$run_real"/tmp/* ]] || return
  [[ $1 == "$output" || $1 == "$run_real"/* || $1 == *"$marked"* || $1 == /@(dev|proc|sys)/* || $1 == *' (deleted)' ]]
}

# how_open FDINFO: sets mode and position; fails for a file that is open only for reading or appending.
how_open() {
  local key value flags=0
  mode='' position=0
  while read -r key value; do
    if [[ $key == pos: ]]; then position=$value; fi
    if [[ $key == flags: ]]; then flags=$((8#$value)); fi
  done 2>/dev/null <"$1"
  # 1: open for writing; 2: for reading and writing; 02000: for appending.
  case $((flags & 02003)) in
    1) mode=on ;;
    2) mode=both ;;
    *) return 1 ;;
  esac
  is_count "$position"
}

# warn_of_files: warns about each file once per run, from the generation that was just sealed.
warn_of_files() {
  local from=$run/generations/$generation line file kept='' patterns='' count=0
  if keeps_files; then kept=$'\n'$(protected_files | tr '\0' '\n')$'\n'; fi
  while IFS= read -r line; do
    if [[ $line != 'on '* ]]; then warn_of "${line#* * * }" 'is open for reading and writing, or is being written before its end' in; fi
  done <"$from/written"
  if ((generation == 1)); then
    while IFS= read -r -d '' file; do warn_of "$file" 'was there before, and was written to and closed since the launch' in; done < <(rewritten_files)
  fi
  while IFS= read -r file; do
    if is_local "$file"; then warn_of "$file" "is on a disk of $HOSTNAME, and no other node can restore without it" ''; fi
  done <"$from/open"
  if ((count > 5)); then say "… and $((count - 5)) more files: $run/warned"; fi
  if [[ -n $patterns ]]; then
    for line in ${protect[@]+"${protect[@]}"}; do patterns="\"$line\", $patterns"; done
    say "to keep copies of them with each generation, write in the block checkpoint: protect = [${patterns%, }]"
  fi
}

# warn_of FILE WHY in|'': `in` if its contents are what no restore brings back.
warn_of() {
  local inside=${1#"$workdir_real"/}
  if [[ -n $3 && $kept == *$'\n'"$inside"$'\n'* ]] || grep -qsFx -e "$1" "$run/warned"; then return; fi
  printf '%s\n' "$1" >>"$run/warned"
  journal warned file "$1" why "$2"
  ((++count > 5)) || say "$1 $2${3:+: a restore does not bring back what is overwritten in it}"
  if [[ -n $3 && $inside != /* ]]; then
    # A database has companion files, which must be protected with it.
    if [[ $(head -c 15 -- "$1" 2>/dev/null | tr -d '\0') == 'SQLite format 3' ]]; then inside+='*'; fi
    ((count > 20)) || patterns+="\"$inside\", "
  fi
}

# The files of the work folder, each ended by NUL, that existed at the launch, were changed since, and are closed. If the
# file system does not record creation times, none.
rewritten_files() {
  local launched made file count=0
  launched=$(date -r "$run/run.sh" +%s) || return
  while IFS= read -r -d '' file; do
    made=$(stat -c %W -- "$file" 2>/dev/null)
    if is_count "$made" && ((made > 0 && made < launched)); then printf '%s\0' "$file"; fi
    ((++count < 50)) || break
  done < <(changed_files "$run/run.sh" 5)
}

# changed_files REFERENCE SECONDS: the files of the work folder and of the program's TMPDIR, each ended by NUL, that are newer and were not
# open in the generation in $from. Leaves out hidden files, and the logs of the run's jobs.
changed_files() {
  local file places=("$workdir_real")
  if [[ -d $run_real/tmp ]]; then places+=("$run_real/tmp"); fi
  while IFS= read -r -d '' file; do
    grep -qsFx -e "$file" "$from/open" "$run"/attempts/*/log || printf '%s\0' "$file"
  done < <(timeout "$2" find "${places[@]}" \( -path "${run_real%/*/*}" -o -path "${image:-//}*" -o -name "${tmp_of_run##*/}" -o -name '.?*' \) -prune -o \
    -type f -newer "$1" ! -path "$output" ! -name "$name-*.log" ! -name "$name-*.out" -print0 2>/dev/null)
}

# is_local FILE: is it on a file system without a server, other than the one that holds the state? Every node has files of the system.
is_local() {
  if [[ $1 == /@(usr|lib*|bin|sbin|etc|opt|var/lib|nix|cvmfs)/* || ! -f $1 ]] || is_ours "$1"; then return 1; fi
  case $(stat -f -c %T -- "$1" 2>/dev/null) in
    tmpfs | ramfs | ext2/ext3 | xfs | btrfs | zfs) ;;
    *) return 1 ;;
  esac
  [[ $(stat -c %d -- "$1") != "$(stat -c %d -- "$run_real")" ]]
}

# find_stale_files: sets stale to the files that differ from what the generation in $from recorded and that its restore leaves as they
# are; logs the first twenty, because a result may be wrong. If the checkpoint ended the computation, nothing ran after its facts.
find_stale_files() {
  local since=$from/open line mode size sum file now_size
  stale=()
  if [[ -n $(generation_fact "$generation" ended) ]]; then since=$from/facts; fi
  while IFS= read -r line; do
    read -r mode size sum _ <<<"$line"
    file=${line#* * * }
    [[ -f $file && $file -nt $since ]] || continue
    now_size=$(stat -c %s -- "$file")
    if ! is_count "$size" || ! is_count "$now_size"; then continue; fi
    if ((now_size < size)); then
      is_stale "$file" 'shorter than it was'
    elif [[ $mode == over || $(sum_of_ends "$file" "$size") != "$sum" ]]; then
      is_stale "$file" 'written to in place'
    fi
  done 2>/dev/null <"$from/written"
  while IFS= read -r file; do
    if [[ $file != *' (deleted)' && ! -e $file ]] && ! is_ours "$file"; then is_stale "$file" 'missing'; fi
  done <"$from/open"
  while IFS= read -r -d '' file; do
    is_stale "$file" 'changed'
    ((${#stale[@]} < 20)) || break
  done < <(changed_files "$since" 20)
}

# is_stale FILE HOW: records it, unless a copy is put back.
is_stale() {
  [[ ! -e $from/protected/${1#"$workdir_real"/} ]] || return 0
  stale+=("$1")
  [[ -z $quietly ]] || return 0
  journal changed_since generation# "$generation" file "$1" how "$2"
  ((${#stale[@]} > 5)) || say "$2 since generation $generation, and not brought back: $1"
}

# restore_is_allowed: with strict, fails if a file is stale, except once after the user's `resume`.
restore_is_allowed() {
  local resumed=''
  if [[ -z ${strict-} ]] || ((${#stale[@]} == 0)); then return; fi
  if [[ -r $run/resumed ]]; then read -r resumed _ <"$run/resumed"; fi
  [[ $resumed == "$attempt" && ! -e $attempt_dir/agreed ]] && : >"$attempt_dir/agreed"
}

# A restore has worked: the list stays with the run, for whoever looks at its results.
remember_stale_files() {
  local file
  for file in ${stale[@]+"${stale[@]}"}; do
    grep -qsFx -e "$file" "$run/not-brought-back" || printf '%s\n' "$file" >>"$run/not-brought-back"
  done
}

# generation_is_current GENERATION: has nothing changed since that a restore of it would leave as it is?
generation_is_current() {
  local from=$run/generations/$1 stale=() quietly=yes
  find_stale_files
  ((${#stale[@]} == 0))
}
