# --- The interval, calculated from the cost of a checkpoint ---

interval_by_cost() {
  local cost
  cost=$(newest_fact seconds)
  if must_end; then ((cost *= 2)); fi # each is followed by a restore, which takes about as long
  best_interval "$cost"
}

# best_interval SECONDS: the compute time between two checkpoints if one takes this long (0: not known yet, use the setting)
# and a failure comes every CRFLOW_MTBF on average. Daly (2006), higher order; s is Young's sqrt(2 cost mtbf).
best_interval() {
  local cost=$1 s x next
  if ((cost == 0)); then
    printf '%s' "$CRFLOW_INTERVAL"
    return
  fi
  x=$((2 * cost * CRFLOW_MTBF)) s=$x
  for ((next = (s + 1) / 2; next < s; next = (s + x / s) / 2)); do s=$next; done
  next=$((s + cost * s / (18 * CRFLOW_MTBF) - cost * 2 / 3))
  ((cost < 2 * CRFLOW_MTBF)) || next=$CRFLOW_MTBF
  ((next > 10)) || next=10
  printf '%s' "$next"
}
