# --- The output is one run's at a time ---

# A link beside the output, whose text says whose it is: made in one go, also on NFS. It ends with its run: at its end the run
# removes it; and whoever finds that of a run that has ended, or whose job Slurm no longer knows, takes it.

# claim_output FILE: on this host. Ends the attempt where a run that goes on has it.
claim_output() {
  local mine holder try
  output_lock='' output_on_host=$1
  [[ ! -e $1 || -f $1 ]] || return 0 # a pipe or a device is not cut
  REPLY=$(readlink -f -- "$1") || return 0
  output_lock=${REPLY%/*}/.${REPLY##*/}.crflow
  mine="$job_number ${cluster:--} $run"
  for try in 1 2 3; do
    if ln -sT -- "$mine" "$output_lock" 2>/dev/null; then return; fi
    holder=$(readlink -- "$output_lock") || break # it cannot be made here
    if [[ $holder == "$mine" ]]; then return; fi
    if [[ ${holder#* * } != "$run" ]] && lock_is_held "$holder"; then
      leave 70 "another run writes $1: $holder_says. Wait for it, or give this flow an output of its own (if that run is dead: rm '$output_lock')"
    fi
    # Not by removing it: two that find it may both do so, and the second would remove the first one's.
    if mv -T -- "$output_lock" "$output_lock.$run_id" 2>/dev/null; then
      if [[ $(readlink -- "$output_lock.$run_id") != "$holder" ]]; then mv -nT -- "$output_lock.$run_id" "$output_lock"; fi
      rm -f -- "$output_lock.$run_id"
    fi
  done
  if [[ $(readlink -- "$output_lock") == "$mine" ]]; then return; fi
  say "no lock can be made beside $1: another run with this output would not be noticed"
  output_lock=''
}

# lock_is_held "JOB CLUSTER RUN": does that run go on? Sets holder_says.
lock_is_held() {
  local holder holder_job=${1%% *} holder_cluster=${1#* } folder=${1#* * }
  holder=$holder_job holder_cluster=${holder_cluster%% *}
  holder_says="run ${folder##*/}, job $holder of cluster $holder_cluster"
  [[ $1 =~ ^[0-9]+\ [A-Za-z0-9_-]+\ / ]] || return # not one of ours
  if [[ -O $folder/lease ]]; then
    [[ ! -s $folder/status ]] && ! has_left "$folder" || return # it is over, or its owner may resume it
  elif [[ -O ${folder%/*} ]]; then
    return 1 # its folder is gone
  fi
  # Where Slurm does not answer, it may.
  [[ -n $(queue_state) ]]
}

# Where the run is not going on, its output is free. Not by an attempt that a newer one of the run has taken over from.
release_output() {
  if [[ -n ${output_lock-} && $(readlink -- "$output_lock") == *" $run" ]]; then rm -f -- "$output_lock"; fi
}
