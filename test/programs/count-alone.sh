#!/usr/bin/env bash
# count-alone.sh LAST STEP_SECONDS [STATUS [WITNESS]]: what count.sh prints, from one process where that can be had. DMTCP
# 4.1.1 was seen to bring a `sleep` back broken that was just being started at the checkpoint; that is worth knowing, and
# not what the tests that use this program ask. With the stand-in, which needs its help, it is count.sh.
set -u
if [[ -n ${DMTCP_STANDIN_MEMORY-} ]] || ! command -v perl >/dev/null; then
  exec bash "${BASH_SOURCE[0]%-alone.sh}.sh" "$@"
fi
exec perl -e '
  my ($last, $step, $status, $witness) = @ARGV;
  $| = 1;
  for my $counter (1 .. $last) {
    print "$counter\n";
    if ($witness) { open my $file, ">", "$witness/$counter"; }
    last if $witness and -e "$witness/go" and $counter % 10 == 0;
    select undef, undef, undef, $step if $counter < $last;
  }
  exit($status // 0)' "$@"
