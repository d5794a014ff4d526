log() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
step() {
  local name=$1
  shift
  log "start $name"
  "$@" || { log "failed $name"; return 1; }
}
step relax ./relax --input a.xyz
step md ./md --steps 1000000
