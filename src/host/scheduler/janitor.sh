# janitor.sh FOLDER: waits until the scheduler is gone, and ends what it has left: nothing, unless it was killed.
trap '' INT TERM HUP
if read -r _; then exit; fi # it has cleaned up
for _ in 1 2; do # one may just have started another
  for process in /proc/[0-9]*; do
    while IFS= read -r -d '' entry; do
      if [[ $entry == CRFLOW_REHEARSAL=$1/* ]]; then kill -9 "${process#/proc/}"; fi
    done <"$process/environ"
  done
done 2>/dev/null
rm -rf "$1"
