# --- What starts a rank ---

# rank_text: prints what it does. A preemption TERMs all ranks at once, before anybody has asked them to save, so
# those that are not asked by TERM do not hear it.
rank_text() {
  local verdict
  printf -v verdict '%q' "$attempt_dir/alone"
  if [[ ${ask_signal-TERM} != TERM ]]; then printf "trap '' TERM\n"; fi
  declare -f is_alone
  cat <<RANK
if is_alone "\$@"; then
  printf '%s\n' "\$REPLY" >$verdict
  exit 70
fi
exec "\$@"
RANK
}
