# --- One run at a time writes the output, and the files with which a program saves itself ---

# A link beside them, whose target names the run that writes them: created in one step, even on NFS. The run removes it at its
# end. Another run takes it over if its owner has ended, or if Slurm no longer knows the owner's job. $run/locks lists those of a run.

# claim_output FILE: on this host. Ends the attempt if another active run has it.
claim_output() {
  output_on_host=$1
  : >"$run/locks"
  [[ ! -e $1 || -f $1 ]] || return 0 # a pipe or a device is never truncated
  REPLY=$(readlink -f -- "$1") || return 0
  claim "${REPLY%/*}/.${REPLY##*/}.crflow" "$1" 'output'
}

# claim LOCK WHAT KEY: KEY of the flow would give it something else to write.
claim() {
  local lock=$1 mine="$job_number ${cluster:--} $run" holder try
  for try in 1 2 3; do
    if ln -sT -- "$mine" "$lock" 2>/dev/null; then break; fi
    holder=$(readlink -- "$lock") || break # it cannot be created here
    if [[ $holder == "$mine" ]]; then break; fi
    if [[ ${holder#* * } != "$run" ]] && lock_is_held "$holder"; then
      leave 70 "another run writes $2: $holder_says. Wait for it, or give this flow another $3 (if that run is dead: rm '$lock')"
    fi
    # Not by removing it: two runs may find it at once, and the second would remove the first one's new link.
    if mv -T -- "$lock" "$lock.$run_id" 2>/dev/null; then
      if [[ $(readlink -- "$lock.$run_id") != "$holder" ]]; then mv -nT -- "$lock.$run_id" "$lock"; fi
      rm -f -- "$lock.$run_id"
    fi
  done
  if [[ $(readlink -- "$lock") == "$mine" ]]; then
    printf '%s\n' "$lock" >>"$run/locks"
  else
    say "no lock can be made for $2: another run that writes it would not be noticed"
  fi
}

# lock_is_held "JOB CLUSTER RUN": is that run active? Sets holder_says.
lock_is_held() {
  local holder holder_job=${1%% *} holder_cluster=${1#* } folder=${1#* * }
  holder=$holder_job holder_cluster=${holder_cluster%% *}
  holder_says="run ${folder##*/}, job $holder of cluster $holder_cluster"
  [[ $1 =~ ^[0-9]+\ [A-Za-z0-9_-]+\ / ]] || return # not a link of crflow's
  if [[ -O $folder/lease ]]; then
    [[ ! -s $folder/status ]] && ! has_left "$folder" || return # it is over, or its owner may resume it
  elif [[ -O ${folder%/*} ]]; then
    return 1 # its folder is gone
  fi
  # If Slurm does not answer, it may be active.
  [[ -n $(queue_state) ]]
}

# pass_on_locks [JOB]: to the job that continues this run; without one, frees them. Not if another run has taken one over.
pass_on_locks() {
  local lock
  while IFS= read -r lock; do
    if [[ $(readlink -- "$lock") != *" $run" ]]; then
      continue
    elif [[ -n ${1-} ]]; then
      ln -sfT -- "$1 ${cluster:--} $run" "$lock"
    else
      rm -f -- "$lock"
    fi
  done 2>/dev/null <"$run/locks"
}
