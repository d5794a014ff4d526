# --- Suspended: time in which nothing of this job runs is not counted ---

# skip_suspension SECONDS: after a wait of at most so long that began at $looked. Where far more time went by, the job was
# suspended meanwhile, or its node was: true then. All limits here go by SECONDS, which is set back; the account goes by
# `suspended`.
skip_suspension() {
  gap=$((SECONDS - looked - $1)) looked=$SECONDS
  ((gap > 30)) || return
  SECONDS=$((SECONDS - gap)) suspended=$((suspended + gap)) looked=$((looked - gap))
}

# The outer half tells.
tell_suspension() {
  say "nothing of this job ran for $(hms "$gap"): that is not counted"
  journal suspended seconds# "$gap"
}
