max=4
for f in data/*.h5; do
  ./analyse "$f" &
  while (( $(jobs -rp | wc -l) >= max )); do wait -n; done
done
wait
