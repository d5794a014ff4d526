#!/bin/sh
# npm run example: compiles real flows, on the host and in three container runtimes, and shows what came out.
set -eu
cd "$(dirname "$0")/.."
sh tools/need.sh example
out=crflow-out
flow=examples/primes.crflow
verdict=$(node dist/crc.js compile "$flow" examples/g4bench.crflow -o "$out")
printf '%s\n' "--- $flow" "$(cat "$flow")" '' "--- $out/primes.sbatch, the first page of $(wc -l <"$out/primes.sbatch") lines"
sed -n '1,/^# --- /p' "$out/primes.sbatch" | sed '$d'
printf '%s\n' "--- examples/g4bench.crflow: the containers of its three job scripts"
for script in "$out"/g4bench_*.sbatch; do
  printf '%s\n' "# $script"
  sed -n -e '/^#SBATCH --\(image\|module\)/p' -e '/^readonly runtime/,/^pass=/p' -e '/^mount_paths/,/^}/p' "$script"
done
printf '%s\n' "---" "$verdict" "Next: read one once, then on a cluster: sbatch $out/primes.sbatch"
