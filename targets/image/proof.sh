#!/bin/bash
# Does DMTCP work in this image, on this machine? A small program is checkpointed, killed and restored; then it must
# still know what only its memory held. Status 0 means yes. The build of the image runs this, and anybody may run it again.
# shellcheck disable=SC2250 # style
set -u
bin=$(cd "$(dirname "$0")/../../bin" && pwd) && folder=$(mktemp -d) && cd "$folder" || exit
unset DMTCP_COORD_HOST DMTCP_COORD_PORT DMTCP_CHECKPOINT_DIR DMTCP_CHECKPOINT_INTERVAL
export DMTCP_TMPDIR=$folder # dmtcp_command has no option for it

tell() { timeout -k 5 30 "$bin/dmtcp_command" -p "$port" "$@" >>tell.log 2>&1; }

leave() {
  if [[ -n ${port-} ]]; then tell -k; fi
  kill -9 "$coordinator" 2>/dev/null
  cd / && rm -rf "$folder"
}

fail() {
  tail -n 20 ./*.log >&2
  printf "crflow: DMTCP does not work here: %s. (Under an emulated processor it never does: build with --no-proof.)\n" "$1" >&2
  exit 1
}

# within COMMAND...: succeeds if the command does within a minute.
within() {
  local turn
  for ((turn = 0; turn < 300; turn++)); do
    if "$@"; then return; fi
    sleep 0.2
  done
  return 1
}

coordinator_answers() { [[ -s port ]] && port=$(<port) && tell -s; }
coordinator_is_gone() { ! kill -0 "$coordinator" 2>/dev/null; }
has_ended() { grep -q ended result; }

start_coordinator() {
  rm -f port
  "$bin/dmtcp_coordinator" --exit-on-last -p 0 --port-file port --ckptdir . --tmpdir . </dev/null >>coordinator.log 2>&1 &
  coordinator=$!
  within coordinator_answers || fail "its coordinator does not start"
}

printf "%s\n" "exec >result" "read -r memory </proc/sys/kernel/random/uuid" "echo \$memory begun" ": >ready" \
  "until [[ -e go || ! -e ready ]]; do :; done" "echo \$memory ended" >program.sh
trap leave EXIT
start_coordinator
"$bin/dmtcp_launch" -j -p "$port" --no-gzip --ckptdir . --tmpdir . bash program.sh </dev/null >launch.log 2>&1 &
within test -e ready || fail "a program does not start under it"
read -r before _ <result
within tell -c || fail "it refuses to checkpoint"
# The coordinator writes this when the image is complete; no status says as much.
within test -e dmtcp_restart_script.sh || fail "a checkpoint does not come about"
tell -k
within coordinator_is_gone || fail "a program cannot be ended"
start_coordinator
: >go
"$bin/dmtcp_restart" -j -p "$port" --ckptdir . --tmpdir . ckpt_*.dmtcp </dev/null >restart.log 2>&1 &
within has_ended || fail "a program does not come back"
[[ $(<result) == "$before begun"*"$before ended" ]] || fail "a program came back without its memory"
printf "crflow: DMTCP works here: a program was checkpointed, killed and restored\n"
