# --- One run at a time writes the output ---

# A link beside the output, whose target names the run that writes it: created in one step, even on NFS. The run removes it at its
# end. Another run takes it over if its owner has ended, or if Slurm no longer knows the owner's job.

# claim_output FILE: on this host. Ends the attempt if another active run has it.
claim_output() {
  local mine holder try
  output_lock='' output_on_host=$1
  [[ ! -e $1 || -f $1 ]] || return 0 # a pipe or a device is never truncated
  REPLY=$(readlink -f -- "$1") || return 0
  output_lock=${REPLY%/*}/.${REPLY##*/}.crflow
  mine="$job_number ${cluster:--} $run"
  for try in 1 2 3; do
    if ln -sT -- "$mine" "$output_lock" 2>/dev/null; then return; fi
    holder=$(readlink -- "$output_lock") || break # it cannot be created here
    if [[ $holder == "$mine" ]]; then return; fi
    if [[ ${holder#* * } != "$run" ]] && lock_is_held "$holder"; then
      leave 70 "another run writes $1: $holder_says. Wait for it, or give this flow another output (if that run is dead: rm '$output_lock')"
    fi
    # Not by removing it: two runs may find it at once, and the second would remove the first one's new link.
    if mv -T -- "$output_lock" "$output_lock.$run_id" 2>/dev/null; then
      if [[ $(readlink -- "$output_lock.$run_id") != "$holder" ]]; then mv -nT -- "$output_lock.$run_id" "$output_lock"; fi
      rm -f -- "$output_lock.$run_id"
    fi
  done
  if [[ $(readlink -- "$output_lock") == "$mine" ]]; then return; fi
  say "no lock can be made beside $1: another run with this output would not be noticed"
  output_lock=''
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

# Frees the output of a run that does not continue, unless a newer attempt has taken over the run.
release_output() {
  if [[ -n ${output_lock-} && $(readlink -- "$output_lock") == *" $run" ]]; then rm -f -- "$output_lock"; fi
}
