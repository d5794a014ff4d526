# --- The course of a computation with ranks of MPI ---

# The launcher of MPICH and all its ranks are one computation. The variables at the top of this script make that possible.

: "${CRFLOW_STARTUP:=120}"   # for a first sign of life: with other settings, MPICH waits for itself in MPI_Init, silently and for ever
: "${CRFLOW_LOOK_AGAIN:=30}" # from the first restore of a run to the checkpoint that shows that it holds
engine_numbers+=(STARTUP LOOK_AGAIN)
set_variables+=("CRFLOW_MPIEXEC=${0%/*}/mpiexec") # next to this copy of the script, in the run's folder
crowd=1 life_until='' looks_again='' dead='' whole=0

prepare() {
  why_not='the command that starts the ranks could not be written'
  ever_sealed || write_mpiexec || return
  # Ranks busy-wait for each other, and take many times as long if they share cores.
  crowd=$(OMP_NUM_THREADS='' OMP_THREAD_LIMIT='' nproc 2>/dev/null)
  is_count "$crowd" && ((crowd)) || crowd=1
  crowd=$(((ranks + crowd - 1) / crowd))
  why_not='the DMTCP coordinator did not start'
  start_coordinator
}

# Writes what $CRFLOW_MPIEXEC names. It runs below `run`, in the environment that the program has there.
write_mpiexec() {
  {
    printf '#!/bin/bash\n# Starts the ranks of %s: PROGRAM [ARGUMENT...]\nrefusal=%q\n' "$name" "$attempt_dir/refused"
    declare -p ranks
    declare -f start_ranks find_launcher refuse_ranks
    printf 'start_ranks "$@"\n'
  } >"$run/mpiexec" && chmod 700 "$run/mpiexec"
}

start_ranks() {
  local launcher libraries place='' found=''
  # An export in `run` has precedence over the flow.
  [[ ${UCX_MEM_MMAP_HOOK_MODE-} == none ]] || refuse_ranks "UCX_MEM_MMAP_HOOK_MODE is '${UCX_MEM_MMAP_HOOK_MODE-}', and MPICH hangs at its start unless it is none"
  [[ ,${UCX_TLS-}, == *,posix,* ]] || refuse_ranks "UCX_TLS is '${UCX_TLS-}', and the ranks could not be restored without posix in it"
  find_launcher
  # With another library than the launcher's, each rank would run alone, as rank 0 of 1.
  libraries=$(ldd "$(command -v "$1")" 2>/dev/null)
  if [[ $libraries =~ libmpi\.so\.[0-9]+\ =\>\ ([^[:space:]]+) ]]; then place=${BASH_REMATCH[1]}; fi
  case $libraries in
    *libopen-pal.so*) refuse_ranks "$1 is linked with Open MPI, of which DMTCP loses output; build it with MPICH" ;;
    *libmpi_cray.so* | *libmpi_gnu_*.so*) found='Cray MPICH' ;;
    *) ;;
  esac
  case $place in
    *intel* | *oneapi*) found='Intel MPI' ;;
    *mvapich*) found=MVAPICH ;;
    *) ;;
  esac
  [[ -z $found ]] || refuse_ranks "$1 is linked with $found, which has not been tried with DMTCP; build it with MPICH"
  exec "$launcher" -n "$ranks" "$@"
}

# Sets launcher, to the first on the PATH that is MPICH's.
find_launcher() {
  local said others=''
  for launcher in mpiexec mpiexec.hydra mpiexec.mpich; do
    command -v "$launcher" >/dev/null || continue
    said=$("$launcher" --version 2>&1 </dev/null)
    case $said in
      *'Intel(R) MPI'*) others+=", $launcher is Intel MPI's" ;;
      *MVAPICH*) others+=", $launcher is MVAPICH's" ;;
      *HYDRA*) return ;;
      *OpenRTE* | *'Open MPI'* | *PRRTE*) others+=", $launcher is Open MPI's" ;;
      *) others+=", $launcher says '${said%%$'\n'*}'" ;;
    esac
  done
  refuse_ranks "no mpiexec of MPICH is on the PATH${others}: several ranks need MPICH, from a module or in the image"
}

# refuse_ranks WORDS: the job reads them.
refuse_ranks() {
  printf '%s\n' "$1" >"${refusal:?}"
  exit 70
}

