#!/bin/sh
# npm run example: compiles a real flow and shows what came out.
set -eu
cd "$(dirname "$0")/.."
sh tools/need.sh example
out=crflow-out
flow=examples/primes.crflow
verdict=$(node dist/crc.js compile "$flow" -o "$out")
printf '%s\n' "--- $flow" "$(cat "$flow")" '' "--- $out/primes.sbatch, the first page of $(wc -l <"$out/primes.sbatch") lines"
sed -n '1,/^# --- /p' "$out/primes.sbatch" | sed '$d'
printf '%s\n' "---" "$verdict" "Next: read it once, then on a cluster: sbatch $out/primes.sbatch"
