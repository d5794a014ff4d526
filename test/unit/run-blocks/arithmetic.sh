n=0
for ((i = 1; i <= 10; i++)); do
  n=$((n + (1 << i)))
done
if ((n > 100 && n % 2 == 0)); then ./even "$n"; else ./odd "$n"; fi
