pids=()
for seed in 1 2 3 4; do
  ./mc --seed "$seed" >"mc.$seed" &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done