# The coordinator ends with the computation. But a child process that outlives the application keeps both
# alive, so each heartbeat also looks for the status. Before the first sign of life there is nothing to save. After its first restore, a run is
# saved again soon: ranks can die seconds later.
over() {
  [[ -e $run/lived ]] || await_life
  if ((restored_from)) && [[ -z $looks_again && ! -e $run/proven ]] && ((next_checkpoint > SECONDS + CRFLOW_LOOK_AGAIN * crowd)); then
    next_checkpoint=$((SECONDS + CRFLOW_LOOK_AGAIN * crowd))
  fi
  looks_again=no
  watch_ranks
  [[ $word == beat ]] && refuse_foreign_peers && status_is_recorded
}

# In a restored run, the mpiexec of MPICH does not notice that a rank was killed (measured, 4.0.2): the others would wait for it for ever, and
# be saved without it. For a moment, an end looks the same.
watch_ranks() {
  local n newest
  ((restored_from)) || return 0
  newest=$(newest_generation)
  if ! ranks_are_missing; then
    dead='' whole=$newest
    return
  fi
  : "${dead:=$SECONDS}"
  if [[ ! -e $attempt_dir/request ]] && ((SECONDS - dead < CRFLOW_LOOK_AGAIN * crowd)); then
    next_checkpoint=$((SECONDS + CRFLOW_HEARTBEAT + 1))
    return
  fi
  for ((n = whole + 1; n <= newest; n++)); do printf '%s\n' "$n" >>"$attempt_dir/failed"; done
  status_is_recorded || conclude lost "a rank was killed or failed, and the others wait for it"
}

# Has the launcher fewer children than ranks?
ranks_are_missing() {
  local pid stat called proxy='' count=0
  find_processes
  for pid in $family; do
    { read_stat "$pid" && read -r called <"/proc/$pid/comm"; } 2>/dev/null || continue
    if [[ $called == *hydra_pmi* ]]; then proxy=yes; fi
    called=''
    read -r called 2>/dev/null <"/proc/${stat[1]}/comm"
    if [[ ${stat[0]} != [ZX] && $called == *hydra_pmi* ]]; then count=$((count + 1)); fi
  done
  [[ -n $proxy ]] && ((count < ranks))
}

await_life() {
  : "${life_until:=$((SECONDS + CRFLOW_STARTUP * crowd))}"
  if shows_life; then
    : >"$run/lived"
  elif ((SECONDS > life_until)); then
    conclude missing "no sign of life in $((CRFLOW_STARTUP * crowd)) s, neither output nor processor time: the ranks wait for each other in MPI_Init"
  elif ((next_checkpoint <= SECONDS + CRFLOW_HEARTBEAT)); then
    next_checkpoint=$((SECONDS + CRFLOW_HEARTBEAT + 1))
  fi
}

# Has the output grown since the launch, or has a process worked for a second? Those that hang at the start have not (measured: 0.0 s).
# Concludes if they have Open MPI's library, which start_ranks sees only if the program itself is linked with it.
shows_life() {
  local pid stat size alive=1
  read_count "$run/output-size"
  size=$(wc -c <"$output") && ((size > REPLY)) && alive=0
  find_processes
  for pid in $family; do
    if grep -qs '/libopen-pal\.so' "/proc/$pid/maps"; then
      conclude missing "$(name_of "$pid") (process $pid) uses Open MPI, of which DMTCP loses output; it needs MPICH"
    fi
    read_stat "$pid" || continue
    ((stat[11] + stat[12] < 100)) || alive=0 # in hundredths of a second
  done
  return "$alive"
}

# Concludes if the ranks were refused; or if a run that has never survived a restore has ended twice in the same way.
has_ended() {
  status_is_recorded || return
  if [[ -s $attempt_dir/refused ]]; then
    mv "$run/status" "$attempt_dir/status" && conclude missing "$(<"$attempt_dir/refused")"
  fi
  if ((restored_from && recorded_status != 0)) && [[ ! -e $run/proven ]] && grep -qs "^$recorded_status " "$run/doubted"; then
    mv "$run/status" "$attempt_dir/status" &&
      conclude unfit "the ranks ended with status $recorded_status after each of two restores, and no restore has held so far; if the program did not end by itself, its MPI cannot be restored here"
  fi
  return 0
}
