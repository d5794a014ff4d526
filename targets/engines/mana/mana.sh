# --- MANA saves and restores the ranks of an MPI program, over nodes: experimental ---

readonly engine=mana most_losses=5 # without a new generation; MANA 1.4.0 itself ends a rank at one in ten checkpoints
# Bytes; MPI alone takes as much in each rank (measured: 78 MB).
readonly least_checkpoint=$((ranks * 75 * 1048576))
: "${CRFLOW_STARTUP:=120}" # until all ranks are connected to MANA's coordinator
engine_numbers=(INTERVAL PROVE STARTUP ${CRFLOW_MTBF:+MTBF})

open_engine() {
  coordinator='' port='' tried='' size_then=''
  starting=/dev/null # the coordinator is found by its mark
  check_place mana_launch timeout find grep cksum df awk xargs readlink
  find_mana
}

# Sets mana, its folder. Puts its DMTCP before any other.
find_mana() {
  local part version
  mana=$(readlink -f "$(command -v mana_launch)") mana=${mana%/bin/*}
  for part in bin/dmtcp_coordinator bin/dmtcp_command bin/dmtcp_launch bin/lower-half lib/dmtcp/libmana.so; do
    [[ -e $mana/$part ]] || conclude missing "MANA is not complete: $mana/$part is missing"
  done
  PATH=$mana/bin:$PATH
  version=$(timeout 30 dmtcp_launch --version 2>&1)
  [[ $version == *'(DMTCP) 4.2.'* ]] || say "crflow was tried with MANA 1.4.0, which has DMTCP 4.2.0, and not with the one in $mana"
}

# The command in coordinator.sh, with the mark by which end_computation finds it.
dmtcp_coordinator() { exec env "CRFLOW_MARK=$mark.$attempt" "$mana/bin/dmtcp_coordinator" "$@"; }

prepare() {
  pass_over_doubted
  why_not="MANA's coordinator did not start"
  start_coordinator
}

launch() {
  trim_output
  start_ranks 0 || return
  work=0
  work_begins
  journal launched
  say "launched the application: $ranks ranks under MANA, which is experimental"
}

bring_back() {
  local had size
  had=$(generation_count "$generation" ranks)
  # Fewer would wait for the others for ever.
  ((had == ranks)) || conclude unfit "generation $generation is of $had ranks, and this script starts $ranks"
  look_at_size
  size=$(generation_count "$generation" output)
  if (($(wc -c <"$output") > size)); then truncate -s "$size" "$output" || return; fi
  start_ranks "$generation"
}

# start_ranks GENERATION: from its images; 0: from the beginning. MANA refuses to launch into a folder with images.
start_ranks() {
  local limit=$CRFLOW_STARTUP
  rm -rf "$live"/ckpt_rank_*
  from=''
  if (($1)); then from=$run/generations/$1 limit=$CRFLOW_CHECKPOINT_LIMIT; fi
  start_application run_block "CRFLOW_GENERATION=$1" SLURM_KILL_BAD_EXIT=1 || return
  if wait_until "$limit" start_decided && computation_lives; then return; fi
  if has_ended; then
    read_ending
    if [[ -z $from ]] || ! may_be_manas "$ended_with"; then return; fi
    say "the ranks ended with status $ended_with while they were restored"
    return 1
  fi
  say "not all ranks were there within $(hms "$limit"): MANA's coordinator says: $(tell_dmtcp -s | tr '\n' ' ')"
  return 1
}

# All ranks run, or the application has ended, or the coordinator, without which they cannot be saved.
start_decided() { all_run || has_gone || ! coordinator_lives; }

# Are all ranks connected, and not in the middle of a checkpoint?
all_run() {
  local says
  says=$(tell_dmtcp -s)
  [[ $says == *"NUM_PEERS=$ranks"[!0-9]* && $says == *RUNNING=yes* ]]
}

# checkpoint on|end: one checkpoint, sealed as a new generation. MANA's own way to save and end leaves images out now and then, so it
# saves and goes on, and is ended then.
checkpoint() {
  local how=$1 complete=$live/dmtcp_restart_script.sh began=$SECONDS
  if [[ ! -d $live || ! -d $run/generations ]]; then # without them, MANA would end the program
    say "checkpoint skipped: the run's folder $run is gone"
    return 1
  fi
  there_is_room || return
  rm -rf "$complete" "$live"/ckpt_rank_*
  if ! wait_until "$CRFLOW_CHECKPOINT_LIMIT" all_run; then
    give_up_checkpoint 'not all ranks answered'
    return 1
  fi
  size_before=$(wc -c <"$output") size_then=''
  read_clock
  taken=$now tried=yes
  if ! wait_until 30 checkpoint_accepted; then
    give_up_checkpoint 'MANA refused it'
    return 1
  fi
  watch_output
  wait_until "$CRFLOW_CHECKPOINT_LIMIT" checkpoint_decided
  if [[ ! -e $complete ]]; then
    give_up_checkpoint "it was not complete after $((SECONDS - began)) s"
    return 1
  fi
  # The restart script is written even if a rank has died meanwhile (seen once in 32 checkpoints).
  if ! is_set "$live"; then
    give_up_checkpoint "$why_not"
    return 1
  fi
  if [[ $how == end ]]; then
    end_computation
    mkdir -p "$tmp"
  fi
  if ! knows_size; then
    checkpoint_fails 'the application printed more before its output was measured'
    look_again=yes
    return 1
  fi
  look_again=''
  seal $((SECONDS - began)) || return
  fresh_until=$((SECONDS + SECONDS - began + 2))
}

checkpoint_decided() { [[ -e $complete ]] || has_gone || ! coordinator_lives; }

# A restore has to cut the output to what was printed by the checkpoint. All ranks stand still from before rank 0 begins its image until the
# coordinator has written the restart script: what the output measures between the two is right.
watch_output() {
  local size until=$((SECONDS + 20))
  while [[ -z $size_then ]] && ((SECONDS < until)) && ! checkpoint_decided; do
    if compgen -G "$live/ckpt_rank_0/*.dmtcp*" >/dev/null; then
      size=$(wc -c <"$output")
      [[ -e $complete ]] || size_then=$size
    fi
    { sleep 0.1; } 2>/dev/null
  done
}

# If that moment was missed, an output that has not changed is right as well.
knows_size() {
  [[ -n $size_then ]] && return
  size_then=$(wc -c <"$output")
  ((size_then == size_before))
}

# Ranks that do not come out of a checkpoint never will: they are ended, and restored.
give_up_checkpoint() {
  has_ended && return
  checkpoint_fails "$1"
  last_words
  end_computation
}

generation_is_current() { :; }

must_end() { return 1; }

# As large as the newest, or what the flow expects.
checkpoint_size() {
  local size
  size=$(newest_fact bytes)
  printf '%s' $((size ? size : expect ? expect : least_checkpoint))
}

over() {
  has_ended && return
  if [[ $word == beat ]] && ! coordinator_lives; then conclude lost "MANA's coordinator has ended"; fi
  return 1
}

# A status that MANA may have caused is believed only if it comes again.
conclude_end() {
  read_ending
  name_missing_function
  if ((ended_with != 0)); then await_reason; fi
  if [[ ${request-} == finish* ]] && ((ended_with != 0)); then
    conclude unsaved "the application ended with status $ended_with when the job was told to end"
  fi
  if may_be_manas "$ended_with"; then
    if ever_sealed; then
      if mana_says_so || ! came_again; then conclude lost "the application ended with status $ended_with, which MANA may have caused"; fi
    elif [[ -n $tried ]]; then
      conclude anew "status $ended_with came at the first checkpoint, so the application begins anew"
    fi
  fi
  conclude_done "$ended_with" "the application ended with status $ended_with"
}

# Does the output end with MANA's own words about it? Then the status is never the application's.
mana_says_so() { tail -c 20000 -- "$output" 2>/dev/null | grep -aqE 'libmana\.so: undefined symbol|: Terminating\.\.\.'; }

# may_be_manas STATUS: a rank that MANA ends has 99, or 127 if its library lacks a function; a rank that was killed, more than 128.
may_be_manas() { (($1 == 99 || $1 == 127 || $1 > 128)); }

name_missing_function() {
  local words
  words=$(tail -c 20000 -- "$output" 2>/dev/null | tr -d '\0' | grep -ao 'wrapper: .MPI_[A-Za-z_0-9]*. not implemented')
  if [[ -n $words ]]; then
    words=${words%%$'\n'*} words=${words#wrapper: ?}
    conclude unfit "the program calls ${words%? not *}, which this MANA does not have: let the program save itself (engine = own), or build it without that function"
  fi
}
