#!/usr/bin/env bash
# The program of a rehearsal, in the place of the flow's `run`: counts.sh FOLDER SECONDS STATUS
#
# It prints 1, 2, 3, ... in its output, one number each SECONDS, so that work that is lost or done twice can be seen. Once there is a
# file FOLDER/finish, it goes on to the next multiple of ten, prints `done`, and ends with STATUS. FOLDER/found gets the folder and the
# variable that it was started with.
#
# A checkpointer that saves memory needs no help from it. The stand-in for DMTCP cannot save any, so where DMTCP_STANDIN_MEMORY names a file,
# the counter lives there too: "COUNTER OFFSET PID", the last number, where the output ended after it, and whose memory this is.
set -u
folder=$1 unit=$2 status=$3 counter=0
memory=${DMTCP_STANDIN_MEMORY-}
printf '%s\0%s\0' "$(pwd -P)" "${CRFLOW_REHEARSAL_VALUE-}" >>"$folder/found"

# One process, because DMTCP 4.1 can kill a program that starts another just after a checkpoint.
if [[ -z $memory ]] && command -v perl >/dev/null; then
  exec perl -e '
    my ($folder, $unit, $status) = @ARGV;
    $| = 1;
    for (my $counter = 1; ; $counter++) {
      print "$counter\n";
      last if $counter % 10 == 0 && -e "$folder/finish";
      select undef, undef, undef, $unit;
    }
    print "done\n";
    exit $status' "$folder" "$unit" "$status"
fi

remember() {
  local name value offset=0
  # Bash opens this file itself, so the position is that of its own standard output.
  while read -r name value; do
    if [[ $name == pos: ]]; then offset=$value; fi
  done </proc/$$/fdinfo/1
  keep "$offset"
}

keep() { printf '%s %s %s\n' "$counter" "$1" "$$" >"$memory.tmp" && mv -f -- "$memory.tmp" "$memory"; }

if [[ -n $memory && -s $memory ]]; then
  read -r counter offset _ <"$memory"
  truncate -s "$offset" "/proc/$$/fd/1" # the shells around it were started again, and what was printed since is printed again
  keep "$offset"
fi
until ((counter > 0 && counter % 10 == 0)) && [[ -e $folder/finish ]]; do
  counter=$((counter + 1))
  printf '%s\n' "$counter"
  if [[ -n $memory ]]; then remember; fi
  sleep "$unit"
done
echo 'done'
exit "$status"
