n=0
until ./fetch-data; do
  n=$((n + 1))
  if [ "$n" -ge 5 ]; then exit 1; fi
  sleep 30
done
./solve data
