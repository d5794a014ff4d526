# --- What starts or restores a rank, on its node ---

# rank_text: prints it. MANA's own commands, mana_launch and mana_restart, do less: they find their coordinator by a file in the home
# folder, which they may read half written; they split arguments at blanks; and they restore only from the folder of the images.
rank_text() {
  local host
  read -r host </proc/sys/kernel/hostname
  printf '%s=%q\n' mana "$mana" coordinator "$host" port "$port" live "$live" from "$from" output "$output" \
    ranks "$ranks" place "$mark.$attempt" refusal "$attempt_dir/alone"
  declare -f start_rank clean_up_after_mana check_rank refuse_rank is_alone
  printf 'start_rank "$@"\n'
}

start_rank() {
  local status
  check_rank "$1"
  trap '' TERM # a preemption sends it to all ranks at once, before they are saved
  # Without srun between, so that the output can be cut to what was printed by a checkpoint.
  if ((${SLURM_NODEID-1} == 0)); then exec >>"$output" 2>&1; fi
  clean_up_after_mana
  export DMTCP_TMPDIR=/tmp/${place:?}
  (umask 077 && mkdir -p "$DMTCP_TMPDIR")
  if [[ -n $from ]]; then
    "$mana/bin/lower-half" -j --restore -q -q -h "$coordinator" -p "$port" --ckptdir "$live" --restartdir "$from"
  else
    "$mana/bin/dmtcp_launch" --kernel-loader -q -q -h "$coordinator" -p "$port" --no-gzip --join-coordinator --disable-dl-plugin \
      --with-plugin "$mana/lib/dmtcp/libmana.so" --ckptdir "$live" "$mana/bin/lower-half" "$(command -v "$1")" "${@:2}"
  fi
  status=$?
  clean_up_after_mana
  if ((${SLURM_LOCALID-1} == 0)); then rm -rf "$DMTCP_TMPDIR"; fi
  exit "$status"
}

# Removes what MANA leaves behind for each restored rank, of ranks that are gone.
clean_up_after_mana() {
  local host file
  read -r host </proc/sys/kernel/hostname
  for file in "/tmp/mana_tmp_lh_info_${host}_"*; do
    if [[ -O $file && ! -e /proc/${file##*_} ]]; then rm -f "$file"; fi
  done
}

# check_rank PROGRAM: refuses what would fail later, or for ever.
check_rank() {
  command -v "$1" >/dev/null || exit 127
  if is_alone "$1"; then refuse_rank "$REPLY"; fi
  ((${SLURM_STEP_NUM_TASKS-1} == ranks)) || refuse_rank "srun starts ${SLURM_STEP_NUM_TASKS-1} ranks, and the flow has $ranks tasks"
  case $(ldd "$(command -v "$1")" 2>/dev/null) in
    *libopen-pal.so*) refuse_rank "$1 is linked with Open MPI, which MANA 1.4 does not support: build it with MPICH" ;;
    *libmpich.so* | *libmpi.so.12* | *libmpi_cray.so* | *libmpi_gnu_*.so*) ;;
    *) refuse_rank "$1 is not linked with MPICH, or a library with its ABI: MANA saves nothing else" ;;
  esac
  # An export in `run` has precedence over the flow.
  [[ ${UCX_MEM_MMAP_HOOK_MODE-} == none ]] || refuse_rank "UCX_MEM_MMAP_HOOK_MODE is '${UCX_MEM_MMAP_HOOK_MODE-}', and MPICH crashes under MANA unless it is none"
  [[ ! ${UCX_TLS-} =~ ^(tcp|self|,)+$ || ${UCX_TLS-} == self ]] || refuse_rank "UCX_TLS is '$UCX_TLS', and with nothing but TCP, MPI_Finalize does not end in a restored run"
}

# refuse_rank WORDS: the job reads them.
refuse_rank() {
  printf '%s\n' "$1" >"${refusal:?}"
  exit 70
}
