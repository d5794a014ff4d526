# --- Suspension: time while the whole job is suspended does not count ---

# skip_suspension SECONDS: call it after a wait of at most SECONDS that began at $looked. If far more time has passed, the job or
# its node was suspended: it succeeds, and takes that time out of SECONDS, which all limits use, and adds it to `suspended`, which
# the account uses.
skip_suspension() {
  gap=$((SECONDS - looked - $1)) looked=$SECONDS
  ((gap > 30)) || return
  SECONDS=$((SECONDS - gap)) suspended=$((suspended + gap)) looked=$((looked - gap))
}
